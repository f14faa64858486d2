using CrmSync.Domain.Harvest;
using CrmSync.Storage.Harvest;

namespace CrmSync.Storage.Tests;

public abstract class HarvestContract(IDatabases databases)
{
    [Fact]
    public async Task What_was_discovered_is_read_newest_first()
    {
        await using var scene = await Scene.On(await databases.New());
        var found = await scene.Ledger.Discover(
            scene.Inbox(),
            [new Locator("1", 10, Some.Noon), new Locator("3", null, null), new Locator("2", 20, Some.Noon + Some.Hours(1))],
            new FolderCursor { Frontier = 2 },
            default);

        Assert.Equal(3, found);
        Assert.Equal(["2", "1", "3"], (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Select(i => i.Key));
    }

    [Fact]
    public async Task A_folder_is_behind_since_it_could_not_be_listed_for_the_first_time()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Folder(scene.Account(), "Old", "Old", null, default);
        await scene.Ledger.Park(scene.Inbox(), Some.Noon + Some.Hours(1), "it is locked", Some.Noon, default);
        await scene.Ledger.Park(scene.Inbox(), Some.Noon + Some.Hours(3), "it is locked", Some.Noon + Some.Hours(1), default);
        Assert.Equal([new FolderCount("ana", 1, 1, Some.Noon)], await scene.Figures.FolderCounts(default));

        await scene.Ledger.MoveCursor(scene.Inbox(), new FolderCursor { Frontier = 1 }, default);
        Assert.Equal([new FolderCount("ana", 2, 0, null)], await scene.Figures.FolderCounts(default));
    }

