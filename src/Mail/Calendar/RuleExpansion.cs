using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// The instances of one rule in wall time (RFC 5545 section 3.3.10, with the table of which part expands and which limits). A period (a
/// year, month, week, day, hour, minute or second) has a sorted list of days and a sorted list of times of day; its instances are their
/// product, so BYSETPOS is arithmetic on an index and no period is ever written out.
/// </summary>
internal sealed class RuleExpansion
{
    /// <summary>
    /// How many periods without an instance are looked at before the rule is given up; a rule of daily life needs a few hundred.
    /// </summary>
    private const int MostWork = 1_000_000;

    private readonly RecurrenceRule rule;
    private readonly long start;
    private readonly int startDay;
    private readonly (int Year, int Month, int Day) first;
    private readonly long until;
    private readonly int[] times;
    private readonly int weekdays;
    private readonly int months;
    private readonly bool startIsOccurrence;
    private readonly List<int> days = [];

    /// <param name="rule">The rule.</param>
    /// <param name="start">DTSTART in wall time.</param>
    /// <param name="isDate">DTSTART is a date: times of day in the rule are ignored.</param>
    /// <param name="zone">The zone of DTSTART; an UNTIL in UTC is read in it.</param>
    /// <param name="startIsOccurrence">DTSTART counts towards COUNT even when the rule does not produce it (as RFC 5545 wants it of a
    /// series).</param>
    public RuleExpansion(RecurrenceRule rule, LocalDateTime start, bool isDate, DateTimeZone zone, bool startIsOccurrence)
    {
        this.rule = rule;
        this.start = CivilDay.ToSeconds(start);
        this.startIsOccurrence = startIsOccurrence;
        startDay = (int)Math.Floor(this.start / (double)CivilDay.Seconds);
        first = (start.Year, start.Month, start.Day);
        until = Until(rule, isDate, zone);
        foreach (var place in rule.ByDay)
            weekdays |= 1 << (int)place.Day;
        foreach (var month in rule.ByMonth)
            months |= 1 << month;

        times = isDate ? [0] : TimesOfPeriod(start);
        TimesMatter = !isDate;
    }

    /// <summary>
    /// Whether the search was ended because the rule went too long without an instance; what was found until then is right.
    /// </summary>
    public bool GaveUp { get; private set; }

    private bool TimesMatter { get; }

    /// <summary>Whether instances were passed over because there was one on their day already.</summary>
    public bool IsThinned { get; private set; }

    /// <summary>The instances with <c>from &lt;= instance &lt; to</c>, in seconds of wall time since 1970, ascending.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="oncePerDay">
    /// The further instances of a day may be passed over without looking at them, so that a rule that goes by the minute costs no more than
    /// one that goes by the day. A rule with a COUNT gives them all the same: they count.
    /// </param>
    public IEnumerable<long> Between(long from, long to, bool oncePerDay = false)
    {
        oncePerDay &= rule.Count is null;
        var work = 0;
        var left = rule.Count ?? int.MaxValue;
        var isFirst = true;
        foreach (var instance in rule.Frequency >= Frequency.Daily ? ByDays(from, to, oncePerDay) : ByTicks(from, to, oncePerDay))
        {
            if (instance is not { } moment)
            {
                if (++work <= MostWork)
                    continue;
                GaveUp = true;
                yield break;
            }

            if (moment < start)
                continue;
            if (moment > until || moment >= to)
                yield break;
            if (isFirst && startIsOccurrence && rule.Count is not null && moment != start)
                left--;
            isFirst = false;
            if (left-- <= 0)
                yield break;
            if (moment >= from)
                yield return moment;
            else if (++work > MostWork)
            {
                GaveUp = true;
                yield break;
            }
        }
    }

