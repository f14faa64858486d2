using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Storage.Privacy;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>The codes and browsers of readers, and what is kept of what they looked at.</summary>
public abstract class PagesContract(IDatabases databases)
{
    private const string Browser = "a browser's secret";
    private const string Code = "123456";

    [Fact]
    public async Task A_code_opens_one_browser_once()
    {
        await using var database = await databases.New();
        var sessions = new ReaderSessions(database);
        Assert.True(await sessions.KeepCode("ana", Browser, Code, Some.Noon, default));
        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter("another browser", Code, "ana", "s1", Some.Noon, default));
        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter(Browser, Code, "tim", "s1", Some.Noon, default));
        Assert.Equal(CodeAnswer.Wrong, await sessions.Enter(Browser, "123457", "ana", "s1", Some.Noon, default));
        Assert.Null(await sessions.Reader("s1", Some.Noon, default));

        Assert.Equal(CodeAnswer.Right, await sessions.Enter(Browser, Code, "ana", "s1", Some.Noon, default));
        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter(Browser, Code, "ana", "s2", Some.Noon, default));
        Assert.Equal("ana", await sessions.Reader("s1", Some.Noon + Duration.FromDays(30) - Duration.FromMinutes(1), default));
        Assert.Null(await sessions.Reader("s1", Some.Noon + Duration.FromDays(30), default));
        Assert.Null(await sessions.Reader("s2", Some.Noon, default));

        await sessions.Close("s1", default);
        Assert.Null(await sessions.Reader("s1", Some.Noon, default));
    }

    [Fact]
    public async Task A_calendar_is_known_by_what_it_is_asked_for_with_until_its_reader_gets_another()
    {
        await using var database = await databases.New();
        var feeds = new ReaderFeeds(database);
        Assert.Null(await feeds.Reader("one", default));
        await feeds.Give("ana", "one", Some.Noon, default);
        await feeds.Give("ana", "one", Some.Noon + Duration.FromHours(1), default);
        await feeds.Give("tim", "two", Some.Noon, default);
        Assert.Equal("ana", await feeds.Reader("one", default));
        Assert.Equal("tim", await feeds.Reader("two", default));

        await feeds.Give("ana", "three", Some.Noon, default);
        Assert.Null(await feeds.Reader("one", default));
        Assert.Equal("ana", await feeds.Reader("three", default));
    }

    [Fact]
    public async Task An_entry_of_a_calendar_keeps_its_version_until_it_changes_whoever_writes_it()
    {
        await using var database = await databases.New();
        var later = Some.Noon + Duration.FromHours(1);
        Assert.Equal([("A", Some.Noon), ("B", Some.Noon)], await Settle(Some.Noon, ("A", "a"), ("B", "b")));
        Assert.Equal([("A", Some.Noon), ("B", Some.Noon)], await Settle(later, ("A", "a"), ("B", "b")));
        Assert.Equal([("A", Some.Noon), ("B", later)], await Settle(later, ("A", "a"), ("B", "other")));

        // What went and comes back is newer than it ever was.
        Assert.Equal([("B", later)], await Settle(later, ("B", "other")));
        var last = later + Duration.FromHours(1);
        Assert.Equal([("A", last), ("B", later)], await Settle(last, ("A", "a"), ("B", "other")));
        Assert.Empty(await Settle(last));
        Assert.Equal([("A", last)], await Settle(last, ("A", "a")));

        async Task<IEnumerable<(string, Instant)>> Settle(Instant now, params (string Item, string Content)[] entries) =>
            (await new ReaderFeeds(database).Settle(
                "ana", entries.ToDictionary(one => one.Item, one => one.Content, StringComparer.Ordinal), now, default))
            .OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value));
    }

    [Fact]
    public async Task A_code_is_worth_nothing_after_five_wrong_ones_or_a_quarter_of_an_hour()
    {
        await using var database = await databases.New();
        var sessions = new ReaderSessions(database);
        await sessions.KeepCode("ana", Browser, Code, Some.Noon, default);
        for (var tries = 1; tries < ReaderSessions.Tries; tries++)
            Assert.Equal(CodeAnswer.Wrong, await sessions.Enter(Browser, "000000", "ana", "s", Some.Noon, default));

        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter(Browser, "000000", "ana", "s", Some.Noon, default));
        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter(Browser, Code, "ana", "s", Some.Noon, default));

        await sessions.KeepCode("ana", "later", Code, Some.Noon, default);
        Assert.Equal(
            CodeAnswer.NoneWaits,
            await sessions.Enter("later", Code, "ana", "s", Some.Noon + ReaderSessions.CodeHolds, default));
    }

    [Fact]
    public async Task A_reader_gets_four_codes_an_hour_and_ten_a_day()
    {
        await using var database = await databases.New();
        var sessions = new ReaderSessions(database);
        var got = 0;
        for (var minute = 0; minute < 24 * 60; minute += 10)
        {
            var kept = await sessions.KeepCode("ana", $"browser {minute}", Code, Some.Noon + Duration.FromMinutes(minute), default);
            got += kept ? 1 : 0;
            Assert.True(minute >= 60 || got <= ReaderSessions.MostAnHour);
        }

        Assert.Equal(ReaderSessions.MostADay, got);
        Assert.True(await sessions.KeepCode("tim", "browser of tim", Code, Some.Noon, default));
        Assert.True(await sessions.KeepCode("ana", "tomorrow", Code, Some.Noon + Duration.FromDays(2), default));
    }

    [Fact]
    public async Task Whoever_leaves_is_let_in_by_no_browser_and_no_code()
    {
        await using var database = await databases.New();
        var sessions = new ReaderSessions(database);
        await sessions.KeepCode("ana", Browser, Code, Some.Noon, default);
        await sessions.Enter(Browser, Code, "ana", "s", Some.Noon, default);
        await sessions.KeepCode("ana", "waiting", Code, Some.Noon, default);
        await sessions.CloseAll("ana", default);
        Assert.Null(await sessions.Reader("s", Some.Noon, default));
        Assert.Equal(CodeAnswer.NoneWaits, await sessions.Enter("waiting", Code, "ana", "s2", Some.Noon, default));
    }

    [Fact]
    public async Task The_database_holds_neither_codes_nor_what_browsers_show()
    {
        await using var scene = await Scene.On(await databases.New());
        var sessions = new ReaderSessions(scene.Database);
        await sessions.KeepCode("ana", Browser, "271828", Some.Noon, default);
        await sessions.Enter(Browser, "271828", "ana", "314159265", Some.Noon, default);
        var text = await scene.Text();
        Assert.DoesNotContain("271828", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Browser, text, StringComparison.Ordinal);
        Assert.DoesNotContain("314159265", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_looked_at_is_kept_without_whoever_was_erased()
    {
        await using var scene = await Scene.On(await databases.New());
        var audit = new AuditTrail(scene.Database);
        var bob = new SomePerson([Some.Address("bob@acme.example")]);
        await Look("ana", "bob@acme.example", Some.Noon);
        await Look("tim", "dora@acme.example", Some.Noon + Some.Hours(1));
        Assert.Equal(
            [("ana", "bob@acme.example"), ("tim", "dora@acme.example")],
            (await audit.Read(null, default)).Select(entry => (entry.Who, entry.About)));
        Assert.Equal("tim", Assert.Single(await audit.Read(Some.Noon + Some.Hours(1), default)).Who);
        var held = await new PersonExport(scene.Database, new ContactLog(scene.Database), Scene.Text).Read(bob, default);
        var view = Assert.Single(held.Views);
        Assert.Equal((Some.Noon, "ana", "page", "looked at"), (view.At, view.Who, view.Way, view.What));

        await new Erasure(scene.Database, Scene.Text).Forget(
            bob,
            Some.Classifier,
            new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers),
            Some.Noon,
            TimeSpan.Zero,
            default);
        await Look("ana", "bob@acme.example", Some.Noon + Some.Hours(2));
        Assert.Equal([null, "dora@acme.example", null], (await audit.Read(null, default)).Select(entry => entry.About));
        Assert.DoesNotContain("bob@", await scene.Text(), StringComparison.OrdinalIgnoreCase);

        Task Look(string who, string about, Instant at) =>
            audit.Note(new AuditEntry(at, who, AuditWay.Page, "looked at", about), default);
    }
}

/// <summary>On SQLite.</summary>
public sealed class SqlitePagesTests(SqliteFiles files) : PagesContract(files), IClassFixture<SqliteFiles>;

/// <summary>On PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresPagesTests(PostgresDatabases server) : PagesContract(server);
