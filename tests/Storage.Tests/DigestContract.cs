using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage.Digests;
using NodaTime;

namespace CrmSync.Storage.Tests;

public abstract class DigestContract(IDatabases databases)
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 8, 30);
    private static readonly PlannedMail Mail = new("ID1@bright.example", "my-day", "ana", "2026-03-04", Now);
    private static readonly Duration Lease = Duration.FromMinutes(5);
    private static readonly ListedItem Item = new(1, "F7K2Q", ItemState.Overdue, Now - Duration.FromHours(3));

    [Fact]
    public async Task A_mail_is_planned_once_by_its_id_and_once_for_a_reader_and_date()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        Assert.True(await ledger.Plan(Mail, Now, default));
        Assert.False(await ledger.Plan(Mail, Now, default));
        Assert.False(await ledger.Plan(Mail with { MessageId = "ID2@bright.example" }, Now, default));
        Assert.True(await ledger.Plan(Mail with { MessageId = "ID2@bright.example", Reader = "tim" }, Now, default));
    }

    [Fact]
    public async Task It_goes_from_planned_to_sent_step_by_step_and_never_back()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await ledger.Plan(Mail, Now, default);
        Assert.Empty((await Claim(ledger)).Mails);
        Assert.True(await ledger.KeepBytes(Mail.MessageId, [1, 2, 3], [Item], Now, default));
        Assert.False(await ledger.KeepBytes(Mail.MessageId, [9], [], Now, default));
        var ready = (await ledger.Ready(null, Now, Lease, 10, default)).Single();
        Assert.Equal([1, 2, 3], (await ledger.Find(ready.Plan.MessageId, default))!.Bytes);
        var claimed = await Claim(ledger);
        Assert.Equal([Mail.MessageId], claimed.Mails);
        Assert.Empty((await Claim(ledger)).Mails);
        await Note(ledger, new LedgerStep.Sent(Mail.MessageId, claimed.Token, Now));
        await Note(ledger, new LedgerStep.Refused(Mail.MessageId, claimed.Token, "too late"));
        Assert.Equal(LedgerState.Sent, (await ledger.Find(Mail.MessageId, default))!.State);
        await databases.SetTime(Now + Duration.FromDays(1));
        Assert.Empty((await Claim(ledger)).Mails);
        Assert.Empty(await ledger.Ready(null, Now, Lease, 10, default));
        Assert.Equal(
            (LedgerState.Sent, Now),
            ((await ledger.Find(Mail.MessageId, default))!.State, (await ledger.Find(Mail.MessageId, default))!.SentAt!.Value));
    }

    [Fact]
    public async Task A_trial_and_those_who_get_their_own_mails_know_nothing_of_each_other()
    {
        await using var database = await databases.New();
        var (real, trial) = (new DigestLedger(database), new DigestLedger(database, LedgerReaders.Trial));
        var told = new ToldItems(database);
        var toldInTrial = new ToldItems(database, LedgerReaders.Trial);
        var mine = Mail with { MessageId = "T1@bright.example" };
        await trial.Plan(mine, Now, default);
        await trial.KeepBytes(mine.MessageId, [1], [Item], Now, default);
        var tomorrow = new LocalDate(2026, 3, 5);

        Assert.True(await real.Plan(Mail, Now, default));
        var ready = (await trial.Ready(null, Now, Lease, 10, default)).Single().Plan;
        Assert.Equal(("ana", mine.MessageId), (ready.Reader, ready.MessageId));
        Assert.Empty(await real.Ready(null, Now, Lease, 10, default));
        Assert.Equal((0, 1), (await real.CountUnsent(default), await trial.CountUnsent(default)));
        Assert.Equal((null, Now), (await real.OldestUnsent(default), await trial.OldestUnsent(default)));
        Assert.Equal(Mail.MessageId, (await real.Planned("my-day", default)).Single().Plan.MessageId);
        Assert.Empty(await trial.Planned("my-day", default));
        Assert.Empty(await told.Histories("my-day", ["ana"], tomorrow, default));
        Assert.Equal(["ana"], (await toldInTrial.Histories("my-day", ["ana"], tomorrow, default)).Keys);
        Assert.Empty(await told.Told("my-day", Now - Duration.FromDays(1), default));
        Assert.Equal("ana", (await toldInTrial.Told("my-day", Now - Duration.FromDays(1), default)).Single().Reader);
    }

    [Fact]
    public async Task When_a_trial_ends_its_steps_count_as_told_and_what_has_not_left_never_does()
    {
        await using var database = await databases.New();
        var (real, trial) = (new Notifications(database), new Notifications(database, LedgerReaders.Trial));
        var (step, other) = (new ToldStep("F7K2Q", "escalate-1"), new ToldStep("F7K2Q", "escalate-2"));
        var ledger = new DigestLedger(database, LedgerReaders.Trial);
        await ledger.Plan(Mail, Now, default);
        await ledger.KeepBytes(Mail.MessageId, [1], [Item], Now, default);
        await trial.Tell("ana", Mail.MessageId, [step], Now, default);
        Assert.Equal([step, other], await real.Untold("ana", [step, other], default));

        await new TrialEnd(database).Settle(default);
        await new TrialEnd(database).Settle(default);

        Assert.Equal([other], await real.Untold("ana", [step, other], default));
        Assert.Equal([step, other], await real.Untold("tim", [step, other], default));
        Assert.Empty(await ledger.Ready(null, Now, Lease, 10, default));
        Assert.Equal(LedgerState.Empty, (await ledger.Find(Mail.MessageId, default))!.State);
    }

    [Fact]
    public async Task What_may_have_left_since_a_backup_is_in_doubt_and_what_had_left_before_is_not()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await Ready(ledger);
        Assert.Equal(Now, await ledger.OldestUnsent(default));
        var sent = await Claim(ledger);
        await Note(ledger, new LedgerStep.Sent(Mail.MessageId, sent.Token, Now));
        Assert.Null(await ledger.OldestUnsent(default));
        var written = Mail with { MessageId = "ID2@bright.example", Reader = "tim" };
        await ledger.Plan(written, Now, default);
        await ledger.KeepBytes(written.MessageId, [1], [], Now, default);

        var later = Mail with { MessageId = "ID3@bright.example", Occasion = "2026-03-05", DueAt = Now + Duration.FromDays(1) };
        Assert.Equal(2, await ledger.Doubt([Mail, later], "it may have left", Now, later.DueAt, default));
        foreach (var id in new[] { written.MessageId, later.MessageId })
        {
            var doubted = (await ledger.Find(id, default))!;
            Assert.Equal(
                (LedgerState.Sending, LedgerCopy.Missing, "it may have left", Now),
                (doubted.State, doubted.Copy, doubted.Problem, doubted.RenewedAt));
        }

        Assert.Equal(LedgerState.Sent, (await ledger.Find(Mail.MessageId, default))!.State);
    }

    [Fact]
    public async Task A_claim_is_taken_over_when_its_worker_gives_no_sign_of_life_by_the_time_of_the_database()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        var (ledger, theirs) = (new DigestLedger(database), new DigestLedger(other));
        await databases.SetTime(Now);
        await Ready(ledger);
        var claimed = await Claim(ledger);
        await databases.SetTime(Now + Duration.FromMinutes(4));
        Assert.Equal([Mail.MessageId], await ledger.Renew([Mail.MessageId], claimed.Token, default));

        // Whatever the clock of the other worker says, which comes with the moment it asks at.
        await databases.SetTime(Now + Duration.FromMinutes(8));
        Assert.Empty(await theirs.Ready(null, Now + Duration.FromHours(5), Lease, 10, default));
        Assert.Empty((await Claim(theirs)).Mails);

        await databases.SetTime(Now + Duration.FromMinutes(9));
        var abandoned = (await theirs.Ready(null, Now - Duration.FromHours(5), Lease, 10, default)).Single();
        Assert.Equal(
            (LedgerState.Sending, claimed.Token, Now, Now + Duration.FromMinutes(4)),
            (abandoned.State, abandoned.Token, abandoned.ClaimedAt!.Value, abandoned.RenewedAt!.Value));
        Assert.True((await Claim(theirs)).Token > claimed.Token);
        Assert.Empty(await ledger.Renew([Mail.MessageId], claimed.Token, default));

        // The first time it was handed over is remembered.
        Assert.Equal(Now, (await theirs.Find(Mail.MessageId, default))!.ClaimedAt);
    }

    [Fact]
    public async Task A_worker_that_lost_its_mail_changes_nothing_about_it_any_more()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await databases.SetTime(Now);
        await Ready(ledger);
        var old = (await Claim(ledger)).Token;
        await databases.SetTime(Now + Lease);
        var token = (await Claim(ledger)).Token;
        LedgerStep[] late =
        [
            new LedgerStep.Sent(Mail.MessageId, old, Now), new LedgerStep.Postponed(Mail.MessageId, old, "busy", Now),
            new LedgerStep.Doubtful(Mail.MessageId, old, "no answer"), new LedgerStep.Refused(Mail.MessageId, old, "unknown"),
        ];
        foreach (var step in late)
            await Note(ledger, step);

        Assert.False(await ledger.MarkWithoutCopy(Mail.MessageId, old, "full", default));
        var mail = (await ledger.Find(Mail.MessageId, default))!;
        Assert.Equal((LedgerState.Sending, null, LedgerCopy.Follows, token), (mail.State, mail.Problem, mail.Copy, mail.Token));
        Assert.NotNull(mail.Bytes);
    }

    [Fact]
    public async Task Of_two_workers_that_take_the_same_mails_at_once_each_gets_its_own()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        var ledger = new DigestLedger(database);
        var mails = Enumerable.Range(0, 200).Select(i => Mail with { MessageId = $"ID{i}@bright.example", Reader = $"p{i}" }).ToList();
        await ledger.Plan(mails, Now, default);
        await ledger.Keep([.. mails.Select(mail => new WrittenMail(mail.MessageId, [1], []))], Now, default);
        var taken = await Task.WhenAll(new[] { ledger, new DigestLedger(other) }.Select(one => Task.Run(async () =>
        {
            var mine = new List<string>();
            foreach (var group in mails.Chunk(7))
                mine.AddRange((await one.Settle([], [.. group.Select(mail => mail.MessageId)], true, Lease, default)).Mails);

            return mine;
        })));
        Assert.Equal(mails.Select(mail => mail.MessageId).Order(), taken.SelectMany(mine => mine).Order());
    }

    [Fact]
    public async Task What_did_not_leave_is_tried_again_or_refused_with_its_reason()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await Ready(ledger);
        var token = (await Claim(ledger)).Token;
        await Note(ledger, new LedgerStep.Postponed(Mail.MessageId, token, "the server is busy", Now + Duration.FromMinutes(2)));
        Assert.Equal(
            (LedgerState.Rendered, "the server is busy"),
            ((await ledger.Find(Mail.MessageId, default))!.State, (await ledger.Find(Mail.MessageId, default))!.Problem));
        Assert.Empty(await ledger.Ready(null, Now, Lease, 10, default));
        var again = (await ledger.Ready(null, Now + Duration.FromMinutes(2), Lease, 10, default)).Single();
        Assert.Equal((1, 1), (again.Attempts, (await ledger.Waiting(default)).Count));
        Assert.Equal([1], (await ledger.Find(again.Plan.MessageId, default))!.Bytes);
        await Note(ledger, new LedgerStep.Refused(Mail.MessageId, again.Token, "no such mailbox"));
        Assert.Equal("no such mailbox", (await ledger.Refused(Now, default)).Single().Problem);
        Assert.Empty(await ledger.Ready(null, Now, Lease, 10, default));
    }

    [Fact]
    public async Task Whether_a_copy_goes_along_is_known_before_the_mail_leaves()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await Ready(ledger);
        Assert.False(await ledger.MarkWithoutCopy(Mail.MessageId, 0, "full", default));
        var token = (await Claim(ledger)).Token;
        Assert.Equal(LedgerCopy.Follows, (await ledger.Find(Mail.MessageId, default))!.Copy);
        Assert.True(await ledger.MarkWithoutCopy(Mail.MessageId, token, "full", default));
        Assert.Equal(
            (LedgerCopy.Missing, "full"),
            ((await ledger.Find(Mail.MessageId, default))!.Copy, (await ledger.Find(Mail.MessageId, default))!.CopyProblem));
        await Note(ledger, new LedgerStep.Doubtful(Mail.MessageId, token, "no answer"));
        Assert.Equal("no answer", (await ledger.Waiting(default)).Single().Problem);
    }

    [Fact]
    public async Task Ready_mails_come_page_by_page_and_a_later_digest_is_known()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        for (var day = 2; day <= 6; day++)
        {
            var mail = Mail with { MessageId = $"D{day}@bright.example", Occasion = $"2026-03-0{day}" };
            await ledger.Plan(mail, Now, default);
            await ledger.KeepBytes(mail.MessageId, [1], [], Now, default);
        }

        var first = await ledger.Ready(null, Now, Lease, 3, default);
        var second = await ledger.Ready(first[^1].Plan, Now, Lease, 3, default);
        Assert.Equal(["D2", "D3", "D4", "D5", "D6"], first.Concat(second).Select(mail => mail.Plan.MessageId[..2]));
        Assert.True(await ledger.IsFollowed(first[0].Plan, default));
        Assert.False(await ledger.IsFollowed(second[^1].Plan, default));
        Assert.True(first[0].Plan.IsDaily);
        Assert.False((Mail with { Occasion = "2026-03-04-ABCDEFGH" }).IsDaily);
    }

    [Fact]
    public async Task The_trouble_of_the_way_is_kept_until_it_works_again()
    {
        await using var database = await databases.New();
        var standing = new DeliveryHealth(new Settings(database));
        Assert.Null(await standing.Trouble(default));
        var trouble = new DeliveryTrouble("no such host", Now, 2, Now + Duration.FromMinutes(5), NeedsSomebody: true);
        await standing.Set(trouble, default);
        Assert.Equal(trouble, await standing.Trouble(default));
        await standing.TryAtOnce(default);
        Assert.True((await standing.Trouble(default))!.NextTry <= Now);
        await standing.Set(null, default);
        Assert.Null(await standing.Trouble(default));
        await standing.SetCopyTrouble("full", default);
        Assert.Equal("full", await standing.CopyTrouble(default));
    }

    [Fact]
    public async Task Nothing_to_say_is_remembered_and_is_no_history()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await ledger.Plan(Mail, Now, default);
        Assert.True(await ledger.MarkEmpty(Mail.MessageId, default));
        Assert.False(await ledger.Plan(Mail, Now, default));
        Assert.Empty(await new ToldItems(database).Histories("my-day", ["ana"], new LocalDate(2026, 3, 5), default));
    }

    [Fact]
    public async Task The_history_has_the_last_five_digests_before_a_date_with_what_they_told()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        for (var day = 1; day <= 7; day++)
        {
            var mail = Mail with
            {
                MessageId = $"ID{day}@bright.example",
                Occasion = $"2026-03-0{day}",
                DueAt = Now + Duration.FromDays(day - 4),
            };
            await ledger.Plan(mail, Now, default);
            await ledger.KeepBytes(
                mail.MessageId,
                [1],
                [Item with { Number = 1 }, Item with { Number = 2, Item = "B3MXA", Due = null, State = ItemState.Open }],
                Now,
                default);
        }

        var told = new ToldItems(database);
        var history = Assert.Single(await told.Histories("my-day", ["ana", "tim"], new LocalDate(2026, 3, 7), default)).Value;
        Assert.Equal([6, 5, 4, 3, 2], history.Sent.Select(d => d.Date.Day));
        Assert.Equal([Item, new ListedItem(2, "B3MXA", ItemState.Open, null)], history.Last!.Items);
        Assert.Equal(Now + Duration.FromDays(2), history.Last.DueAt);
        Assert.Equal("B3MXA", (await told.ReadItems("ID3@bright.example", default))[2]);
        Assert.False((await told.ReadItems("ID3@bright.example", default)).ContainsKey(3));
    }

    private static async Task Ready(DigestLedger ledger)
    {
        await ledger.Plan(Mail, Now, default);
        await ledger.KeepBytes(Mail.MessageId, [1], [], Now, default);
    }

    private static Task<ClaimedMails> Claim(DigestLedger ledger) => ledger.Settle([], [Mail.MessageId], true, Lease, default);

    private static Task<ClaimedMails> Note(DigestLedger ledger, LedgerStep step) => ledger.Settle([step], [], true, Lease, default);
}

public sealed class SqliteDigestTests(SqliteFiles files) : DigestContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresDigestTests(PostgresDatabases databases) : DigestContract(databases);
