using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// What of the facts can be told to one reader, so that a thousand readers do not each look through what concerns the others. It leaves out
/// only what their digest would leave out anyway; who manages somebody gets everything.
/// </summary>
internal sealed class ReaderFacts
{
    /// <summary>
    /// Longer ago than digests usually lie apart; who was away longer is shown everybody who wrote for the first time, to choose from.
    /// </summary>
    public static readonly Duration Lately = Duration.FromDays(15);

    private readonly DigestFacts facts;
    private readonly PeopleBook people;
    private readonly ILookup<string, int> items;
    private readonly List<int> aboutGuests;
    private readonly ILookup<string, int> closed;
    private readonly Dictionary<string, int> closedById = new(StringComparer.Ordinal);
    private readonly HashSet<string> managers;
    private readonly List<Interaction> forAll;
    private readonly List<Interaction> firsts;
    private readonly Lazy<ILookup<string, Interaction>> newcomers;
    private readonly ILookup<string, Interaction> byColleagues;
    private readonly ILookup<string, Interaction> returned;

    public ReaderFacts(DigestFacts facts, PeopleBook people)
    {
        this.facts = facts;
        this.people = people;
        forAll = [.. people.Interactions.Where(IsForAll)];
        var guests = forAll
            .Where(line => line.Meeting is not null)
            .SelectMany(line => line.Participants)
            .Select(one => people.Primary(one.Address))
            .ToHashSet();
        items = facts
            .Evaluation.Items.Select((item, at) => (item.Owner, at))
            .ToLookup(one => one.Owner, one => one.at, StringComparer.Ordinal);
        aboutGuests =
        [
            .. Enumerable
                .Range(0, facts.Evaluation.Items.Count)
                .Where(at => facts.Evaluation.Items[at].Contact is { } contact && guests.Contains(people.Primary(contact))),
        ];
        closed = facts
            .Evaluation.Closed.Select((one, at) => (one.Owner, at))
            .ToLookup(one => one.Owner, one => one.at, StringComparer.Ordinal);
        for (var i = 0; i < facts.Evaluation.Closed.Count; i++)
            closedById.TryAdd(facts.Evaluation.Closed[i].Id, i);

        managers = facts
            .Policy.People.Select(person => person.Manager)
            .Concat(facts.Policy.Teams.Select(team => team.Lead))
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        firsts = [.. people.Interactions.Where(IsFirst)];
        newcomers = new(() =>
            firsts
                .Where(line => line.Seen > facts.Now - Lately)
                .ToLookup(line => facts.FindOwner(people.Primary(line.Author!)) ?? "", StringComparer.Ordinal));
        byColleagues = people
            .Interactions.Where(line => line.Seen > facts.Now - Lately && people.IsContact(line) && people.Actor(line) is not null)
            .SelectMany(line => people.OutsidersIn(line).Select(facts.FindOwner).OfType<string>().Distinct().Select(owner => (owner, line)))
            .ToLookup(one => one.owner, one => one.line, StringComparer.Ordinal);
        returned = people
            .Interactions.Where(line => line.Direction == Direction.Outbound && line.Participants.Any(one => one.Bounced is not null))
            .ToLookup(line => people.Actor(line)?.Id ?? "", StringComparer.Ordinal);
    }

    /// <param name="run">Which digest for whom.</param>
    /// <param name="history">What the reader was told before.</param>
    /// <param name="since">Since when what happened is news to them.</param>
    public (DigestFacts Facts, PeopleBook People) Select(DueDigest run, DigestHistory history, Instant since)
    {
        var id = run.Reader.Id;
        if (managers.Contains(id) || DigestComposer.Sections(run.Definition).Any(name => !SectionNames.ForOwners.Contains(name)))
            return (facts, people);

        var lines = forAll.Concat(returned[id]).Concat(byColleagues[id]).Concat(since >= facts.Now - Lately ? newcomers.Value[id] : firsts);
        var known = people.Showing([.. lines.Distinct().OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal)]);
        var told = (history.Last?.Items.Select(listed => listed.Item) ?? []).Concat(facts.Told[id].Select(one => one.Item))
            .Where(closedById.ContainsKey).Select(item => closedById[item]);
        return (
            facts with
            {
                Evaluation = facts.Evaluation with
                {
                    Items = [.. items[id].Concat(aboutGuests).Distinct().Order().Select(at => facts.Evaluation.Items[at])],
                    Closed = [.. closed[id].Concat(told).Distinct().Order().Select(at => facts.Evaluation.Closed[at])],
                },
            },
            known);
    }

    /// <summary>Today's meetings, and what was noted about their guests.</summary>
    private bool IsForAll(Interaction line) =>
        line.Command?.Verb == CommandVerb.Note
        || (
            line.Meeting is { } meeting
            && meeting.Start > facts.Now - Duration.FromDays(2)
            && meeting.Start < facts.Now + Duration.FromDays(2));

    private bool IsFirst(Interaction line) =>
        line is { Direction: Direction.Inbound, Class: InteractionClass.Human, Author: { } author }
        && people.ContactsWith(people.Primary(author)) is [var first, ..] && first.Id == line.Id;
}
