using NodaTime;

namespace CrmSync.Domain.Time;

/// <summary>
/// The arithmetic itself, in ticks since the Unix epoch: the policy asks it millions of times. Results saturate at the ends of
/// <see cref="CalendarDays"/>.
/// </summary>
public sealed partial class BusinessCalendar
{
    /// <summary>Five hundred years: longer than the days known, short enough not to overflow.</summary>
    private const long MostMinutes = 500L * 366 * 24 * 60;

    internal long Roll(long moment)
    {
        for (var number = days.Number(moment); ; number++)
        {
            var day = days[number];
            for (var i = 0; i < day.Opens.Length; i++)
            {
                if (moment < day.Closes[i])
                    return Math.Max(moment, day.Opens[i]);
            }

            if (number >= CalendarDays.Last)
                return Never(moment);
        }
    }

    internal long Deadline(long from, LengthOfTime length)
    {
        switch (length.Unit)
        {
            case TimeUnit.Minute or TimeUnit.Hour:
                return Plus(from, Ticks(length));
            case TimeUnit.BusinessMinute or TimeUnit.BusinessHour:
                return AddOpenTime(from, Ticks(length));
            case TimeUnit.BusinessDay:
                return days[BusinessDaysAfter(CountsOn(from), length.Amount)].Close;
            default:
                var (day, time) = days.Split(from);
                return days.Join(CalendarDays.Plus(day, length, 1), time);
        }
    }

    internal long Opening(long from, LengthOfTime length) => length.Unit switch
    {
        TimeUnit.Minute or TimeUnit.Hour or TimeUnit.BusinessMinute or TimeUnit.BusinessHour => Deadline(from, length),
        TimeUnit.BusinessDay => days[BusinessDaysAfter(CountsOn(from), length.Amount)].Open,
        _ => days[BusinessDayOnOrAfter(CalendarDays.Plus(days.Number(from), length, 1))].Open,
    };

    internal long Before(long moment, LengthOfTime length)
    {
        switch (length.Unit)
        {
            case TimeUnit.Minute or TimeUnit.Hour:
                return Plus(moment, -Ticks(length));
            case TimeUnit.BusinessMinute or TimeUnit.BusinessHour:
                return SubtractOpenTime(moment, Ticks(length));
            case TimeUnit.BusinessDay:
                return days[BusinessDaysBefore(BusinessDayOnOrBefore(days.Number(moment)), length.Amount)].Open;
            default:
                var (day, time) = days.Split(moment);
                return days.Join(CalendarDays.Plus(day, length, -1), time);
        }
    }

    internal long OpenTicksBetween(long from, long to)
    {
        var open = 0L;
        if (from >= to)
            return open;

        var last = days.Number(to);
        for (var number = days.Number(from); number <= last; number++)
        {
            var day = days[number];
            for (var i = 0; i < day.Opens.Length; i++)
                open += Math.Max(0, Math.Min(to, day.Closes[i]) - Math.Max(from, day.Opens[i]));
        }

        return open;
    }

    internal long StartOfDay(LocalDate date) => days[CalendarDays.Number(date)].Start;

    private int CountsOn(long moment)
    {
        var number = days.Number(moment);
        var day = days[number];
        return day.IsBusinessDay && moment < day.Close ? number : BusinessDayOnOrAfter(number + 1);
    }

    /// <summary>The earliest moment by which that much open time has passed; landing on a closing time stays there.</summary>
    internal long AddOpenTime(long from, long ticks)
    {
        var at = Roll(from);
        for (var number = days.Number(at); ; number++)
        {
            var day = days[number];
            for (var i = 0; i < day.Opens.Length; i++)
            {
                var start = Math.Max(at, day.Opens[i]);
                if (start >= day.Closes[i])
                    continue;

                if (ticks <= day.Closes[i] - start)
                    return start + ticks;

                ticks -= day.Closes[i] - start;
            }

            if (number >= CalendarDays.Last)
                return CalendarDays.End;
        }
    }

    /// <summary>
    /// The latest moment after which that much open time lies before <paramref name="from"/>; landing on an opening stays there.
    /// </summary>
    private long SubtractOpenTime(long from, long ticks)
    {
        for (var number = days.Number(from); ; number--)
        {
            var day = days[number];
            for (var i = day.Opens.Length - 1; i >= 0; i--)
            {
                var end = Math.Min(from, day.Closes[i]);
                if (end <= day.Opens[i])
                    continue;

                if (ticks <= end - day.Opens[i])
                    return end - ticks;

                ticks -= end - day.Opens[i];
            }

            if (number <= CalendarDays.First)
                return CalendarDays.Beginning;
        }
    }

    private int BusinessDayOnOrAfter(int number)
    {
        while (!days[number].IsBusinessDay)
        {
            if (++number > CalendarDays.Last)
                return (int)Never(number);
        }

        return number;
    }

    private int BusinessDayOnOrBefore(int number)
    {
        while (!days[number].IsBusinessDay)
        {
            if (--number < CalendarDays.First)
                return (int)Never(number);
        }

        return number;
    }

    private int BusinessDaysAfter(int number, int amount)
    {
        for (; amount > 0 && number < CalendarDays.Last; amount--)
            number = BusinessDayOnOrAfter(number + 1);

        return number;
    }

    private int BusinessDaysBefore(int number, int amount)
    {
        for (; amount > 0 && number > CalendarDays.First; amount--)
            number = BusinessDayOnOrBefore(number - 1);

        return number;
    }

    /// <summary>
    /// At the far end of time a search ends where it is; a calendar without open time is a mistake that validation should have found.
    /// </summary>
    private long Never(long where) =>
        IsNeverOpen
            ? throw new InvalidOperationException($"The calendar \"{Name}\" is never open, so no business time can be counted in it.")
            : where;

    private static long Ticks(LengthOfTime length)
    {
        var minutes = length.Unit is TimeUnit.Minute or TimeUnit.BusinessMinute ? 1L : 60L;
        return Math.Min(length.Amount * minutes, MostMinutes) * NodaConstants.TicksPerMinute;
    }

    private static long Plus(long from, long ticks) =>
        Math.Clamp(Math.Clamp(from, CalendarDays.Beginning, CalendarDays.End) + ticks, CalendarDays.Beginning, CalendarDays.End);
}
