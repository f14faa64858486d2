using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>What the text of mails told about people is kept beside the mails, and goes with the people.</summary>
public abstract class LearnedContract(IDatabases databases)
{
    private static readonly MeetingMerge Merge = new(new InvitationTrust(_ => false), MeetingPeople.Strangers);

    [Fact]
    public async Task What_a_text_told_comes_back_as_it_was_kept()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var forwarded = Assert.Single(await scene.Log()).Learned.Forwarded!;
        Assert.Equal(
            ("dora@acme.example", "Dora", "Hinges", "Mon, 2 Mar 2026 at 09:15", "ana@bright.example"),
            (forwarded.Author.Value, forwarded.Name, forwarded.Subject, forwarded.Date, Assert.Single(forwarded.To).Value));
        Assert.Equal("Dora", Assert.Single(await scene.Facts()).Learned.Forwarded!.Name);
    }

    [Fact]
    public async Task An_answer_to_whom_a_pasted_mail_is_from_joins_the_forward_whichever_comes_first()
    {
        var answer = Some.Mail("ana@bright.example", "Re: Hinges", "Ten euros.", at: Some.Noon + Some.Hours(2)) with
        {
            To = [Some.Named("dora@acme.example")],
        };
        foreach (var order in new[] { new[] { Forward, answer }, [answer, Forward] })
        {
            await using var scene = await Scene.On(await databases.New());
            foreach (var facts in order)
                await scene.Deliver(Some.Line(facts));

            Assert.Single((await scene.Log()).Select(line => line.Thread).Distinct());
        }
    }

    [Fact]
    public async Task A_day_of_return_counts_of_automatic_answers_alone()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Notice), Some.Line(Notice with { Headers = new Dictionary<string, string>(), Subject = "By hand" }));
        Assert.Equal(
            [(InteractionClass.Auto, Away), (InteractionClass.Human, null)],
            (await scene.Log()).OrderBy(line => line.Class).Select(line => (line.Class!.Value, line.Learned.Return)));
        Assert.All(await scene.Facts(), line => Assert.Equal(Away, line.Learned.Return));
    }

    [Fact]
    public async Task Of_words_that_are_too_old_the_day_of_return_stays()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Notice), Some.Line(Forward));
        var retention = new Retention(scene.Database, new Settings(scene.Database));
        Assert.Equal(2, (await retention.Count(Some.Noon + Some.Hours(48), default)).Texts);
        await retention.Drop(Some.Noon + Some.Hours(48), Some.Noon + Some.Hours(48), default);
        Assert.Contains(await scene.Log(), line => line.Learned.Return == Away with { Sentence = null });
        Assert.Equal(Away.Day, (await scene.Facts()).Select(line => line.Learned.Return).OfType<ReturnNotice>().Single().Day);
        Assert.Equal(0, (await retention.Count(Some.Noon + Some.Hours(48), default)).Texts);
        Assert.Single(await scene.Log(), line => line.Learned.Forwarded is not null);
    }

    [Fact]
    public void Of_people_of_whom_only_the_fact_is_kept_the_day_is_kept_without_the_sentence()
    {
        var policy = Some.Policy with
        {
            Privacy = new Domain.Company.Privacy { MetadataOnly = new PrivacyFilter { Domains = ["acme.example"] } },
        };
        var line = MailLine.FromObservation(new MailObservation("ana", Notice, null), new Capture(policy, 4096), Some.Noon);
        Assert.Equal(Away with { Sentence = null }, line.Learned.Return);
        Assert.Null(line.Learned.Signature);
    }

    [Fact]
    public async Task A_signature_counts_of_mails_written_by_hand_and_goes_with_the_words()
    {
        await using var scene = await Scene.On(await databases.New());
        var signed = Some.Mail() with { Told = new Learned { Signature = Buyer } };
        await scene.Deliver(Some.Line(signed), Some.Line(Notice));
        Assert.Equal([Buyer, null], (await scene.Log()).OrderByDescending(line => line.Class).Select(line => line.Learned.Signature));

        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        var held = await new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text).Read(bob, default);
        Assert.Contains(held.Facts.Values, facts => facts.Contains("+353 1 555 0100", StringComparison.Ordinal));
        var (retention, later) = (new Retention(scene.Database, new Settings(scene.Database)), Some.Noon + Some.Hours(48));
        await retention.Drop(later, later, default);
        Assert.All(await scene.Facts(), line => Assert.Null(line.Learned.Signature));
        Assert.All(await scene.Log(), line => Assert.Null(line.Learned.Signature));
    }

    [Fact]
    public async Task Who_of_us_is_away_is_found_by_itself_derived_again_and_forgotten()
    {
        await using var scene = await Scene.On(await databases.New());
        var reply = Notice with { From = Some.Named("ana@bright.example"), To = [Some.Named("bob@acme.example")] };
        await scene.Deliver(Some.Line(reply), Some.Line(Some.Mail()), Some.Line(Notice));
        var own = new OwnAbsence(Some.Address("ana@bright.example"), AbsenceSource.Reply) { Last = Away.Day.PlusDays(-1) };
        Assert.Equal(own, Assert.Single(Assert.Single(await scene.Log(new LogFilter { SayAway = true })).Away));
        Assert.Equal(3, (await scene.Log()).Count);

        // Whoever is nobody in people any more is not one of us who is away.
        var derivation = new Derivation(scene.Database, new Settings(scene.Database));
        var without = Some.Policy with { People = [new Person("tim", Some.Address("tim@bright.example"))] };
        await derivation.Run(new Classifier(without), "other", progress: null, default);
        Assert.Empty(await scene.Log(new LogFilter { SayAway = true }));
        await derivation.Run(Some.Classifier, "first", progress: null, default);

        var ana = new SomePerson([Some.Address("ana@bright.example")]);
        var held = await new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text).Read(ana, default);
        Assert.Contains(held.Lines, line => line.Away.Contains(own));
        await new Erasure(scene.Database, Scene.Text).Forget(ana, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default);
        Assert.Empty(await scene.Log(new LogFilter { SayAway = true }));
    }

    [Fact]
    public async Task An_entry_of_a_calendar_says_who_is_away_for_as_long_as_it_stands_there()
    {
        await using var scene = await Scene.On(await databases.New());
        var (log, merge) = (
            new Storage.Meetings.MeetingLog(scene.Database),
            new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers, new OwnAbsences(ReadingRules.From(Some.Policy))));
        var entry = new MeetingCopy
        {
            Uid = "entry-of-ana@bright.example",
            Account = "ana",
            Owner = Some.Address("ana@bright.example"),
            Subject = "Urlaub",
            Shown = new ShownTime(OutOfOffice: false) { First = new LocalDate(2026, 3, 9), Last = new LocalDate(2026, 3, 13) },
            Start = Some.Noon,
            End = Some.Noon + Some.Hours(96),
            AllDay = true,
            FirstSeen = Some.Noon,
            LastSeen = Some.Noon,
        };
        await log.Store(scene.Account(), [entry.Key.Uid], [entry], merge, Some.Classifier.Ours, default);
        Assert.Equal(entry, Assert.Single(await log.ReadCopies(scene.Account(), default)));
        Assert.Equal(
            new OwnAbsence(Some.Address("ana@bright.example"), AbsenceSource.Calendar)
            {
                First = new LocalDate(2026, 3, 9),
                Last = new LocalDate(2026, 3, 13),
            },
            Assert.Single(Assert.Single(await scene.Log(new LogFilter { SayAway = true })).Away));

        await log.Derive(new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers), Some.Classifier.Ours, default);
        Assert.Empty(await scene.Log(new LogFilter { SayAway = true }));
        await log.Derive(merge, Some.Classifier.Ours, default);
        Assert.Single(await scene.Log(new LogFilter { SayAway = true }));

        await log.Store(scene.Account(), [entry.Key.Uid], [], merge, Some.Classifier.Ours, default);
        Assert.Empty(await scene.Log(new LogFilter { SayAway = true }));
    }

    [Fact]
    public async Task It_is_derived_again_with_the_configuration()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var theirs = Some.Policy with { Classify = new ClassifySettings { Bulk = new NameList { Domains = ["acme.example"] } } };
        await new Derivation(scene.Database, new Settings(scene.Database)).Run(new Classifier(theirs), "other", progress: null, default);
        Assert.Equal(Learned.Nothing, Assert.Single(await scene.Log()).Learned);
        await new Derivation(scene.Database, new Settings(scene.Database)).Run(Some.Classifier, "first", progress: null, default);
        Assert.NotNull(Assert.Single(await scene.Log()).Learned.Forwarded);
    }

    [Fact]
    public async Task Whoever_is_forgotten_is_forgotten_in_it_and_does_not_come_back()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var dora = new SomePerson([Some.Address("dora@acme.example")]);
        var held = await new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text).Read(dora, default);
        Assert.Equal("Fwd: Hinges", Assert.Single(held.Lines).Subject);
        var erasure = new Erasure(scene.Database, Scene.Text);
        Assert.Equal(1, (await erasure.Forget(dora, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default)).Reduced);
        await scene.Deliver(Some.Line(Forward));
        Assert.Equal(Learned.Nothing, Assert.Single(await scene.Log()).Learned);
        Assert.Empty(await erasure.Search(dora, new KnownAs([], []), default));
    }

    [Fact]
    public async Task A_departure_counts_of_automatic_answers_and_goes_with_the_words_or_its_successor()
    {
        await using var scene = await Scene.On(await databases.New());
        var left = new DepartureNotice("Bob has left. Write to eve@acme.example.") { Successor = Some.Address("eve@acme.example") };
        var moved = new AddressNotice("My new address is bob@oak.example.", Some.Address("bob@oak.example"));
        var told = new Learned { Departure = left, Moved = moved };
        await scene.Deliver(Some.Line(Notice with { Told = told }), Some.Line(Some.Mail() with { Told = told }));
        var lines = (await scene.Log()).OrderByDescending(line => line.Class).Select(line => line.Learned).ToList();
        Assert.Contains(told, lines);
        Assert.Contains(new Learned { Moved = moved }, lines);

        var eve = new SomePerson([Some.Address("eve@acme.example")]);
        await new Erasure(scene.Database, Scene.Text).Forget(eve, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default);
        Assert.All(await scene.Facts(), line => Assert.Null(line.Learned.Departure));
    }

    private static ReturnNotice Away => new(new LocalDate(2026, 3, 12)) { Sentence = "I am away until 12 March." };

    private static SignatureNotice Buyer => new() { Title = "Buyer", Telephone = "+353 1 555 0100", Sentence = "Buyer, +353 1 555 0100" };

    private static MailFacts Notice =>
        Some.Mail(subject: "Automatic reply: The offer", body: "I am away until 12 March.") with
        {
            Headers = new Dictionary<string, string> { ["auto-submitted"] = "auto-replied" },
            Told = new Learned { Return = Away, Signature = Buyer },
        };

    /// <summary>Ana forwards to herself what Dora wrote to her.</summary>
    private static MailFacts Forward =>
        Some.Mail("ana@bright.example", "Fwd: Hinges", "") with
        {
            Excerpt = "From: Dora <dora@acme.example>",
            Pasted = new PastedMail(Some.Named("dora@acme.example", "Dora"))
            {
                To = [Some.Address("ana@bright.example")],
                Subject = "Hinges",
                Date = "Mon, 2 Mar 2026 at 09:15",
                OwnText = "How much is one?",
            },
        };
}

public sealed class SqliteLearnedTests(SqliteFiles files) : LearnedContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresLearnedTests(PostgresDatabases server) : LearnedContract(server);
