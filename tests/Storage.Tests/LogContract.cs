using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Storage.Tests;

public abstract class LogContract(IDatabases databases, int trials)
{
    [Fact]
    public async Task One_mail_in_three_mailboxes_is_one_line_with_three_accounts()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben", "cleo");
        var mail = Some.Mail(id: "1@acme.example");
        Assert.Equal((1, 0), await Counted(scene, "cleo", Some.Line(mail, "cleo")));
        Assert.Equal((0, 1), await Counted(scene, "ana", Some.Line(mail, "ana")));
        Assert.Equal(
            (0, 2),
            await Counted(scene, "ben", Some.Line(mail, "ben"), Some.Line(mail with { MessageId = "other@gateway.example" }, "ben")));

        var line = Assert.Single(await scene.Log());
        Assert.Equal(["ana", "ben", "cleo"], line.Accounts);
    }

    [Fact]
    public async Task A_copy_that_joins_two_lines_leaves_one()
    {
        await using var scene = await Scene.On(await databases.New());
        var early = Some.Mail(id: "1@acme.example", at: Some.Noon);
        var late = early with { Date = Some.Noon + Some.Hours(30) };
        await scene.Deliver(Some.Line(early), Some.Line(late));
        Assert.Equal(2, (await scene.Log()).Count);

        Assert.Equal((0, 1), await Counted(scene, "ana", Some.Line(early with { Date = Some.Noon + Some.Hours(15) })));
        Assert.Equal(Some.Line(early).Id, Assert.Single(await scene.Log()).Id);
    }

    [Fact]
    public async Task A_mail_that_did_not_arrive_is_marked_whichever_of_mail_and_report_comes_first()
    {
        await using var scene = await Scene.On(await databases.New());
        var mail = Some.Mail("ana@bright.example", id: "out@bright.example") with
        {
            To = [Some.Named("bob@acme.example"), Some.Named("dora@acme.example")],
        };
        var report = Some.Mail("mailer-daemon@acme.example", "Undeliverable", at: Some.Noon + Some.Hours(1)) with
        {
            Report = new ReportFacts("OUT@bright.example", [Some.Address("dora@acme.example")]),
        };

        foreach (var order in new[] { new[] { mail, report }, [report, mail] })
        {
            await using var other = await Scene.On(await databases.New());
            foreach (var facts in order)
                await other.Deliver(Some.Line(facts));

            var line = (await other.Log())[0];
            Assert.Equal(
                [("bob@acme.example", null), ("dora@acme.example", Some.Noon + Some.Hours(1) + NodaTime.Duration.FromSeconds(5))],
                line.Participants.Where(p => p.Role == ParticipantRole.To).Select(p => (p.Address.Value, p.Bounced)));
        }
    }

    [Fact]
    public async Task A_better_copy_of_a_report_takes_back_what_only_the_first_one_said()
    {
        var mail = Some.Mail("ana@bright.example", id: "out@bright.example") with { To = [Some.Named("dora@acme.example")] };
        var report = Some.Mail("mailer-daemon@acme.example", "Undeliverable", id: "report@acme.example", at: Some.Noon + Some.Hours(1)) with
        {
            Report = new ReportFacts("out@bright.example", [Some.Address("dora@acme.example")]),
        };
        var rewritten = report with { Report = new ReportFacts("lost@bright.example", [Some.Address("dora@acme.example")]) };

        foreach (var (first, second) in new[] { (rewritten, report), (report, rewritten) })
        {
            await using var piecemeal = await Scene.On(await databases.New(), "ana", "ben");
            await piecemeal.Deliver(Some.Line(mail));
            await piecemeal.Deliver("ana", Some.Line(first, "ana", Some.Noon + Some.Hours(3)));
            await piecemeal.Deliver("ben", Some.Line(second, "ben", Some.Noon + Some.Hours(2)));

            await using var together = await Scene.On(await databases.New(), "ana", "ben");
            await together.Deliver(Some.Line(mail));
            await together.Deliver(
                "ben",
                Some.Line(second, "ben", Some.Noon + Some.Hours(2)),
                Some.Line(first, "ana", Some.Noon + Some.Hours(3)));

            Assert.Equal(await together.Text(), await piecemeal.Text());
        }
    }

    [Fact]
    public async Task What_a_database_cannot_hold_does_not_stop_a_mail()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Some.Mail(subject: "NUL \0 and \uD800 half a pair", body: "\0", id: "a\0b@acme.example") with
        {
            References = ["r\0\n@acme.example"],
            Headers = new Dictionary<string, string> { ["list-id"] = "\0\n" },
        }));

        var line = Assert.Single(await scene.Log());
        Assert.Equal(("NUL \uFFFD and \uFFFD half a pair", "\uFFFD"), (line.Subject, line.Text));
    }

    [Fact]
    public async Task The_log_is_read_by_person_time_class_and_what_was_known()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(
            Some.Line(Some.Mail(subject: "first")),
            Some.Line(Some.Mail("dora@acme.example", "second", at: Some.Noon + Some.Hours(1)), seen: Some.Noon + Some.Hours(5)),
            Some.Line(
                Some.Mail("eve@shop.example", "third", at: Some.Noon + Some.Hours(2)) with
                {
                    Headers = new Dictionary<string, string> { ["list-id"] = "news" },
                }));

        async Task<string> Subjects(LogFilter filter) => string.Join(' ', (await scene.Log(filter)).Select(l => l.Subject));
        var arrival = NodaTime.Duration.FromSeconds(5);
        Assert.Equal("first second third", await Subjects(new LogFilter()));
        Assert.Equal("first third", await Subjects(new LogFilter { Now = Some.Noon + Some.Hours(4) }));
        Assert.Equal("first second third", await Subjects(new LogFilter { Now = Some.Noon + Some.Hours(5) }));
        Assert.Equal(
            "second",
            await Subjects(new LogFilter { Since = Some.Noon + Some.Hours(1) + arrival, Until = Some.Noon + Some.Hours(2) + arrival }));
        Assert.Equal("first second", await Subjects(new LogFilter { Classes = [InteractionClass.Human] }));
        Assert.Equal(
            "second third",
            await Subjects(new LogFilter { With = [Some.Address("dora@acme.example"), Some.Address("eve@shop.example")] }));
        Assert.Equal("", await Subjects(new LogFilter { Kinds = [InteractionKind.Command] }));
    }

    [Fact]
    public async Task An_answer_finds_the_forward_it_answers_in_whatever_batches_they_come()
    {
        var forward = Some.Mail("ben@bright.example", "FW: The offer", id: "f@bright.example") with
        {
            Pasted = new PastedMail(Some.Named("bob@acme.example")) { Subject = "The offer", OwnText = "When?" },
        };
        var answer = Some.Mail("ana@bright.example", "RE: The offer", at: Some.Noon + Some.Hours(20), id: "a@bright.example") with
        {
            To = [Some.Named("bob@acme.example")],
        };
        foreach (var batches in new MailFacts[][][] { [[forward, answer]], [[forward], [answer]], [[answer], [forward]] })
        {
            await using var scene = await Scene.On(await databases.New());
            foreach (var batch in batches)
                await scene.Deliver([.. batch.Select(facts => Some.Line(facts))]);

            Assert.Single((await scene.Log()).Select(line => line.Thread).Distinct());
        }
    }

    [Fact]
    public void The_log_does_not_depend_on_order_or_batches() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(trials),
            Prop.ForAll(Copies.Deliveries(30).ToArbitrary(), delivery => OneShotAndPiecemeal(delivery).GetAwaiter().GetResult()));

    private static async Task<(int New, int Known)> Counted(Scene scene, string account, params MailLine[] copies)
    {
        var counts = await scene.Deliver(account, copies);
        return (counts.New, counts.Known);
    }

    private async Task<bool> OneShotAndPiecemeal(Delivery delivery)
    {
        await using var one = await Scene.On(await databases.New(), Copies.Accounts);
        await one.Deliver("ana", [.. delivery.Copies.Select(c => c.Line).OrderBy(l => l.Id, StringComparer.Ordinal)]);

        await using var other = await Scene.On(await databases.New(), Copies.Accounts);
        var rest = delivery.Copies.AsEnumerable();
        foreach (var size in delivery.Batches)
        {
            if (rest.Take(size).Select(c => c.Line).ToArray() is { Length: > 0 } batch)
                await other.Deliver("ben", batch);

            rest = rest.Skip(size);
        }

        var (expected, actual) = (await one.Text(), await other.Text());
        if (expected != actual)
            throw new InvalidOperationException($"{Copies.Print(delivery)}\n\none shot:\n{expected}\n\npiecemeal:\n{actual}");

        var threads = Threads.Resolve([.. (await other.Facts()).Select(Some.Classifier.CreateThreadMail)]);
        return (await other.Log()).TrueForAll(line => line.Thread == threads[line.Id]);
    }
}

public sealed class SqliteLogTests(SqliteFiles files) : LogContract(files, 150), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresLogTests(PostgresDatabases server) : LogContract(server, 10)
{
    [Fact]
    public void Both_databases_hold_the_same_log()
    {
        using var files = new SqliteFiles();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10),
            Prop.ForAll(Copies.Deliveries(60).ToArbitrary(), delivery =>
            {
                var lines = delivery.Copies.Select(c => c.Line).ToArray();
                return TextOn(files, lines).GetAwaiter().GetResult() == TextOn(server, lines).GetAwaiter().GetResult();
            }));
    }

    private static async Task<string> TextOn(IDatabases databases, MailLine[] lines)
    {
        await using var scene = await Scene.On(await databases.New(), Copies.Accounts);
        foreach (var batch in lines.Chunk(7))
            await scene.Deliver("ana", batch);

        return await scene.Text();
    }
}
