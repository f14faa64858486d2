using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What staff are told besides their items: today's meetings, what happened, what is held back.</summary>
internal sealed class StaffSections(
    DigestFacts facts,
    PeopleBook people,
    ReaderClock clock,
    Person reader,
    Instant since,
    DigestHistory history,
    int maxItems)
{
    private const int MostGuests = 5;
    private const int MostBriefs = 12;
    private const int MostExamples = 3;
    private const int MostNews = 12;
    private const int MostNamed = 3;

    private readonly HashSet<string> toldOverdue = ToldOverdue(facts, reader, history, since);

    public MeetingsSection? MeetingsToday()
    {
        var meetings = GuestList
            .For(people, reader, facts.Now)
            .Where(meeting => clock.Date(meeting.Meeting.Meeting!.Start) == clock.Today)
            .ToList();
        var briefs = Math.Min(MostBriefs, maxItems);
        var lines = new List<MeetingLine>();
        foreach (var (line, guests) in meetings.Take(maxItems))
        {
            lines.Add(CreateLine(line, [.. guests.Take(Math.Min(MostGuests, briefs))], guests.Count));
            briefs -= lines[^1].Guests.Count;
        }

        return meetings.Count == 0
            ? null
            : new MeetingsSection(SectionNames.MeetingsToday, clock.Words.Digests.MeetingsToday)
            {
                Meetings = lines,
                More = meetings.Count - lines.Count,
            };
    }

    public NewsSection? News()
    {
        var lines = Complaints()
            .Concat(Bounces())
            .Concat(GoodNews.From(facts, people, clock, owner => owner == reader.Id, since))
            .Concat(Withdrawn())
            .Concat(ClosedByColleagues())
            .Concat(ContactsByColleagues())
            .Concat(NewPeople())
            .ToList();
        var happened = lines.Count > 0;
        lines.AddRange(ChangesOfThePolicy());
        List<NewsLine> shown = [.. lines.Take(Math.Min(MostNews, maxItems))];
        return lines.Count == 0
            ? null
            : new NewsSection(SectionNames.News, clock.Words.Digests.News)
            {
                Lines = shown,
                More = lines.Count - shown.Count,
                IsWorthAMail = happened,
            };
    }

    /// <summary>What mails tell about people and the reader is asked to confirm, each with a number to answer by.</summary>
    /// <param name="listed">What the mail has numbered so far; gets what is asked.</param>
    public NewsSection? Proposals(List<ListedItem> listed)
    {
        var asked = facts.Proposals.Where(proposal => proposal.Owner == reader.Id).ToList();
        if (asked.Count == 0)
            return null;

        var lines = new List<NewsLine>();
        foreach (var proposal in asked.Take(Math.Min(MostNews, maxItems)))
        {
            var number = listed.Count + 1;
            listed.Add(new ListedItem(number, proposal.Id, ItemState.Open, null));
            lines.Add(new NewsLine($"{number}", Question(proposal, number)));
        }

        return new NewsSection(SectionNames.Proposals, clock.Words.Digests.Proposals)
        {
            Lines = lines,
            More = asked.Count - lines.Count,
            IsWorthAMail = asked.Exists(proposal => !history.Listed(proposal.Id)),
        };
    }

    public HeldBackSection? HeldBack()
    {
        var held = facts.Evaluation.Items.Where(item => item.State == ItemState.Suppressed && item.Owner == reader.Id).ToList();
        if (held.Count == 0)
            return null;

        var words = new ItemWords(people, clock);
        return new HeldBackSection(SectionNames.HeldBack, clock.Words.Digests.HeldBack)
        {
            Count = held.Count,
            Reasons =
                held.Count <= MostExamples
                    ? []
                    :
                    [
                        .. held.GroupBy(item => item.By ?? "")
                            .OrderByDescending(group => group.Count())
                            .ThenBy(group => group.Key, StringComparer.Ordinal)
                            .Select(group => Words.HeldBack(Reason(group.Key), group.Count())),
                    ],
            Examples =
            [
                .. held.OrderBy(item => item.Until ?? Instant.MaxValue)
                    .ThenBy(item => item.Id, StringComparer.Ordinal)
                    .Take(MostExamples)
                    .Select(item => Words.HeldBackUntil(
                        $"{words.What(item)}{About(words.Subject(item))}",
                        Reason(item.By ?? ""),
                        item.Until is { } until ? clock.At(until) : null)),
            ],
        };
    }

    private MeetingLine CreateLine(Interaction line, IReadOnlyList<EmailAddress> guests, int all)
    {
        var briefs = new BriefWriter(facts, people, clock, new Sight(facts.Policy, reader.Id));
        var subject = PlainWords.Flatten(line.Subject, PlainWords.Name);
        return new MeetingLine(
            clock.Words.Dates.Span(LocalTime(line.Meeting!.Start), LocalTime(line.Meeting.End)),
            subject.Length > 0 ? subject : Words.Meeting,
            [.. guests.Select(guest => briefs.Write(guest, line.Id))])
        {
            More = all - guests.Count,
        };
    }

    private string Question(Proposal proposal, int number)
    {
        var who = WithAddress(proposal.Contact);
        var words = PlainWords.Flatten(proposal.Sentence, PlainWords.Excerpt);
        var other = PlainWords.Flatten(proposal.Other?.Value, PlainWords.Name);
        var question = proposal.AsksForOnePerson
            ? Words.SeemsOnePerson(who, other, words)
            : Words.SeemsToHaveLeft(who, words, other);

        // Held together by hard spaces: a line that began with a verb would read as a command.
        return $"{question} {Words.Replies(number, proposal.AsksForOnePerson).Replace(' ', '\u00A0')}";
    }

    private INewsPhrases Words => clock.Words.News;

    private string About(string? subject) => PlainWords.About(subject, clock.Words);

    private LocalTime LocalTime(Instant moment) => clock.At(moment).Local.TimeOfDay;

    private IEnumerable<NewsLine> Complaints() =>
        facts
            .Cases.Where(one => one.Owner == reader.Id && IsRecent(Instant.Max(one.Opened, one.KnownSince)))
            .Select(one => new NewsLine(one.Case, $"{people.Name(one.Contact)}{About(one.Subject)}")
            {
                IsBad = true,
            });

    private IEnumerable<NewsLine> Bounces() =>
        from line in people.Interactions
        where line.Direction == Direction.Outbound && people.Actor(line)?.Id == reader.Id
        from participant in line.Participants
        where participant.Bounced is { } bounced && IsRecent(bounced)
        select new NewsLine(Words.NotDelivered, Words.DidNotReach(About(line.Subject), WithAddress(participant.Address)))
        {
            IsBad = true,
        };

    private IEnumerable<NewsLine> Withdrawn() =>
        facts
            .Evaluation.Closed.Where(IsWithdrawn)
            .Select(closed => new NewsLine(
                Words.Withdrawn,
                closed.As == ItemClosing.Met
                    ? Words.AnsweredInTime(Who(closed), clock.At(closed.At))
                    : Words.TurnedUp(Who(closed), clock.At(closed.At))));

    private IEnumerable<NewsLine> ClosedByColleagues() =>
        from closed in facts.Evaluation.Closed
        where
            closed.Owner == reader.Id
            && closed.As is ItemClosing.Met or ItemClosing.Late or ItemClosing.Satisfied
            && IsRecent(LearnedAt(closed))
            && !IsWithdrawn(closed)
        let colleague = Closer(closed)
        where colleague is not null && colleague.Id != reader.Id && people.Presence.StandIn(colleague, clock.Today)?.Id != reader.Id
        select new NewsLine(
            Words.DoneByColleague,
            Words.TookCare(people.FirstName(colleague.Id), Who(closed), clock.At(closed.At)));

    /// <summary>That a colleague wrote to, met or called somebody the reader looks after, and that closed nothing of theirs.</summary>
    private IEnumerable<NewsLine> ContactsByColleagues()
    {
        var told = facts.Evaluation.Closed
            .Where(closed => closed.Owner == reader.Id && IsRecent(LearnedAt(closed)))
            .Select(closed => ClosingLine(closed)?.Id)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return
            from line in people.Interactions
            where IsRecent(line.Seen) && line.Seen > facts.Now - ReaderFacts.Lately && !told.Contains(line.Id)
            where line.Kind != InteractionKind.Meeting ? line.Direction != Direction.Inbound : !people.OursIn(line).Contains(reader)
            let colleague = people.Actor(line)
            where colleague is not null && colleague.Id != reader.Id && people.Presence.StandIn(colleague, clock.Today)?.Id != reader.Id
            let mine = people.OutsidersIn(line).Where(contact => facts.FindOwner(contact) == reader.Id).ToList()
            where mine.Count > 0
            select new NewsLine(
                Words.Colleague,
                Did(line)(people.FirstName(colleague.Id), Names(mine), About(line.Subject)));
    }

    private Func<string, string, string, string> Did(Interaction line) => line.Kind switch
    {
        InteractionKind.Meeting => Words.Met,
        InteractionKind.Command or InteractionKind.Call => Words.Called,
        _ => Words.Wrote,
    };

    private string Names(List<EmailAddress> contacts) =>
        Words.Names([.. contacts.Take(MostNamed).Select(people.Name)], Math.Max(0, contacts.Count - MostNamed));

    private IEnumerable<NewsLine> NewPeople()
    {
        var told = new HashSet<EmailAddress>();
        foreach (var line in people.Interactions)
        {
            if (line is not { Direction: Direction.Inbound, Class: InteractionClass.Human, Author: { } author } || !IsRecent(line.Seen))
                continue;

            var contact = people.Primary(author);
            if (
                people.ContactsWith(contact) is [var first, ..]
                && first.Id == line.Id
                && facts.FindOwner(contact) == reader.Id
                && told.Add(contact))
                yield return new NewsLine(Words.NewPerson, Words.WroteFirst(WithAddress(contact), About(line.Subject)));
        }
    }

    /// <summary>Told with the next mail there is, however late that comes.</summary>
    private IEnumerable<NewsLine> ChangesOfThePolicy() =>
        facts.PolicyChanges.Where(change => !change.IsWarning && change.At <= facts.Now && !(history.Last?.DueAt >= change.At))
            .Select(change => new NewsLine(Words.Policy, PlainWords.Flatten(change.Text, PlainWords.Excerpt)));

    /// <summary>Told as overdue, by the mail before or by any since, and turns out to have been done in time.</summary>
    private bool IsWithdrawn(ClosedItem closed) =>
        (closed.As == ItemClosing.Met || closed is { As: ItemClosing.Cancelled, Rule: RespondRule }) && toldOverdue.Contains(closed.Id);

    private static HashSet<string> ToldOverdue(DigestFacts facts, Person reader, DigestHistory history, Instant since) =>
        [
            .. history.Last?.Items.Where(listed => listed.State == ItemState.Overdue).Select(listed => listed.Item) ?? [],
            .. facts
                .Told[reader.Id]
                .Where(told => told.State == ItemState.Overdue && since <= told.At && told.At < facts.Now)
                .Select(told => told.Item),
        ];

    /// <summary>What happened before the last mail but was learned of after it is news as well.</summary>
    private static Instant LearnedAt(ClosedItem closed) => Instant.Max(closed.At, closed.KnownAt);

    private Person? Closer(ClosedItem closed) =>
        ClosingLine(closed) is { } line && line.Direction != Direction.Inbound ? people.Actor(line) : null;

    /// <summary>What closed an item; null when it was nothing that happened.</summary>
    private Interaction? ClosingLine(ClosedItem closed) =>
        people.Find(closed.ClosedBy)
        ?? people
            .Thread(closed.About)
            .Concat(closed.Contact is { } contact ? people.ContactsWith(contact) : [])
            .FirstOrDefault(line => line.At == closed.At && line.Direction != Direction.Inbound && people.Actor(line) is not null);

    /// <summary>Name and address, or the address alone of who has no name.</summary>
    private string WithAddress(EmailAddress address)
    {
        var (name, text) = (people.Name(address), PlainWords.Flatten(address.Value, PlainWords.Name));
        return name == text ? text : $"{name} ({text})";
    }

    private string Who(ClosedItem closed) =>
        (closed.Contact is { } contact ? people.Name(contact) : PlainWords.Flatten(closed.About, PlainWords.Name))
        + About(people.Subject(closed.About));

    private bool IsRecent(Instant moment) => since < moment && moment <= facts.Now;

    private string Reason(string limit) =>
        limit.Length == 0 ? Words.SomeLimit
        : limit == LimitKind.MeetingBooked.Name ? Words.MeetingBooked
        : limit == LimitKind.Away.Name ? Words.TheyAreAway
        : limit == LimitKind.Retired.Name ? Words.TheyHaveLeft
        : limit.Replace('-', ' ');
}