    /// <summary>Periods of whole days. Null stands for a period looked at, so that the caller can count the work.</summary>
    private IEnumerable<long?> ByDays(long from, long to, bool oncePerDay)
    {
        // The first time of a day stands for all of them, unless their places in the period matter.
        var each = oncePerDay && rule.BySetPosition.Count == 0 && times.Length > 1 ? times[..1] : times;
        IsThinned |= each.Length < times.Length;
        var fromDay = (int)Math.Clamp(Math.Floor(from / (double)CivilDay.Seconds), CivilDay.From(1, 1, 1), CivilDay.From(9998, 1, 1));
        var last = Math.Min(until, to);
        for (long period = rule.Count is null ? FirstPeriod(fromDay) : 0; ; period++)
        {
            if (Fill(period) is not { } firstDay || firstDay * CivilDay.Seconds > last)
                yield break;
            yield return null;

            foreach (var index in Positions((long)days.Count * each.Length))
                yield return days[(int)(index / each.Length)] * CivilDay.Seconds + each[index % each.Length];
        }
    }

    /// <summary>Periods within a day: hours, minutes, seconds.</summary>
    private IEnumerable<long?> ByTicks(long from, long to, bool oncePerDay)
    {
        if (!TimesMatter)
        {
            // A date that recurs within a day makes no sense; the date itself remains.
            yield return start;
            yield break;
        }

        long unit = rule.Frequency switch { Frequency.Hourly => 3600, Frequency.Minutely => 60, _ => 1 };
        var step = unit * rule.Interval;
        var origin = start - Modulo(start, unit);
        var last = Math.Min(until, to);
        var tick = rule.Count is null && from > origin ? origin + Math.Max(0, (from - origin) / step - 1) * step : origin;
        long? given = null;
        while (tick <= last)
        {
            yield return null;
            if (NextAllowed(tick, unit) is var allowed && allowed > tick)
            {
                tick = origin + (allowed - origin + step - 1) / step * step;
                continue;
            }

            var day = tick - Modulo(tick, CivilDay.Seconds);
            if (oncePerDay && given == day)
            {
                IsThinned = true;
                tick = origin + (day + CivilDay.Seconds - origin + step - 1) / step * step;
                continue;
            }

            foreach (var index in Positions(times.Length))
            {
                var moment = tick + times[index];
                if (moment >= Math.Max(from, start))
                    given = day;
                yield return moment;
            }

            tick += step;
        }
    }

    /// <summary>The tick itself if the limiting parts allow it, else the earliest later moment that might be allowed.</summary>
    private long NextAllowed(long tick, long unit)
    {
        var day = (int)((tick - Modulo(tick, CivilDay.Seconds)) / CivilDay.Seconds);
        var time = (int)Modulo(tick, CivilDay.Seconds);
        if (!DayIsAllowed(day))
            return (day + 1) * CivilDay.Seconds;
        if (rule.ByHour.Count > 0 && !rule.ByHour.Contains(time / 3600))
            return tick - Modulo(tick, 3600) + 3600;
        if (unit < 3600 && rule.ByMinute.Count > 0 && !rule.ByMinute.Contains(time / 60 % 60))
            return tick - Modulo(tick, 60) + 60;
        return unit == 1 && rule.BySecond.Count > 0 && !rule.BySecond.Contains(time % 60) ? tick + 1 : tick;
    }

    /// <summary>The indexes BYSETPOS leaves of a set of instances, ascending; all without it.</summary>
    private IEnumerable<long> Positions(long size)
    {
        if (rule.BySetPosition.Count == 0)
        {
            for (long index = 0; index < size; index++)
                yield return index;
            yield break;
        }

        var chosen = rule.BySetPosition.Select(position => position > 0 ? position - 1L : size + position)
            .Where(index => index >= 0 && index < size)
            .Distinct()
            .Order();
        foreach (var index in chosen)
            yield return index;
    }

