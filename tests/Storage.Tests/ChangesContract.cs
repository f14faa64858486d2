using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using NodaTime;

namespace CrmSync.Storage.Tests;

public abstract class ChangesContract(IDatabases databases)
{
    [Fact]
    public async Task A_listener_is_told_which_lines_were_written_or_changed_since_it_last_asked_and_nobody_elses_news()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben");
        await scene.Deliver(Some.Line(Some.Mail(id: "1@acme.example")));
        var (early, late) = (new ChangedLines(scene.Database, "early"), new ChangedLines(scene.Database, "late"));

        Assert.Null(await early.Next(Some.Noon, default));
        Assert.Empty((await early.Next(Some.Noon, default))!);
        var second = Some.Line(Some.Mail(id: "2@acme.example", subject: "Another", body: "Other words"));
        await scene.Deliver(second);
        Assert.Null(await late.Next(Some.Noon, default));
        Assert.Equal([second.Id], await early.Next(Some.Noon, default));
        await scene.Deliver("ben", Some.Line(Some.Mail(id: "1@acme.example"), "ben"));

        var first = (await scene.Log()).Single(line => line.MessageId == "1@acme.example").Id;
        Assert.Equal([first], await early.Next(Some.Noon, default));
        Assert.Equal([first], await late.Next(Some.Noon, default));
        Assert.Empty((await late.Next(Some.Noon, default))!);
        Assert.Equal(0, await scene.Database.CountRows("line_change", default));
    }

    [Fact]
    public async Task A_bounce_an_answer_and_an_erasure_change_the_lines_they_touch()
    {
        await using var scene = await Scene.On(await databases.New());
        var mail = Some.Mail("ana@bright.example", id: "out@bright.example") with
        {
            To = [Some.Named("bob@acme.example"), Some.Named("dora@acme.example")],
        };
        await scene.Deliver(Some.Line(mail));
        var changes = new ChangedLines(scene.Database, "worker");
        await changes.Next(Some.Noon, default);
        await scene.Deliver(Some.Line(Some.Mail("mailer-daemon@acme.example", "Undeliverable", at: Some.Noon + Some.Hours(1)) with
        {
            Report = new ReportFacts("out@bright.example", [Some.Address("dora@acme.example")]),
        }));
        var sent = (await scene.Log()).Single(line => line.MessageId == "out@bright.example");

        Assert.NotNull(sent.Participants.Single(p => p.Address.Value == "dora@acme.example").Bounced);
        Assert.Contains(sent.Id, (await changes.Next(Some.Noon, default))!);

        await new Erasure(scene.Database, Scene.Text).Forget(
            new SomePerson([Some.Address("bob@acme.example"), Some.Address("dora@acme.example")]),
            Some.Classifier,
            new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers),
            Some.Noon,
            TimeSpan.Zero,
            default);
        Assert.Contains(sent.Id, (await changes.Next(Some.Noon, default))!);
    }

    [Fact]
    public async Task Nothing_is_written_down_while_nobody_listens_and_who_was_away_for_days_reads_everything()
    {
        await using var scene = await Scene.On(await databases.New());
        var (gone, here) = (new ChangedLines(scene.Database, "gone"), new ChangedLines(scene.Database, "here"));
        await gone.Next(Some.Noon, default);
        await here.Next(Some.Noon + Duration.FromDays(3), default);
        Assert.Null(await gone.Next(Some.Noon + Duration.FromDays(3), default));

        await gone.Leave(default);
        await here.Leave(default);
        await scene.Deliver(Some.Line(Some.Mail(id: "1@acme.example")));
        Assert.Equal(0, await scene.Database.CountRows("line_change", default));
    }

    [Fact]
    public async Task What_was_skipped_for_a_reason_is_read_again_when_that_is_asked_for_and_nothing_else_is()
    {
        await using var scene = await Scene.On(await databases.New());
        var items = await scene.Discover(3);
        await scene.Ledger.Store(
            scene.Account(),
            [
                new ItemResult.Skipped(items[0].Number, "too old"),
                new ItemResult.Skipped(items[1].Number, "a draft"),
                new ItemResult.Skipped(items[2].Number, "too old"),
            ],
            Some.Classifier,
            default);

        Assert.Equal(2, await scene.Ledger.Reconsider(scene.Account(), "too old", default));
        Assert.Equal(
            new[] { items[0].Number, items[2].Number }.Order(),
            (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Select(item => item.Number).Order());
    }
}

public sealed class SqliteChanges(SqliteFiles files) : ChangesContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresChanges(PostgresDatabases databases) : ChangesContract(databases);
