using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Days counted from 1970-01-01 in the Gregorian calendar, and their year, month and day: the arithmetic of recurrence, on whole numbers
/// because a large calendar does it millions of times.
/// </summary>
internal static class CivilDay
{
    public const long Seconds = 86_400;

    /// <summary>Days from 1970-01-01 to a date; the day of the month may lie outside of the month.</summary>
    public static int From(int year, int month, int day)
    {
        // Years are counted from March, so that the leap day is the last of its year; 146,097 days are 400 years.
        var y = month <= 2 ? year - 1 : year;
        var era = Floor(y, 400);
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }

    /// <summary>The date a number of days from 1970-01-01.</summary>
    public static (int Year, int Month, int Day) Parts(int days)
    {
        var shifted = days + 719_468;
        var era = Floor(shifted, 146_097);
        var dayOfEra = shifted - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var monthFromMarch = (5 * dayOfYear + 2) / 153;
        var month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    }

    public static IsoDayOfWeek Weekday(int days) => (IsoDayOfWeek)(days + 3 - Floor(days + 3, 7) * 7 + 1);

    public static int DaysInYear(int year) => IsLeap(year) ? 366 : 365;

    public static int DaysInMonth(int year, int month) => month switch
    {
        2 => IsLeap(year) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>The first day of the week a day lies in.</summary>
    public static int Week(int days, IsoDayOfWeek weekStart) => days - ((int)Weekday(days) - (int)weekStart + 7) % 7;

    /// <summary>The first day of week 1 of a year: the week that holds 4 January.</summary>
    public static int FirstWeek(int year, IsoDayOfWeek weekStart) => Week(From(year, 1, 4), weekStart);

    /// <summary>Seconds from 1970-01-01T00:00:00 on the wall.</summary>
    public static long ToSeconds(LocalDateTime local) =>
        From(local.Year, local.Month, local.Day) * Seconds + local.Hour * 3600 + local.Minute * 60 + local.Second;

    public static LocalDateTime ToLocal(long seconds)
    {
        var days = (int)Math.DivRem(seconds, Seconds, out var rest);
        if (rest < 0)
        {
            days--;
            rest += Seconds;
        }

        var (year, month, day) = Parts(days);
        return new LocalDateTime(year, month, day, (int)rest / 3600, (int)rest / 60 % 60, (int)rest % 60);
    }

    private static bool IsLeap(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    private static int Floor(int value, int by) => value >= 0 ? value / by : -((by - 1 - value) / by);
}