    /// <summary>
    /// Fills <see cref="days"/> with the days of a period and gives the period's first day; null past the end of the calendar.
    /// </summary>
    private int? Fill(long period)
    {
        days.Clear();
        var distance = period * rule.Interval;
        if (distance > 4_000_000)
            return null;

        var offset = (int)distance;
        int firstDay;
        switch (rule.Frequency)
        {
            case Frequency.Yearly when rule.ByWeekNumber.Count > 0:
                var weekYear = FirstWeekYear() + offset;
                if (weekYear > DateValue.LastYear)
                    return null;
                firstDay = CivilDay.FirstWeek(weekYear, rule.WeekStart);
                FillWeekYear(firstDay, CivilDay.FirstWeek(weekYear + 1, rule.WeekStart));
                break;
            case Frequency.Yearly:
                if (first.Year + offset > DateValue.LastYear)
                    return null;
                firstDay = CivilDay.From(first.Year + offset, 1, 1);
                FillYear(first.Year + offset);
                break;
            case Frequency.Monthly:
                var month = first.Year * 12 + first.Month - 1 + offset;
                if (month / 12 > DateValue.LastYear)
                    return null;
                firstDay = CivilDay.From(month / 12, month % 12 + 1, 1);
                if (rule.ByMonth.Count == 0 || rule.ByMonth.Contains(month % 12 + 1))
                    FillMonth(month / 12, month % 12 + 1);
                break;
            case Frequency.Weekly:
                firstDay = CivilDay.Week(startDay, rule.WeekStart) + 7 * Math.Min(offset, 500_000);
                if (firstDay > CivilDay.From(DateValue.LastYear, 1, 1))
                    return null;
                for (var day = firstDay; day < firstDay + 7; day++)
                {
                    if ((rule.ByDay.Count > 0 || CivilDay.Weekday(day) == CivilDay.Weekday(startDay)) && DayIsAllowed(day))
                        days.Add(day);
                }

                break;
            default:
                firstDay = startDay + offset;
                if (firstDay > CivilDay.From(DateValue.LastYear, 1, 1))
                    return null;
                if (DayIsAllowed(firstDay))
                    days.Add(firstDay);
                break;
        }

        SortDays();
        return firstDay;
    }

    /// <summary>A period surely before the first instance on or after a day, to begin with instead of the very first.</summary>
    private long FirstPeriod(int fromDay)
    {
        var from = CivilDay.Parts(fromDay);
        long periods = rule.Frequency switch
        {
            Frequency.Yearly => from.Year - first.Year - 2,
            Frequency.Monthly => (from.Year - first.Year) * 12 + from.Month - first.Month - 1,
            Frequency.Weekly => (fromDay - startDay) / 7 - 2,
            _ => fromDay - startDay - 1,
        };
        return Math.Max(0, periods / rule.Interval);
    }

    private void FillWeekYear(int firstDay, int end)
    {
        var weeks = (end - firstDay) / 7;
        foreach (var number in rule.ByWeekNumber)
        {
            var week = number > 0 ? number : weeks + 1 + number;
            if (week < 1 || week > weeks)
                continue;
            for (var day = firstDay + (week - 1) * 7; day < firstDay + week * 7; day++)
            {
                var named = rule.ByDay.Count > 0 || rule.ByMonthDay.Count > 0 || rule.ByYearDay.Count > 0;
                if ((named || CivilDay.Weekday(day) == CivilDay.Weekday(startDay)) && DayIsAllowed(day))
                    days.Add(day);
            }
        }
    }

