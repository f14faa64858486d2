using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

/// <summary>What readers see on the pages they open from their digests. Olga manages Ana and Tim.</summary>
public sealed class PagesTests
{
    private static readonly string[] Contacts = ["jo@acme.example", "sam@globex.example", "kim@initech.example"];

    [Fact]
    public void A_page_tells_what_a_brief_by_mail_tells_and_nothing_of_what_the_reader_may_not_see()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var facts = RandomFacts(new Random(seed));
            foreach (var reader in facts.Policy.People)
            {
                foreach (var contact in Contacts)
                    CheckAgainstBrief(facts, reader, Some.Address(contact), seed);
            }
        }
    }

    private static void CheckAgainstBrief(DigestFacts facts, Person reader, EmailAddress contact, int seed)
    {
        var page = new PageComposer(facts).WritePerson(reader, contact);
        var brief = new AnswerComposer(facts)
            .Compose(reader, new MailAnswer([], [new Question(QuestionKind.Who, contact)]))
            .Sections.OfType<BriefSection>()
            .SelectMany(section => section.People)
            .SingleOrDefault();
        Assert.True((page is null) == (brief is null), $"seed {seed}: {reader.Id} and {contact}");
        if (page is null || brief is null)
            return;

        Assert.Equal((brief.Name, brief.Who, brief.Known), (page.Brief.Name, page.Brief.Who, page.Brief.Known));
        Assert.Equal(brief.Contacts, page.History.Take(brief.Contacts.Count).Select(line => line.Words));
        Assert.Empty(brief.Facts.Except(page.Facts.Select(fact => fact.Words)));
        Assert.Empty(brief.Open.Except(page.Brief.Open));
        Assert.Empty(brief.Awaited.Except(page.Brief.Awaited));
        Assert.Empty(brief.Ahead.Except(page.Brief.Ahead));
        Assert.Empty(brief.NextSteps.Except(page.Brief.NextSteps));

        // Told here once more, in the words of the specification: theirs, or they took part.
        var team = Chain.Below(facts.Policy, reader.Id)
            .Concat(facts.Policy.Teams.Where(one => one.Members.Contains(reader.Id)).SelectMany(one => one.Members))
            .ToHashSet(StringComparer.Ordinal);
        var isTheirs =
            team.Contains(facts.FindOwner(contact)!)
            || facts.Evaluation.Items.Any(item => item.Contact == contact && team.Contains(item.Owner));
        var words = Everything(page);
        foreach (var line in facts.Log.Interactions)
        {
            var tookPart = line.Participants.Any(one => one.Address == reader.Email) || line.Command?.By == reader.Email;
            var isOfContact =
                line.Participants.Any(one => one.Address == contact) || line.Command?.Contact == contact;
            if (!isOfContact || !(isTheirs || tookPart))
                Assert.DoesNotContain($"token{line.Id}x", words, StringComparison.Ordinal);
        }

        foreach (var item in facts.Evaluation.Items.Where(item => !team.Contains(item.Owner)))
            Assert.DoesNotContain(page.Brief.Open, open => open.Contains($"token{item.Id}x", StringComparison.Ordinal));
    }

    [Fact]
    public void The_months_of_a_page_hold_every_contact_once_and_the_facts_say_where_they_come_from()
    {
        var mail = Some.Mail("1");
        var old = Some.Mail("0") with { At = Some.Now - Duration.FromDays(700), Seen = Some.Now - Duration.FromDays(700) };
        var ours = Some.Mail("2") with
        {
            Direction = Direction.Outbound,
            Author = Some.Ana.Email,
            Participants =
            [
                new Participant(Some.Ana.Email, "Ana", ParticipantRole.From, true),
                new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.To, false),
            ],
        };
        var facts = Some.Facts([], [old, mail, ours, Note(7, Some.Tim, "jo@acme.example", "likes tea")]) with { FindOwner = _ => "ana" };
        var page = new PageComposer(facts).WritePerson(Some.Ana, Some.Address("jo@acme.example"))!;

        Assert.Equal(3, page.Months.Sum(month => month.All));
        Assert.Equal(new MonthCount(new LocalDate(2026, 3, 1), 1, 1, 0), page.Months[^1]);
        Assert.Equal(new LocalDate(2024, 4, 1), page.Months[0].Month);
        Assert.Equal(24, page.Months.Count);
        Assert.Equal(["March 2026", "March 2026", "April 2024"], page.History.Select(line => line.Month));
        Assert.Equal(("Ana Duarte", 3), (page.Colleagues[0].Name, page.Colleagues[0].Count));
        var fact = Assert.Single(page.Facts);
        Assert.Equal("likes tea", fact.Words);
        Assert.StartsWith("noted ", fact.From, StringComparison.Ordinal);
        Assert.EndsWith(" by Tim", fact.From, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_are_for_whoever_gets_a_digest_for_managers_and_about_the_people_below_them()
    {
        var facts = Promises(Some.Policy);
        Assert.Null(new PageComposer(facts).WriteTeam(Some.Ana));

        var page = new PageComposer(facts).WriteTeam(Some.Olga)!;
        Assert.Equal("Who", page.RowsAre);
        Assert.Equal([4, 12, 52], page.Periods.Select(period => period.Weeks));
        Assert.Equal(["All", "Ana Duarte", "Tim Quinn"], page.Periods[1].Rows.Select(row => row.Who));
        Assert.Equal((2, 1, 1), Counts(page.Periods[0].Rows.Single(row => row.Who == "Ana Duarte")));
        Assert.Equal((3, 2, 1), Counts(page.Periods[2].Rows.Single(row => row.Who == "Ana Duarte")));
        foreach (var period in page.Periods)
        {
            Assert.Equal(period.Weeks, period.Each.Count);
            Assert.Equal(new LocalDate(2026, 3, 2), period.Each[^1].Monday);
            Assert.Equal(period.Rows[0].Figures.All, period.Each.Sum(week => week.Figures.All));
        }

        Assert.Equal(4, page.Periods[2].Rows[0].Figures.All);
        Assert.Equal([new OpenPromises("Ana Duarte", 1, 1)], page.Open);
    }

    [Fact]
    public void Figures_are_by_team_or_left_out_as_the_digests_of_managers_want_it()
    {
        var team = Some.Policy with
        {
            Digests = [Some.MyDay, Some.TheFirm with { Numbers = NumbersBy.Team }],
            Teams = [new Team("desk", null, ["ana"], [])],
        };
        var page = new PageComposer(Promises(team)).WriteTeam(Some.Olga)!;
        Assert.Equal("Team", page.RowsAre);
        Assert.Equal(["All", "desk", "no team"], page.Periods[1].Rows.Select(row => row.Who));
        Assert.Equal(["desk"], page.Open.Select(one => one.Who));

        var off = Some.Policy with { Digests = [Some.TheFirm, Some.TheFirm with { Name = "other", Numbers = NumbersBy.Off }] };
        var without = new PageComposer(Promises(off)).WriteTeam(Some.Olga)!;
        Assert.Null(without.RowsAre);
        Assert.Empty(without.Periods);
    }

    [Fact]
    public void Who_is_named_as_a_reader_of_the_firms_digest_sees_the_whole_firm()
    {
        var policy = Some.Policy with
        {
            Digests = [Some.TheFirm with { Readers = DigestReaders.People, People = ["ana"], Sections = ["numbers"] }],
        };
        Assert.NotNull(new PageComposer(Promises(policy)).WriteTeam(Some.Ana));
        Assert.Null(new PageComposer(Promises(policy)).WriteTeam(Some.Tim));
    }

    private static (int All, int InTime, int Late) Counts(TeamRow row) => (row.Figures.All, row.Figures.InTime, row.Figures.Late);

    private static DigestFacts Promises(CompanyPolicy policy)
    {
        Outcome Due(string owner, int days, OutcomeKind kind) =>
            new(Some.Answer, owner, Some.Now - Duration.FromDays(days), kind, Duration.FromHours(3));

        IReadOnlyList<Outcome> all =
        [
            Due("ana", 2, OutcomeKind.InTime),
            Due("ana", 9, OutcomeKind.Late),
            Due("ana", 200, OutcomeKind.InTime),
            Due("tim", 60, OutcomeKind.NotYet),
            Due("ana", 500, OutcomeKind.Late),
        ];
        return Some.Facts([Some.Item("1"), Some.Item("2", state: ItemState.Overdue)], policy: policy) with
        {
            PromisesDue = since => [.. all.Where(one => since <= one.Due)],
        };
    }

    private static string Everything(PersonPage page) =>
        string.Join(
            '\n',
            page.History.Select(line => line.Words)
                .Concat(page.Facts.SelectMany(fact => new[] { fact.Words, fact.From }))
                .Concat(page.Brief.Awaited)
                .Concat(page.Brief.Ahead)
                .Concat(page.Brief.NextSteps)
                .Concat(page.Brief.Facts)
                .Concat(page.Brief.Contacts));

    private static DigestFacts RandomFacts(Random random)
    {
        Person[] people = [Some.Olga, Some.Ana, Some.Tim, new("zoe", Some.Address("zoe@bright.example")) { Name = "Zoe Fox" }];
        T Any<T>(IReadOnlyList<T> some) => some[random.Next(some.Count)];

        var lines = Enumerable.Range(0, random.Next(1, 14)).Select(Line).ToList();
        var owners = Contacts.ToDictionary(contact => contact, _ => random.Next(4) == 0 ? null : Any(people).Id, StringComparer.Ordinal);
        var policy = Some.Policy with
        {
            People = people,
            Teams = random.Next(3) == 0 ? [new Team("desk", null, [Any(people).Id, Any(people).Id], [])] : [],
        };
        var items = Enumerable.Range(100, random.Next(4))
            .Select(id => Some.Item($"{id}", owner: Any(people).Id, contact: Any(Contacts)) with { Trigger = $"{id}" });
        return Some.Facts([.. items], lines, policy) with
        {
            FindOwner = contact => owners.GetValueOrDefault(contact.Value),
            FindGroups = _ => random.Next() > 0 ? ["vip"] : [],
        };

        Interaction Line(int id)
        {
            var (contact, person) = (Any(Contacts), Any(people));
            if (random.Next(4) == 0)
                return Note(id, person, contact, random.Next(2) == 0 ? $"token{id}x" : $"next: call about token{id}x");

            var inbound = random.Next(2) == 0;
            var at = Some.Now - Duration.FromHours(random.Next(1, 3000));
            return Some.Mail($"{id}", contact, subject: $"token{id}x", text: $"token{id}x") with
            {
                Id = $"{id}",
                At = at,
                Seen = at,
                Thread = $"thread-{random.Next(5)}-{contact}",
                Direction = inbound ? Direction.Inbound : Direction.Outbound,
                Author = inbound ? Some.Address(contact) : person.Email,
                Question = random.Next(2) == 0,
                Participants =
                [
                    new Participant(Some.Address(contact), null, inbound ? ParticipantRole.From : ParticipantRole.To, false),
                    new Participant(person.Email, null, inbound ? ParticipantRole.To : ParticipantRole.From, true),
                    .. random.Next(3) == 0
                        ? [new Participant(Any(people).Email, null, ParticipantRole.Cc, true)]
                        : Array.Empty<Participant>(),
                ],
            };
        }
    }

    private static Interaction Note(int id, Person by, string contact, string text) => new()
    {
        Id = $"{id}",
        Kind = InteractionKind.Command,
        At = Some.Now - Duration.FromDays(1) - Duration.FromMinutes(id),
        Seen = Some.Now - Duration.FromDays(1),
        Command = new CommandFacts(by.Email, CommandVerb.Note) { Contact = Some.Address(contact), Text = text },
        Participants = [new Participant(by.Email, by.Name, ParticipantRole.From, true)],
    };
}
