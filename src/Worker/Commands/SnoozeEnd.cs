using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Commands;

/// <summary>When <c>snooze-3d</c> and <c>snooze-2026-06-01</c> end.</summary>
internal static partial class SnoozeEnd
{
    /// <summary>
    /// Lengths end on the morning of a business day, as every opening does; a date at its start, or when work begins again after it. Null:
    /// neither.
    /// </summary>
    public static Instant? Parse(string argument, BusinessCalendar calendar, Instant from)
    {
        if (Length().Match(argument) is { Success: true } length && ParseUnit(length.Groups["unit"].Value) is { } unit)
            return calendar.Opening(from, new LengthOfTime(int.Parse(length.Groups["amount"].Value, CultureInfo.InvariantCulture), unit));

        return LocalDatePattern.Iso.Parse(argument) is { Success: true, Value: var date }
            ? calendar.StartOfBusinessDayOnOrAfter(date)
            : null;
    }

    private static TimeUnit? ParseUnit(string word) => word switch
    {
        "h" => TimeUnit.Hour,
        "bh" => TimeUnit.BusinessHour,
        "bd" => TimeUnit.BusinessDay,
        "d" => TimeUnit.Day,
        "w" => TimeUnit.Week,
        "mo" => TimeUnit.Month,
        _ => null,
    };

    [GeneratedRegex("^(?<amount>[1-9][0-9]{0,2})(?<unit>[a-z]+)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Length();
}