    private void FillYear(int year)
    {
        if (rule.ByYearDay.Count > 0)
        {
            foreach (var number in rule.ByYearDay)
            {
                var day = CivilDay.From(year, 1, 1) + (number > 0 ? number - 1 : CivilDay.DaysInYear(year) + number);
                if (
                    day >= CivilDay.From(year, 1, 1)
                    && day < CivilDay.From(year + 1, 1, 1)
                    && DayIsAllowed(day)
                    && PlaceIsAllowed(day, rule.ByMonth.Count > 0))
                    days.Add(day);
            }
        }
        else if (rule.ByMonthDay.Count > 0)
        {
            // Without BYMONTH and BYDAY the month is that of DTSTART, as everything a rule does not say is.
            foreach (var month in rule.ByMonth.Count > 0 ? rule.ByMonth : rule.ByDay.Count > 0 ? Enumerable.Range(1, 12) : [first.Month])
                FillMonthDays(year, month, monthly: rule.ByMonth.Count > 0);
        }
        else if (rule.ByDay.Count > 0 && rule.ByMonth.Count == 0)
            FillPlaces(CivilDay.From(year, 1, 1), CivilDay.From(year + 1, 1, 1));
        else if (rule.ByMonth.Count > 0)
        {
            foreach (var month in rule.ByMonth)
                FillMonth(year, month);
        }
        else if (first.Day <= CivilDay.DaysInMonth(year, first.Month))
            days.Add(CivilDay.From(year, first.Month, first.Day));
    }

    private void FillMonth(int year, int month)
    {
        var begin = CivilDay.From(year, month, 1);
        var end = begin + CivilDay.DaysInMonth(year, month);
        if (rule.ByMonthDay.Count > 0)
            FillMonthDays(year, month, monthly: true);
        else if (rule.ByDay.Count > 0)
            FillPlaces(begin, end);
        else if (rule.ByYearDay.Count > 0)
            days.AddRange(Enumerable.Range(begin, end - begin));
        else if (first.Day <= CivilDay.DaysInMonth(year, month))
            days.Add(begin + first.Day - 1);

        if (rule.ByYearDay.Count > 0)
            days.RemoveAll(day => !DayIsAllowed(day));
    }

    private void FillMonthDays(int year, int month, bool monthly)
    {
        var length = CivilDay.DaysInMonth(year, month);
        foreach (var number in rule.ByMonthDay)
        {
            var dayOfMonth = number > 0 ? number : length + 1 + number;
            if (dayOfMonth < 1 || dayOfMonth > length)
                continue;
            var day = CivilDay.From(year, month, dayOfMonth);
            if (PlaceIsAllowed(day, monthly))
                days.Add(day);
        }
    }

    /// <summary>The weekdays of BYDAY between two days, counted from the first or from the last.</summary>
    private void FillPlaces(int begin, int end)
    {
        foreach (var place in rule.ByDay)
        {
            var earliest = begin + ((int)place.Day - (int)CivilDay.Weekday(begin) + 7) % 7;
            if (place.Ordinal == 0)
            {
                for (var day = earliest; day < end; day += 7)
                    days.Add(day);
                continue;
            }

            var latest = end - 1 - ((int)CivilDay.Weekday(end - 1) - (int)place.Day + 7) % 7;
            var chosen = place.Ordinal > 0 ? earliest + 7 * (place.Ordinal - 1) : latest + 7 * (place.Ordinal + 1);
            if (chosen >= begin && chosen < end)
                days.Add(chosen);
        }
    }

    /// <summary>BYMONTH, BYYEARDAY, BYMONTHDAY and the weekdays of BYDAY as limits.</summary>
    private bool DayIsAllowed(int day)
    {
        if (weekdays != 0 && (weekdays & (1 << (int)CivilDay.Weekday(day))) == 0)
            return false;
        if (months == 0 && rule.ByMonthDay.Count == 0 && rule.ByYearDay.Count == 0)
            return true;

        var (year, month, dayOfMonth) = CivilDay.Parts(day);
        if (months != 0 && (months & (1 << month)) == 0)
            return false;
        if (rule.ByMonthDay.Count > 0 && !rule.ByMonthDay.Contains(dayOfMonth)
            && !rule.ByMonthDay.Contains(dayOfMonth - CivilDay.DaysInMonth(year, month) - 1))
            return false;
        if (rule.ByYearDay.Count == 0)
            return true;

        var dayOfYear = day - CivilDay.From(year, 1, 1) + 1;
        return rule.ByYearDay.Contains(dayOfYear) || rule.ByYearDay.Contains(dayOfYear - CivilDay.DaysInYear(year) - 1);
    }