    [Fact]
    public async Task The_cursor_moves_with_the_items_it_stands_for()
    {
        await using var scene = await Scene.On(await databases.New());
        var cursor = new FolderCursor { Frontier = 7, UidValidity = 1L << 40, Snapshot = "s", Text = "delta", LastFullAt = Some.Noon };
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("7")], cursor, default);

        Assert.Equal(cursor, (await scene.Ledger.Folders(scene.Account(), default)).Single().Cursor);
    }

    [Fact]
    public async Task An_item_discovered_twice_is_one_item()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("a"), new Locator("A")], new FolderCursor(), default);

        Assert.Equal(
            1,
            await scene.Ledger.Discover(scene.Inbox(), [new Locator("a"), new Locator("b"), new Locator("b")], new FolderCursor(), default)
        );
        Assert.Equal(["A", "a", "b"], (await scene.Ledger.KnownKeys(scene.Inbox(), default)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_new_epoch_finds_the_same_keys_as_other_items()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("1")], new FolderCursor { Frontier = 1 }, default);
        var inbox = await scene.Ledger.NewEpoch(scene.Inbox(), 99, default);

        Assert.Equal((2, 1, 0L, 99L), (inbox.Epoch, inbox.ValidityResets, inbox.Cursor.Frontier, inbox.Cursor.UidValidity));
        Assert.Empty(await scene.Ledger.KnownKeys(inbox, default));
        Assert.Equal(1, await scene.Ledger.Discover(inbox, [new Locator("1")], new FolderCursor(), default));
    }

    [Fact]
    public async Task Items_found_after_the_first_reading_are_news()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("old")], new FolderCursor(), default);
        await scene.Accounts.MarkFirstReadDone(scene.Account(), default);
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("new")], new FolderCursor(), default);

        Assert.Equal(
            [("new", false), ("old", true)],
            (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Select(i => (i.Key, i.Backlog)));
    }

    [Fact]
    public async Task After_each_death_the_batch_is_halved_and_the_item_that_kills_is_quarantined_alone()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Discover(
            scene.Inbox(),
            [.. Enumerable.Range(1, 20).Select(i => new Locator($"{i}"))],
            new FolderCursor(),
            default);
        var deaths = 0;
        var sizes = new List<int>();
        while (deaths < 40)
        {
            await scene.Ledger.Recover(scene.Account(), Some.Noon, default);
            var died = false;
            while (await scene.Ledger.Take(scene.Account(), 16, Some.Noon, default) is { Count: > 0 } batch)
            {
                sizes.Add(batch.Count);
                died = batch.Any(i => i.Key == "7");
                if (died)
                    break;

                await scene.Ledger.Store(
                    scene.Account(),
                    [.. batch.Select(i => new ItemResult.Skipped(i.Number, "seen"))],
                    Some.Classifier,
                    default);
            }

            if (!died)
                break;

            deaths++;
        }

        var bad = Assert.Single(await scene.Ledger.Quarantine(null, default));
        Assert.Equal(("7", "ana", "Inbox"), (bad.Key, bad.Account, bad.Folder));
        Assert.Contains("died 3 times", bad.Reason, StringComparison.Ordinal);
        Assert.InRange(deaths, 4, 8);
        Assert.Equal([16, 8], sizes.Take(2));
        Assert.Contains(await scene.Figures.Counts(default), c => c is { State: "skipped", Reason: "seen", Items: 19 });
    }

    [Fact]
    public async Task Marks_of_labels_wait_until_their_threads_have_lost_their_words()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Some.Mail(subject: "Hinges")));
        await scene.Ledger.MarkPrivate(scene.Inbox(), [("1", "labelled Private"), ("77", "labelled Private")], Some.Noon, default);
        await scene.Ledger.MarkPrivate(scene.Inbox(), [("1", "labelled Private")], Some.Noon, default);
        var threads = new Storage.Privacy.PrivateThreads(scene.Database, _ => "");
        await threads.HideMarked(Some.Classifier, default);
        var line = Assert.Single(await scene.Log());
        Assert.Null(line.Subject);
        Assert.Contains("private (labelled Private): its subject and text are not kept", line.Reasons);
        Assert.Equal(1, await threads.Count(default));
    }

    [Fact]
    public async Task Items_given_back_when_the_program_is_asked_to_stop_count_no_death()
    {
        await using var scene = await Scene.On(await databases.New());
        for (var i = 0; i < 10; i++)
        {
            var items = i == 0 ? await scene.Discover(1) : await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default);
            Assert.Equal(1, items.Single().Attempts);
            await scene.Ledger.Release(items, default);
            Assert.Equal(0, await scene.Ledger.Recover(scene.Account(), Some.Noon, default));
        }
    }

    [Fact]
    public async Task What_failed_is_tried_again_when_its_time_has_come()
    {
        await using var scene = await Scene.On(await databases.New());
        var items = await scene.Discover(1);
        var counts = await scene.Ledger.Store(
            scene.Account(),
            [new ItemResult.Failed(items[0].Number, "the file is locked", Some.Noon + Some.Hours(1))],
            Some.Classifier,
            default);

        Assert.Equal(1, counts.Failed);
        Assert.Empty(await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default));
        Assert.Equal(2, (await scene.Ledger.Take(scene.Account(), 500, Some.Noon + Some.Hours(1), default)).Single().Attempts);
    }

    [Fact]
    public async Task Quarantine_tells_place_reason_and_remedy_and_can_be_tried_again()
    {
        await using var scene = await Scene.On(await databases.New());
        var items = await scene.Discover(1);
        await scene.Ledger.Store(
            scene.Account(),
            [new ItemResult.Quarantined(items[0].Number, new Trouble("Inbox/1", "a NUL \0 in its name", "rename it"))],
            Some.Classifier,
            default);

        var bad = Assert.Single(await scene.Ledger.Quarantine("ana", default));
        Assert.Equal(("Inbox/1", "a NUL \uFFFD in its name", "rename it"), (bad.Place, bad.Reason, bad.Remedy));
        Assert.Empty(await scene.Ledger.Quarantine("ben", default));
        Assert.Equal(1, await scene.Ledger.RetryQuarantine(null, default));
        Assert.Equal(1, (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Single().Attempts);
    }

    [Fact]
    public async Task What_was_set_aside_for_a_while_is_read_again_when_the_while_is_over()
    {
        await using var scene = await Scene.On(await databases.New());
        var items = await scene.Discover(2);
        var later = Some.Noon + Some.Hours(1);
        await scene.Ledger.Store(
            scene.Account(),
            [
                new ItemResult.Quarantined(items[0].Number, new Trouble("Inbox/1", "it does not come", "wait")) { RetryAt = later },
                new ItemResult.Quarantined(items[1].Number, new Trouble("Inbox/2", "it is broken", "repair it")),
            ],
            Some.Classifier,
            default);

        Assert.Equal(
            [later, null],
            (await scene.Ledger.Quarantine(null, default)).OrderBy(item => item.Place).Select(item => item.RetryAt)
        );
        Assert.False(await scene.Ledger.HasOpen(scene.Account(), later - Some.Hours(0.1), default));
        await scene.Ledger.Recover(scene.Account(), later - Some.Hours(0.1), default);
        Assert.Empty(await scene.Ledger.Take(scene.Account(), 500, later, default));

        Assert.True(await scene.Ledger.HasOpen(scene.Account(), later, default));
        Assert.Equal(0, await scene.Ledger.Recover(scene.Account(), later, default));
        var again = Assert.Single(await scene.Ledger.Take(scene.Account(), 500, later, default));
        Assert.Equal((items[0].Number, 2), (again.Number, again.Attempts));
        Assert.Equal("Inbox/2", Assert.Single(await scene.Ledger.Quarantine(null, default)).Place);
    }

    [Fact]
    public async Task What_was_gone_when_it_was_to_be_read_and_is_listed_again_is_read_after_all()
    {
        await using var scene = await Scene.On(await databases.New());
        var items = await scene.Discover(2);
        await scene.Ledger.Store(scene.Account(), [.. items.Select(i => new ItemResult.Gone(i.Number))], Some.Classifier, default);
        Assert.Empty(await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default));

        Assert.Equal(1, await scene.Ledger.Discover(scene.Inbox(), [new Locator(items[0].Key)], new FolderCursor(), default));
        Assert.Equal(items[0].Key, Assert.Single(await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Key);
    }

    [Fact]
    public async Task A_mail_of_which_only_the_headers_could_be_read_is_a_line_until_it_is_read_whole()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben");
        var headers = Some.Line(Some.Mail() with { BodyDigest = "unknown"u8.ToArray() });
        var whole = Some.Line(Some.Mail());
        foreach (var account in new[] { "ana", "ben" })
        {
            var item = Assert.Single(await scene.Discover(1, account));
            await scene.Ledger.Store(
                scene.Account(account),
                [new ItemResult.Quarantined(item.Number, new Trouble("INBOX 1", "cut short", "look at it")) { HeaderLine = headers }],
                Some.Classifier,
                default);
        }

        Assert.Equal(headers.Id, Assert.Single(await scene.Log()).Id);
        Assert.Equal(2, await scene.Ledger.RetryQuarantine(null, default));
        await ReadWhole("ana");
        Assert.Equal(new[] { headers.Id, whole.Id }.Order(), (await scene.Log()).Select(line => line.Id).Order());
        await ReadWhole("ben");
        Assert.Equal(whole.Id, Assert.Single(await scene.Log()).Id);
        Assert.Empty(await scene.Ledger.Quarantine(null, default));

        async Task ReadWhole(string account)
        {
            var item = Assert.Single(await scene.Ledger.Take(scene.Account(account), 500, Some.Noon, default));
            Assert.NotNull(item.HeaderLine);
            await scene.Ledger.Store(
                scene.Account(account),
                [new ItemResult.Mail(item.Number, whole) { InPlaceOf = item.HeaderLine }],
                Some.Classifier,
                default);
        }
    }

    [Fact]
    public async Task What_vanished_before_it_was_read_is_forgotten_and_its_folder_is_to_be_listed_whole()
    {
        await using var scene = await Scene.On(await databases.New());
        var cursor = new FolderCursor { Frontier = 7, UidValidity = 3, Snapshot = "counters", LastFullAt = Some.Noon };
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("6"), new Locator("7")], cursor, default);
        var items = await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default);
        var counts = await scene.Ledger.Store(
            scene.Account(),
            [.. items.Select(i => i.Key == "7" ? (ItemResult)new ItemResult.Vanished(i.Number) : new ItemResult.Skipped(i.Number, "seen"))],
            Some.Classifier,
            default);

        Assert.Equal((1, 1), (counts.Gone, counts.Skipped));
        var inbox = (await scene.Ledger.Folders(scene.Account(), default)).Single();
        Assert.Equal(cursor with { Snapshot = null, LastFullAt = null }, inbox.Cursor);
        Assert.Equal(1, await scene.Ledger.Discover(inbox, [new Locator("6"), new Locator("7")], cursor, default));
        Assert.Equal(["7"], (await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default)).Select(i => i.Key));
    }

    [Fact]
    public async Task What_waits_under_an_old_number_is_not_read_under_the_new_ones()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Ledger.Discover(scene.Inbox(), [new Locator("1"), new Locator("2")], new FolderCursor { Frontier = 2 }, default);
        await scene.Ledger.NewEpoch(scene.Inbox(), 99, default);

        Assert.Empty(await scene.Ledger.Take(scene.Account(), 500, Some.Noon, default));
    }

    [Fact]
    public async Task Only_renumberings_without_a_pause_count()
    {
        await using var scene = await Scene.On(await databases.New());
        var inbox = await scene.Ledger.NewEpoch(scene.Inbox(), 99, default);
        await scene.Ledger.ForgetRenumberings(inbox, default);

        Assert.Equal(1, (await scene.Ledger.NewEpoch(inbox, 100, default)).ValidityResets);
    }

    [Fact]
    public async Task An_account_tells_how_it_is_doing()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Accounts.NoteSuccess(scene.Account(), Some.Noon, Some.Noon - Some.Hours(1), default);
        await scene.Accounts.NoteFailure(scene.Account(), Some.Noon + Some.Hours(1), "the password was refused; renew it", true, default);
        await scene.Accounts.NoteFailure(scene.Account(), Some.Noon + Some.Hours(2), "the password was refused; renew it", true, default);
        await scene.Accounts.NoteSuccess(scene.Account(), Some.Noon + Some.Hours(2), null, default);
        await scene.Accounts.NoteFailure(scene.Account(), Some.Noon + Some.Hours(3), "no route", false, default);

        var ana = Assert.Single(await scene.Accounts.All(default));
        Assert.Equal(
            (Some.Noon + Some.Hours(2), Some.Noon - Some.Hours(1), "no route", false, Some.Noon + Some.Hours(3)),
            (ana.LastSuccess, ana.ReadUntil, ana.LastError, ana.LastErrorPermanent, ana.ErrorSince));
    }

    [Fact]
    public async Task A_failed_login_is_known_by_its_password_until_it_works_again_or_nobody_has_tried_it_for_long()
    {
        await using var database = await databases.New();
        var failures = new LoginFailures(database);
        var failure = new LoginFailure
        {
            Login = "imap ana at mx:993",
            Fingerprint = "a",
            Kind = "auth",
            Words = "no\0",
            Remedy = "correct\0 it",
            Repeats = 1,
            Refusals = 1,
            Since = Some.Noon,
            LastAt = Some.Noon,
            NotBefore = Some.Noon + NodaTime.Duration.FromMilliseconds(1),
        };
        await failures.Note(failure, default);
        await failures.Note(failure with { Repeats = 2, Refusals = 2 }, default);
        await failures.Note(failure with { Fingerprint = "b" }, default);
        await failures.Note(failure with { Login = "imap ben at mx:993" }, default);

        Assert.Equal(
            [("a", 2), ("b", 1)],
            (await failures.Read("imap ana at mx:993", default)).Select(f => (f.Fingerprint, f.Refusals)).Order());
        Assert.Equal(
            ("no\uFFFD", "correct\uFFFD it", Some.Noon + NodaTime.Duration.FromSeconds(1)),
            (await failures.Read("imap ben at mx:993", default)).Select(f => (f.Words, f.Remedy, f.NotBefore)).Single());

        await failures.Forget("imap ana at mx:993", "b", default);
        Assert.Equal("a", Assert.Single(await failures.Read("imap ana at mx:993", default)).Fingerprint);

        await failures.Note(failure with { Login = "imap cyd at mx:993", LastAt = Some.Noon + Some.Hours(24 * 91) }, default);
        Assert.Empty(await failures.Read("imap ana at mx:993", default));
    }
}

public sealed class SqliteHarvestTests(SqliteFiles files) : HarvestContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresHarvestTests(PostgresDatabases server) : HarvestContract(server);
