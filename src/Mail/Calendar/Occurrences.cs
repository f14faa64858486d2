using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>One meeting of a series, or a single event.</summary>
/// <param name="Event">Whose properties hold for it: the master, or the change that covers it.</param>
/// <param name="Start">When it begins, changes included.</param>
/// <param name="End">When it ends, exclusive.</param>
/// <param name="RecurrenceId">
/// The moment it was meant for by the rules of the series, in UTC (a day: midnight UTC), which is its name whatever moves; null for a
/// single event.
/// </param>
public sealed record Occurrence(CalendarEvent Event, CalendarTime Start, CalendarTime End, Instant? RecurrenceId);

/// <summary>The occurrences of a window.</summary>
/// <param name="Occurrences">In order of their start, then of their recurrence id.</param>
/// <param name="Shortfall">Why some may be missing, in words; null when these are all.</param>
public sealed record Expansion(IReadOnlyList<Occurrence> Occurrences, string? Shortfall);

/// <summary>
/// Expands a series: rules and dates, less exceptions, with changed occurrences in place (RFC 5545 sections 3.8.4.4 and 3.8.5), in the
/// local time of the series, so that ten o'clock stays ten o'clock when the clocks change.
/// </summary>
public static class Occurrences
{
    /// <summary>
    /// The occurrences that touch a window: those that begin before its end, and end after its start or begin in it. A window without start
    /// or end is open on that side.
    /// </summary>
    /// <param name="series">The series.</param>
    /// <param name="window">Half-open: start in, end out.</param>
    /// <param name="maxCount">The most that are given, the earliest first; reaching it is a <see cref="Expansion.Shortfall"/>.</param>
    /// <param name="oncePerDay">Of several on one day of the series' own zone the first is given, changed ones apart; leaving others out is
    /// a shortfall, too.</param>
    public static Expansion Within(EventSeries series, Interval window, int maxCount, bool oncePerDay = false)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        return new SeriesExpansion(series, window, maxCount, oncePerDay).Run();
    }
}
