using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Calls;

/// <summary>
/// Joins the rows about one call: at several telephones of ours, passed on from one to the next, or told by two exports. What comes of some
/// rows does not depend on their order.
/// </summary>
public static class CallMerge
{
    private const int IdLength = 26;

    /// <summary>A call nobody took rings on elsewhere within this time; whoever calls again so soon calls about the same.</summary>
    private static readonly Duration RingsOn = Duration.FromSeconds(60);

    /// <summary>Who passes a call on is done so long before the other begins.</summary>
    private static readonly Duration PassedOn = Duration.FromSeconds(5);

    /// <summary>A time without seconds is anywhere in its minute.</summary>
    private static readonly Duration Minute = Duration.FromSeconds(60);

    /// <summary>A system that names calls may use a name again after this time.</summary>
    private static readonly Duration LongestCall = Duration.FromHours(12);

    /// <summary>The calls, each with its rows.</summary>
    /// <param name="legs">All rows about one telephone outside.</param>
    public static IReadOnlyList<(Interaction Line, IReadOnlyList<CallLeg> Legs)> Merge(IEnumerable<CallLeg> legs)
    {
        var (groups, done) = (new List<List<CallLeg>>(), new List<List<CallLeg>>());
        foreach (var leg in legs.OrderBy(leg => leg.Start).ThenBy(leg => leg.Account, StringComparer.Ordinal)
            .ThenBy(leg => leg.Row, StringComparer.Ordinal))
        {
            // What is long over is joined with nothing any more.
            foreach (var old in groups.Where(group => group.Max(other => other.End) + LongestCall < leg.Start).ToList())
            {
                done.Add(old);
                groups.Remove(old);
            }

            var joined = groups.Where(group => group.Exists(other => IsSame(other, leg))).ToList();
            if (joined.Count == 0)
            {
                groups.Add([leg]);
                continue;
            }

            joined[0].Add(leg);
            foreach (var other in joined.Skip(1))
            {
                joined[0].AddRange(other);
                groups.Remove(other);
            }
        }

        return [.. done.Concat(groups).Select(group => (Line(InOrder(group)), InOrder(group)))];
    }

    private static IReadOnlyList<CallLeg> InOrder(List<CallLeg> group) =>
    [
        .. group.OrderBy(leg => leg.Start)
            .ThenBy(leg => leg.Account, StringComparer.Ordinal)
            .ThenBy(leg => leg.Row, StringComparer.Ordinal),
    ];

    /// <summary>Whether a row is about the call of an earlier one.</summary>
    private static bool IsSame(CallLeg earlier, CallLeg leg)
    {
        if (earlier.Direction != leg.Direction)
            return false;

        if (earlier.Call is { } call && call == leg.Call && earlier.Account == leg.Account && leg.Start - earlier.Start < LongestCall)
            return true;

        var reach = earlier.End + (earlier.Seconds is null ? RingsOn : PassedOn);
        if (earlier.IsToTheMinute || leg.IsToTheMinute)
            reach += Minute;

        return leg.Start <= reach;
    }

    private static Interaction Line(IReadOnlyList<CallLeg> legs)
    {
        var first = legs[0];
        var answered = legs.Where(leg => leg.Seconds is not null).ToList();
        var start = legs.Min(leg => leg.Start);
        return new Interaction
        {
            Id = StableHash.Print(
                StableHash.Compute("call", first.Number.Value, first.Direction.ToString(), start.ToString()), IdLength),
            Kind = InteractionKind.Call,
            At = start,
            Seen = legs.Min(leg => leg.Seen),
            Direction = first.Direction,
            Participants = People(first, answered.Count > 0 ? answered : legs),
            Accounts = [.. legs.Select(leg => leg.Account).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Call = new CallFacts(
                start,
                answered.Count == 0 ? start : answered.Max(leg => leg.End),
                answered.Count == 0 ? null : answered.GroupBy(leg => leg.Account, StringComparer.Ordinal).Max(Spoken)),
        };
    }

    /// <summary>
    /// How long they spoke as one system tells it: rows that overlap tell of the same time.
    /// </summary>
    private static int Spoken(IEnumerable<CallLeg> legs)
    {
        var (total, until) = (Duration.Zero, Instant.MinValue);
        foreach (var leg in legs.OrderBy(leg => leg.Start).ThenBy(leg => leg.End))
        {
            if (leg.End <= until)
                continue;

            total += leg.End - Instant.Max(leg.Start, until);
            until = leg.End;
        }

        return (int)total.TotalSeconds;
    }

    /// <summary>The one outside, and those of ours who spoke or, if nobody did, where it rang: the longest first.</summary>
    private static List<Participant> People(CallLeg first, IReadOnlyList<CallLeg> legs)
    {
        var isInbound = first.Direction == Direction.Inbound;
        var name = legs.Select(leg => leg.Name).OfType<string>().Order(StringComparer.Ordinal).FirstOrDefault();
        return
        [
            new Participant(first.Number, name, isInbound ? ParticipantRole.From : ParticipantRole.To, Internal: false),
            .. legs.Where(leg => leg.Ours is not null)
                .GroupBy(leg => leg.Ours!)
                .OrderByDescending(same => same.Max(leg => leg.Seconds ?? 0)).ThenBy(same => same.Key.Value, StringComparer.Ordinal)
                .Select(same =>
                    new Participant(same.Key, null, isInbound ? ParticipantRole.To : ParticipantRole.From, Internal: true)),
        ];
    }
}
