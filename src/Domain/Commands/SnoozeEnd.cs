using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Commands;

/// <summary>When <c>snooze-3d</c> and <c>snooze-2026-06-01</c> end, by email and in tests of the policy alike.</summary>
public static class SnoozeEnd
{
    /// <summary>Longer ones are slips of the pen.</summary>
    private const int LongestAmount = 999;

    /// <summary>Nobody snoozes for minutes, and whoever writes <c>1m</c> means a month.</summary>
    private static readonly TimeUnit[] Units =
        [TimeUnit.Hour, TimeUnit.BusinessHour, TimeUnit.BusinessDay, TimeUnit.Day, TimeUnit.Week, TimeUnit.Month];

    /// <summary>
    /// Lengths end on the morning of a business day, as every opening does; a date at its start, or when work begins again after it. Null:
    /// neither.
    /// </summary>
    public static Instant? Parse(string argument, BusinessCalendar calendar, Instant from)
    {
        if (LengthOfTime.Find(argument) is { Amount: > 0 and <= LongestAmount } length && Units.Contains(length.Unit))
            return calendar.Opening(from, length);

        return LocalDatePattern.Iso.Parse(argument) is { Success: true, Value: var date }
            ? calendar.StartOfBusinessDayOnOrAfter(date)
            : null;
    }
}
