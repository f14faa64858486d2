using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// The opening hours of the sample company in the month of the story, counted minute by minute: simple enough to be seen to be right, and
/// nothing of the program in it. Dublin is on UTC in these weeks.
/// </summary>
internal static class OpenTime
{
    private static readonly LocalDate SaintPatrick = new(2026, 3, 17);

    /// <summary>Whether the company works on a day.</summary>
    public static bool IsWorkingDay(LocalDate day) =>
        day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) && day != SaintPatrick;

    /// <summary>The first working day after a day.</summary>
    public static LocalDate WorkingDayAfter(LocalDate day)
    {
        do
            day = day.PlusDays(1);
        while (!IsWorkingDay(day));

        return day;
    }

    /// <summary>When the company closes on a working day.</summary>
    public static LocalDateTime Close(LocalDate day) =>
        day.At(day.DayOfWeek == IsoDayOfWeek.Friday ? new LocalTime(16, 0) : new LocalTime(17, 30));

    /// <summary>So many minutes of open time after a moment; before it when negative.</summary>
    public static LocalDateTime Move(LocalDateTime moment, int minutes)
    {
        while (minutes > 0)
        {
            minutes -= IsOpen(moment) ? 1 : 0;
            moment = moment.PlusMinutes(1);
        }

        while (minutes < 0)
        {
            moment = moment.PlusMinutes(-1);
            minutes += IsOpen(moment) ? 1 : 0;
        }

        return moment;
    }

    /// <summary>The moment itself while the company is open, and otherwise when it opens next.</summary>
    public static LocalDateTime Roll(LocalDateTime moment)
    {
        while (!IsOpen(moment))
            moment = moment.PlusMinutes(1);

        return moment;
    }

    private static bool IsOpen(LocalDateTime moment)
    {
        if (!IsWorkingDay(moment.Date))
            return false;

        var minute = (moment.Hour * 60) + moment.Minute;
        return moment.DayOfWeek == IsoDayOfWeek.Friday
            ? minute is >= 9 * 60 and < 16 * 60
            : minute is (>= 9 * 60 and < 13 * 60) or (>= 14 * 60 and < (17 * 60) + 30);
    }
}
