using NodaTime;
using NodaTime.TimeZones;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// One STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545 section 3.6.5): from each onset on, clocks show UTC plus <paramref name="To"/>.
/// </summary>
internal sealed record Observance(
    LocalDateTime Start,
    Offset From,
    Offset To,
    bool Daylight,
    IReadOnlyList<RecurrenceRule> Rules,
    IReadOnlyList<LocalDateTime> Dates);

/// <summary>
/// A zone as a calendar itself defines it. Onsets are known from 1950 to 2100; before and after, the nearest offset holds.
/// </summary>
internal sealed class EmbeddedZone : DateTimeZone
{
    private const int MostOnsets = 4_000;
    private static readonly long Earliest = CivilDay.From(1950, 1, 1) * CivilDay.Seconds;
    private static readonly long Latest = CivilDay.From(2100, 1, 1) * CivilDay.Seconds;

    private readonly ZoneInterval[] intervals;

    private EmbeddedZone(string id, ZoneInterval[] intervals)
        : base(id, intervals.Length == 1, intervals.Min(interval => interval.WallOffset), intervals.Max(interval => interval.WallOffset)) =>
        this.intervals = intervals;

    /// <summary>The zone of these observances; null if there are none.</summary>
    public static EmbeddedZone? From(string id, IReadOnlyList<Observance> observances)
    {
        if (observances.Count == 0)
            return null;

        var onsets = observances.SelectMany(Onsets).Take(MostOnsets).OrderBy(onset => onset.At).ToList();
        var found = new List<ZoneInterval>();
        var before = onsets[0].From;
        var daylight = false;
        Instant? since = null;
        foreach (var onset in onsets)
        {
            // Two definitions of the same onset, or one that changes nothing: the clocks go on as they are.
            if (onset.At == since || onset.To == before)
                continue;
            found.Add(new ZoneInterval(id, since, onset.At, before, daylight ? Offset.FromHours(1) : Offset.Zero));
            (since, before, daylight) = (onset.At, onset.To, onset.Daylight);
        }

        found.Add(new ZoneInterval(id, since, null, before, daylight ? Offset.FromHours(1) : Offset.Zero));
        return new EmbeddedZone(id, [.. found]);
    }

    /// <inheritdoc/>
    public override ZoneInterval GetZoneInterval(Instant instant)
    {
        var low = 0;
        var high = intervals.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (intervals[middle].HasEnd && instant >= intervals[middle].End)
                low = middle + 1;
            else
                high = middle;
        }

        return intervals[low];
    }

    private static IEnumerable<(Instant At, Offset From, Offset To, bool Daylight)> Onsets(Observance observance)
    {
        // Onsets are written in the wall time before the change.
        var zone = ForOffset(observance.From);
        var locals = observance.Rules
            .SelectMany(rule => new RuleExpansion(rule, observance.Start, isDate: false, zone, startIsOccurrence: true)
                .Between(Earliest, Latest).Take(MostOnsets / 8).Select(CivilDay.ToLocal))
            .Concat(observance.Dates)
            .Append(observance.Start);
        return locals.Select(local => (local.WithOffset(observance.From).ToInstant(), observance.From, observance.To, observance.Daylight));
    }
}
