using CrmSync.Domain.Log;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Joins a meeting with copies of it that a calendar imported under a UID of its own: same organizer, start, end, bare title and people. A
/// copy that names nobody belongs to the only meeting of that time and title it can be a copy of.
/// </summary>
internal static class ImportedCopies
{
    public static IReadOnlyList<MeetingLine> Join(IReadOnlyList<MeetingLine> lines)
    {
        var alone = lines.Where(line => line.Slot is null);
        var joined = lines
            .Where(line => line.Slot is not null)
            .GroupBy(line => (line.Slot, IsCancelled: line.CancelledAt < line.End))
            .SelectMany(group => JoinSlot([.. group]));
        return [.. alone.Concat(joined).OrderBy(line => line.Key.Uid, StringComparer.Ordinal).ThenBy(line => line.Key.Occurrence)];
    }

    private static IEnumerable<MeetingLine> JoinSlot(IReadOnlyList<MeetingLine> lines)
    {
        if (lines.Count == 1)
            return lines;

        var meetings = lines
            .Where(line => line.Invited.Count > 0)
            .GroupBy(line =>
                $"{line.People.FirstOrDefault(person => person.Organizer)?.Address}|"
                    + string.Join(',', line.Invited.Select(address => address.Value).Order(StringComparer.Ordinal)))
            .Select(Unite)
            .ToList();
        var bare = lines.Where(line => line.Invited.Count == 0).ToList();
        return
            bare.Count > 0 && meetings is [var only] && bare.TrueForAll(line => IsOfSomebodyIn(only, line)) ? [Unite([only, .. bare])]
            : [.. meetings, .. bare];
    }

    /// <summary>Whether whoever's calendar a bare copy stands in takes part.</summary>
    private static bool IsOfSomebodyIn(MeetingLine meeting, MeetingLine bare) =>
        bare.People.All(owner => meeting.People.Any(person => person.Address == owner.Address));

    private static MeetingLine Unite(IEnumerable<MeetingLine> copies)
    {
        MeetingLine[] ordered = [.. copies.OrderBy(line => line.Rank).ThenBy(line => line.Key.Uid, StringComparer.Ordinal)];
        var best = ordered.FirstOrDefault(line => line.Invited.Count > 0) ?? ordered[0];
        return ordered.Length == 1
            ? best
            : best with
            {
                People = People(best, ordered),
                Accounts = [.. ordered.SelectMany(line => line.Accounts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Away = OwnAbsences.Sorted(ordered.SelectMany(line => line.Away)),
                Seen = ordered.Min(line => line.Seen),
                Reasons = [.. ordered.SelectMany(line => line.Reasons).Distinct(StringComparer.Ordinal)],
            };
    }

    private static List<MeetingPerson> People(MeetingLine best, IReadOnlyList<MeetingLine> all) =>
    [
        .. all
            .SelectMany(line => line.People)
            .GroupBy(person => person.Address)
            .Select(same => (best.People.FirstOrDefault(person => person.Address == same.Key) ?? same.First()) with
            {
                Response = same
                    .Select(person => person.Response)
                    .FirstOrDefault(response => response != MeetingResponse.Unknown, MeetingResponse.Unknown),
            })
            .OrderByDescending(person => person.Organizer)
            .ThenBy(person => person.Address.Value, StringComparer.Ordinal),
    ];
}
