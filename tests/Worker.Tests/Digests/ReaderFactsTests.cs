using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>What concerns other readers is left out before a digest is composed; what it says must not change by that.</summary>
public sealed class ReaderFactsTests
{
    private static readonly string[] People = ["olga", "ana", "tim", "eva", "max"];

    [Fact]
    public void An_owner_is_told_the_same_as_if_everything_were_looked_through()
    {
        var told = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var facts = Invented(random);
            var composer = new DigestComposer(facts);
            foreach (var reader in facts.Policy.People)
            {
                // With a section for managers nothing is left out.
                var history = History(random, facts, reader);
                var narrow = composer.Compose(Run(reader, null), history);
                var whole = composer.Compose(Run(reader, [.. SectionNames.ForOwners, SectionNames.Health]), history);
                Assert.Equal(Text(narrow), Text(whole));
                told += narrow.Sections.Count;
            }
        }

        Assert.True(told > 1000, $"only {told} sections");
    }

    private static string Text(Digest digest)
    {
        var same = digest with
        {
            Sections = [.. digest.Sections.Where(section => section.Name != SectionNames.Health)],
            Headline = "",
            Subject = "",
            Preheader = "",
        };
        return DigestText.Write(new DigestView(same, Written.Sender));
    }

    private static DueDigest Run(Person reader, IReadOnlyList<string>? sections) =>
        Some.Run(Some.MyDay with { Sections = sections }, reader);

    /// <summary>Told about the item of the number before.</summary>
    private static DigestHistory History(Random random, DigestFacts facts, Person reader) =>
        facts.Evaluation.Closed.Count == 0 || reader.Id == "tim"
            ? DigestHistory.None
            : new DigestHistory([
                new SentDigest(
                    new LocalDate(2026, 3, 3),
                    Some.Now - Duration.FromDays(random.Next(0, 2) + 1),
                    [new ListedItem(1, facts.Evaluation.Closed[0].Id, ItemState.Overdue, null)]),
            ]);

    private static DigestFacts Invented(Random random)
    {
        var policy = Some.Policy with
        {
            People =
            [
                .. People.Select(id => new Person(id, Some.Address($"{id}@bright.example"))
                {
                    Name = id,
                    Manager = id == "olga" ? null : "olga",
                }),
            ],
        };
        var lines = Enumerable.Range(0, random.Next(5, 30)).Select(i => Line(random, i)).ToList();
        var items = Enumerable
            .Range(0, random.Next(0, 12))
            .Select(i =>
                Some.Item($"I{i}", owner: One(random), contact: Contact(random), state: (ItemState)random.Next(0, 4)) with
                {
                    Trigger = $"mail-{random.Next(30)}",
                    Level = 1,
                    Steps = [new ItemStep(Some.Now - Duration.FromHours(2), One(random), Via.Digest)],
                })
            .ToList();
        var closed = Enumerable
            .Range(0, random.Next(0, 6))
            .Select(i => new ClosedItem(
                $"C{i}",
                Some.Answer,
                $"thread-{random.Next(8)}",
                (ItemClosing)random.Next(0, 4),
                Some.Now - Duration.FromHours(random.Next(1, 60)))
            {
                Contact = Some.Address(Contact(random)),
                Owner = One(random),
                Opened = Some.Now - Duration.FromDays(5),
                ClosedBy = $"mail-{random.Next(30)}",
            })
            .ToList();
        var owners = Enumerable.Range(0, 6).ToDictionary(i => Some.Address($"c{i}@firm.example"), _ => One(random));
        return Some.Facts(items, lines, policy, closed) with { FindOwner = address => owners.GetValueOrDefault(address) };
    }

    private static Interaction Line(Random random, int i)
    {
        var at = Some.Now - Duration.FromHours(random.Next(1, 24 * 30));
        var us = new Participant(Some.Address($"{One(random)}@bright.example"), null, ParticipantRole.From, true);
        var them = new Participant(Some.Address(Contact(random)), random.Next(2) == 0 ? $"Customer {i}" : null, ParticipantRole.To, false)
        {
            Bounced = random.Next(6) == 0 ? at + Duration.FromMinutes(1) : null,
        };
        var line = Some.Mail(i.ToString(System.Globalization.CultureInfo.InvariantCulture)) with
        {
            At = at,
            Seen = random.Next(5) == 0 ? Some.Now - Duration.FromMinutes(5) : at,
            Thread = $"thread-{i % 8}",
            Subject = $"Subject {i}",
        };
        return random.Next(5) switch
        {
            0 => line with
            {
                Kind = InteractionKind.Meeting,
                Class = null,
                Direction = null,
                Author = null,
                At = Some.Now + Duration.FromHours(i % 9),
                Participants = [us, them],
                Meeting = new MeetingFacts
                {
                    Uid = $"u{i}",
                    Start = Some.Now + Duration.FromHours(i % 9),
                    End = Some.Now + Duration.FromHours((i % 9) + 1),
                },
            },
            1 => line with
            {
                Kind = InteractionKind.Command,
                Class = null,
                Direction = null,
                Author = null,
                Participants = [us, them],
                Command = new CommandFacts(us.Address, CommandVerb.Note) { Contact = them.Address, Text = $"Note {i}" },
            },
            2 or 3 => line with { Direction = Direction.Outbound, Author = us.Address, Participants = [us, them] },
            _ => line with
            {
                Author = them.Address,
                Participants = [them with { Role = ParticipantRole.From, Bounced = null }, us with { Role = ParticipantRole.To }],
            },
        };
    }

    private static string One(Random random) => People[random.Next(People.Length)];

    private static string Contact(Random random) => $"c{random.Next(6)}@firm.example";
}
