using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Finds the occurrence that is meant where only its day was told (RECURRENCE-ID as a DATE, the day in an object id of Outlook): the one
/// of that day that another copy of the series knows by its time.
/// </summary>
internal sealed class KnownOccurrences
{
    private static readonly Duration Day = Duration.FromDays(1);

    private readonly Instant[] exact;
    private readonly Dictionary<Instant, Instant> likely = [];

    public KnownOccurrences(IReadOnlyList<MeetingCopy> copies)
    {
        exact =
        [
            .. copies
                .Where(copy => copy is { Occurrence: not null, OccurrenceDay: null })
                .Select(copy => copy.Occurrence!.Value)
                .Distinct()
                .Order(),
        ];

        // Where nobody knows the time, all that is told of a day is about one occurrence: the earliest that is likely.
        foreach (var copy in copies.Where(copy => copy is { Occurrence: not null, OccurrenceDay: not null }))
        {
            var day = copy.OccurrenceDay!.Value;
            likely[day] = likely.TryGetValue(day, out var other) ? Instant.Min(other, copy.Occurrence!.Value) : copy.Occurrence!.Value;
        }
    }

    public MeetingCopy Settle(MeetingCopy copy) =>
        copy is { OccurrenceDay: { } day, Occurrence: { } likelyAt }
            ? copy with { Occurrence = Find(day, likelyAt), OccurrenceDay = null }
            : copy;

    public InvitationMail Settle(InvitationMail mail) =>
        (mail is { OccurrenceDay: { } day, Occurrence: { } likelyAt }
            ? mail with { Occurrence = Find(day, likelyAt), OccurrenceDay = null }
            : mail)
        with
        {
            Meetings = mail.Meetings.Any(copy => copy.OccurrenceDay is not null) ? [.. mail.Meetings.Select(Settle)] : mail.Meetings,
        };

    private Instant Find(Instant day, Instant likelyAt)
    {
        if (Array.BinarySearch(exact, likelyAt) >= 0)
            return likelyAt;

        // In the zone of the one who told it, or nearest to what is likely where the zone was another.
        var candidates = exact.Where(at => at >= day && at < day + Day).ToList();
        if (candidates.Count == 0)
            candidates = [.. exact.Where(at => Distance(at, likelyAt) < Day)];
        return candidates.Count > 0 ? candidates.MinBy(at => Distance(at, likelyAt))
            : likely.TryGetValue(day, out var told) ? told
            : likelyAt;
    }

    private static Duration Distance(Instant one, Instant other) => one > other ? one - other : other - one;
}
