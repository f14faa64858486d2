using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using Dapper;

namespace CrmSync.Storage.Tests;

/// <summary>What was written in a private thread is kept nowhere, whichever copy of which mail is read when.</summary>
public abstract class PrivateContract(IDatabases databases)
{
    private const string Secret = "pregnancy";

    [Fact]
    public async Task Subject_and_texts_go_and_people_times_and_promises_stay()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Asked), Some.Line(Answered), Some.Line(Other));
        var before = (await scene.Log()).ToDictionary(line => line.Id);
        await Hide(scene, Some.Line(Asked).Id);

        var lines = await scene.Log();
        Assert.Equal(3, lines.Count);
        foreach (var line in lines.Where(line => line.Thread == Some.Line(Asked).Id))
        {
            var was = before[line.Id];
            Assert.Equal((null, null), (line.Subject, line.Text));
            Assert.Equal(
                (was.At, was.Class, was.Direction, was.Author, was.Thread, was.Question, was.Attachments, was.InReplyTo),
                (line.At, line.Class, line.Direction, line.Author, line.Thread, line.Question, line.Attachments, line.InReplyTo));
            Assert.Equal(was.Participants, line.Participants);
            Assert.Contains(HiddenWords.Reason, line.Reasons);
        }

        Assert.Equal(2, lines.Count(line => line.Subject is null));
        Assert.Equal(1, await new PrivateThreads(scene.Database, Scene.Text).Count(default));
        await Nowhere(scene);
    }

    [Fact]
    public async Task Whether_it_is_said_before_or_after_a_copy_is_read_the_log_is_the_same()
    {
        var random = new Random(5);
        var first = Some.Line(Asked).Id;
        (string Account, MailFacts Mail)[] copies =
        [
            ("ana", Asked), ("tim", Asked), ("tim", AskedThroughGateway), ("ana", Answered),
            ("tim", BySubjectAlone), ("ana", Other), ("tim", Report),
        ];
        string? expected = null;
        for (var round = 0; round < 6; round++)
        {
            await using var scene = await Scene.On(await databases.New(), "ana", "tim");
            var order = copies.ToArray();
            random.Shuffle(order);

            // It can be said of what is there: at any moment from then on.
            var there = Array.FindIndex(order, one => one.Mail == Asked || one.Mail == AskedThroughGateway);
            var said = random.Next(there, order.Length);
            for (var i = 0; i < order.Length; i++)
            {
                await scene.Deliver(order[i].Account, Some.Line(order[i].Mail, order[i].Account));
                if (i == said)
                    await Hide(scene, first);
            }

            await Nowhere(scene);
            var text = await scene.Text();
            expected ??= text;
            Assert.Equal(expected, text);
        }
    }

    [Fact]
    public async Task Deriving_the_log_again_brings_nothing_back_and_loses_no_thread()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Asked), Some.Line(BySubjectAlone), Some.Line(Other));
        await Hide(scene, Some.Line(Asked).Id);
        var before = await scene.Text();
        await new Derivation(scene.Database, new Settings(scene.Database)).Run(Some.Classifier, "again", progress: null, default);
        Assert.Equal(before, await scene.Text());
        await Nowhere(scene);
    }

    [Fact]
    public async Task What_rests_on_it_goes_too_notes_digests_and_what_was_said_about_it()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Asked));
        var thread = Some.Line(Asked).Id;
        var commands = new CommandLog(scene.Database);
        await commands.Add([Note("earlier", thread)], default);
        await scene.Database.Write(
            scope => scope.Execute(
                """
                insert into digest (message_id, digest, reader, local_date, state, due_at, planned_at, bytes)
                values ('sent', 'my-day', 'ana', '2026-03-02', 3, @at, @at, @bytes),
                       ('ready', 'my-day', 'tim', '2026-03-02', 1, @at, @at, @bytes),
                       ('other', 'my-day', 'bob', '2026-03-02', 3, @at, @at, @plain)
                """,
                new
                {
                    at = Some.Noon,
                    bytes = System.Text.Encoding.UTF8.GetBytes($"1. Answer Bob\n   \"About my {Secret}\""),
                    plain = System.Text.Encoding.UTF8.GetBytes("1. Answer Eve"),
                }),
            default);
        await Hide(scene, thread);
        await commands.Add([Note("later", thread)], default);

        Assert.Equal(
            [(CommandVerb.Note, "birthday: 12 March"), (CommandVerb.Note, "birthday: 12 March")],
            (await scene.Log()).Where(line => line.Command is not null).Select(line => (line.Command!.Verb, line.Command.Text)));
        await using var connection = await scene.Database.Connect(default);
        Assert.Equal(
            [("other", 3, true), ("ready", 0, false), ("sent", 3, false)],
            await connection.QueryAsync<(string, int, bool)>(
                "select message_id, state, bytes is not null from digest order by message_id"));
        await Nowhere(scene);
    }

    [Fact]
    public async Task A_mail_of_ours_that_is_just_being_sent_is_waited_for()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Asked));
        await scene.Database.Write(
            scope => scope.Execute(
                """
                insert into digest (message_id, digest, reader, local_date, state, due_at, planned_at, bytes)
                values ('leaving', 'my-day', 'ana', '2026-03-02', 2, @at, @at, @bytes)
                """,
                new { at = Some.Noon, bytes = System.Text.Encoding.UTF8.GetBytes($"About my {Secret}") }),
            default);
        await Assert.ThrowsAsync<ThreadUnderWayException>(() => Hide(scene, Some.Line(Asked).Id));
        Assert.NotNull(Assert.Single(await scene.Log()).Subject);
    }

    [Fact]
    public async Task What_the_policy_looks_for_in_a_subject_is_found_all_the_same()
    {
        var policy = Some.Policy with
        {
            Markers = new Dictionary<string, Marker>
            {
                ["private-matter"] = new("private-matter", ["about my"], new Place("policy.yaml", 1, 1)),
            },
        };
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Asked));
        var classifier = new Classifier(policy);
        await new Derivation(scene.Database, new Settings(scene.Database)).Run(classifier, "marked", progress: null, default);
        await new PrivateThreads(scene.Database, Scene.Text).Hide(Some.Line(Asked).Id, classifier, Some.Noon, default);
        Assert.Equal(["private-matter"], Assert.Single(await scene.Log()).Markers);
        await Nowhere(scene);
    }

    private static MailFacts Asked { get; } = Some.Mail(
        subject: $"About my {Secret}", body: $"I wanted to tell you of my {Secret}. When can we talk?", id: "asked@acme.example");

    private static MailFacts AskedThroughGateway { get; } = Asked with
    {
        Subject = "[EXTERNAL] " + Asked.Subject,
        BodyDigest = new byte[] { 1, 2, 3 },
        OwnText = "This mail came from outside.\n" + Asked.OwnText,
        Excerpt = "This mail came from outside.\n" + Asked.OwnText,
    };

    private static MailFacts Answered { get; } = Some.Mail(
        "ana@bright.example",
        $"Re: About my {Secret}",
        $"Your {Secret} stays between us.",
        "answered@bright.example",
        Some.Noon + Some.Hours(2)) with
    {
        To = [Some.Named("bob@acme.example")],
        InReplyTo = "asked@acme.example",
        References = ["asked@acme.example"],
    };

    private static MailFacts BySubjectAlone { get; } = Some.Mail(
        subject: $"Re: About my {Secret}", body: $"More about the {Secret}.", id: "later@acme.example", at: Some.Noon + Some.Hours(30));

    private static MailFacts Other { get; } = Some.Mail(from: "eve@oak.example", subject: "The offer", id: "other@oak.example");

    private static MailFacts Report { get; } = Some.Mail(
        "postmaster@acme.example",
        $"Undeliverable: Re: About my {Secret}",
        $"Your mail about {Secret} came back.",
        "report@acme.example",
        Some.Noon + Some.Hours(3)) with
    {
        Report = new ReportFacts("answered@bright.example", [Some.Address("bob@acme.example")], $"Re: About my {Secret}"),
    };

    private static Interaction Note(string id, string thread) => new()
    {
        Id = id,
        Kind = InteractionKind.Command,
        At = Some.Noon,
        Seen = Some.Noon,
        Accounts = ["ana"],
        Command = new CommandFacts(Some.Address("ana@bright.example"), CommandVerb.Note)
        {
            About = thread,
            Contact = Some.Address("bob@acme.example"),
            Text = $"birthday: 12 March\nIt is about the {Secret}",
        },
    };

    private static Task Hide(Scene scene, string thread) =>
        new PrivateThreads(scene.Database, Scene.Text).Hide(thread, Some.Classifier, Some.Noon, default);

    /// <summary>In no text of any table.</summary>
    private static async Task Nowhere(Scene scene)
    {
        await using var connection = await scene.Database.Connect(default);
        var columns = (
            await connection.QueryAsync<(string Table, string Column)>(
                scene.Database.Engine.IsSqlite
                    ? """
                      select m.name, c.name
                        from sqlite_master m, pragma_table_info(m.name) c
                       where m.type = 'table' and m.name not like 'sqlite%'
                      """
                    : """
                      select c.table_name, c.column_name
                        from information_schema.columns c
                        join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema
                       where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
                      """)).AsList();
        Assert.Contains(("interaction", "subject"), columns);
        foreach (var (table, column) in columns)
        {
            var text = column == "bytes" ? $"coalesce(length({column}), 0)" : $"cast({column} as varchar(4000))";
            var found = await connection.QueryAsync<string>(
                $"select cast({text} as varchar(4000)) from {table} where lower(cast({text} as varchar(4000))) like '%{Secret}%'");
            Assert.True(!found.Any(), $"{table}.{column}: {string.Join(" / ", found)}");
        }
    }
}

public sealed class SqlitePrivateTests(SqliteFiles files) : PrivateContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresPrivateTests(PostgresDatabases server) : PrivateContract(server);