    /// <summary>
    /// BYDAY as a limit, places included: the day is a named weekday, and its place in the month or year is the named one.
    /// </summary>
    private bool PlaceIsAllowed(int day, bool monthly)
    {
        if (rule.ByDay.Count == 0)
            return true;

        var (year, month, dayOfMonth) = CivilDay.Parts(day);
        var index = monthly ? dayOfMonth - 1 : day - CivilDay.From(year, 1, 1);
        var length = monthly ? CivilDay.DaysInMonth(year, month) : CivilDay.DaysInYear(year);
        return rule.ByDay.Any(place => place.Day == CivilDay.Weekday(day)
            && (place.Ordinal == 0 || place.Ordinal == index / 7 + 1 || place.Ordinal == -((length - 1 - index) / 7 + 1)));
    }

    /// <summary>
    /// The year the weeks are counted from: that of the week in which the rule's first weekday from DTSTART on lies. The days around New
    /// Year can belong to a week of the other year.
    /// </summary>
    private int FirstWeekYear()
    {
        var day = startDay;
        while (weekdays != 0 && (weekdays & (1 << (int)CivilDay.Weekday(day))) == 0)
            day++;

        var year = CivilDay.Parts(day).Year;
        if (day >= CivilDay.FirstWeek(year + 1, rule.WeekStart))
            return year + 1;
        return day < CivilDay.FirstWeek(year, rule.WeekStart) ? year - 1 : year;
    }

    /// <summary>The instances within one period: seconds of the day, or of the hour, minute or second the rule counts in.</summary>
    private int[] TimesOfPeriod(LocalDateTime from)
    {
        IReadOnlyList<int> hours = rule.Frequency <= Frequency.Hourly ? [0] : rule.ByHour.Count > 0 ? rule.ByHour : [from.Hour];
        IReadOnlyList<int> minutes = rule.Frequency <= Frequency.Minutely ? [0] : rule.ByMinute.Count > 0 ? rule.ByMinute : [from.Minute];
        IReadOnlyList<int> seconds = rule.Frequency == Frequency.Secondly ? [0] : rule.BySecond.Count > 0 ? rule.BySecond : [from.Second];
        if (hours.Count == 1 && minutes.Count == 1 && seconds.Count == 1)
            return [hours[0] * 3600 + minutes[0] * 60 + seconds[0]];

        return [.. from hour in hours from minute in minutes from second in seconds select hour * 3600 + minute * 60 + second];
    }

    private static long Until(RecurrenceRule rule, bool isDate, DateTimeZone zone)
    {
        if (rule.Until is not { } until)
            return long.MaxValue;
        if (isDate)
            return CivilDay.ToSeconds(until.Date + LocalTime.Midnight);

        return rule.UntilKind switch
        {
            // A date ends a timed series with that whole day: the office means "the last one is on the 12th".
            CalendarTimeKind.Date => CivilDay.ToSeconds(until) + CivilDay.Seconds - 1,
            CalendarTimeKind.Utc when until.Year is > 1 and < DateValue.LastYear => CivilDay.ToSeconds(
                until.InUtc().ToInstant().InZone(zone).LocalDateTime),
            _ => CivilDay.ToSeconds(until),
        };
    }

    private void SortDays()
    {
        if (days.Count < 2)
            return;

        days.Sort();
        var kept = 1;
        for (var index = 1; index < days.Count; index++)
        {
            if (days[index] != days[kept - 1])
                days[kept++] = days[index];
        }

        days.RemoveRange(kept, days.Count - kept);
    }

    private static long Modulo(long value, long by) => (value % by + by) % by;
}
