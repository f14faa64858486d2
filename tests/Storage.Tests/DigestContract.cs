using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage.Digests;
using NodaTime;

namespace CrmSync.Storage.Tests;

public abstract class DigestContract(IDatabases databases)
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 8, 30);
    private static readonly PlannedMail Mail = new("ID1@bright.example", "my-day", "ana", "2026-03-04", Now);
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
        Assert.False(await ledger.Claim(Mail.MessageId, true, Now, Now, default));
        Assert.True(await ledger.KeepBytes(Mail.MessageId, [1, 2, 3], [Item], Now, default));
        Assert.False(await ledger.KeepBytes(Mail.MessageId, [9], [], Now, default));
        Assert.Equal([1, 2, 3], (await ledger.Ready(null, Now, Now, 10, default)).Single().Bytes);
        Assert.True(await ledger.Claim(Mail.MessageId, true, Now, Now - Duration.FromMinutes(5), default));
        Assert.False(await ledger.Claim(Mail.MessageId, true, Now, Now - Duration.FromMinutes(5), default));
        await ledger.Note(new LedgerStep.Sent(Mail.MessageId, Now), default);
        await ledger.Note(new LedgerStep.Refused(Mail.MessageId, "too late"), default);
        Assert.Equal(LedgerState.Sent, (await ledger.Find(Mail.MessageId, default))!.State);
        Assert.False(await ledger.Claim(Mail.MessageId, true, Now, Now + Duration.FromDays(1), default));
        Assert.Empty(await ledger.Ready(null, Now, Now, 10, default));
        Assert.Equal(
            (LedgerState.Sent, Now),
            ((await ledger.Find(Mail.MessageId, default))!.State, (await ledger.Find(Mail.MessageId, default))!.SentAt!.Value));
    }

    [Fact]
    public async Task A_claim_of_a_worker_that_is_gone_can_be_taken_over()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await ledger.Plan(Mail, Now, default);
        await ledger.KeepBytes(Mail.MessageId, [1], [], Now, default);
        await ledger.Claim(Mail.MessageId, true, Now, Now - Duration.FromMinutes(5), default);
        var later = Now + Duration.FromMinutes(6);
        Assert.Equal(LedgerState.Sending, (await ledger.Ready(null, Now, Now, 10, default)).Single().State);
        Assert.True(await ledger.Claim(Mail.MessageId, true, later, later - Duration.FromMinutes(5), default));
    }

    [Fact]
    public async Task What_did_not_leave_is_tried_again_or_refused_with_its_reason()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await ledger.Plan(Mail, Now, default);
        await ledger.KeepBytes(Mail.MessageId, [1], [], Now, default);
        await ledger.Claim(Mail.MessageId, true, Now, Now - Duration.FromMinutes(5), default);
        await ledger.Note(new LedgerStep.Postponed(Mail.MessageId, "the server is busy", Now + Duration.FromMinutes(2)), default);
        Assert.Equal(
            (LedgerState.Rendered, "the server is busy"),
            ((await ledger.Find(Mail.MessageId, default))!.State, (await ledger.Find(Mail.MessageId, default))!.Problem));
        Assert.Empty(await ledger.Ready(null, Now, Now, 10, default));
        var again = (await ledger.Ready(null, Now + Duration.FromMinutes(2), Now, 10, default)).Single();
        Assert.Equal((1, 1, 1), (again.Attempts, (await ledger.Waiting(default)).Count, again.Bytes!.Length));
        await ledger.Note(new LedgerStep.Refused(Mail.MessageId, "no such mailbox"), default);
        Assert.Equal("no such mailbox", (await ledger.Refused(Now, default)).Single().Problem);
        Assert.Empty(await ledger.Ready(null, Now, Now, 10, default));
    }

    [Fact]
    public async Task Whether_a_copy_goes_along_is_known_before_the_mail_leaves()
    {
        await using var database = await databases.New();
        var ledger = new DigestLedger(database);
        await ledger.Plan(Mail, Now, default);
        await ledger.KeepBytes(Mail.MessageId, [1], [], Now, default);
        Assert.False(await ledger.LeavesWithoutCopy(Mail.MessageId, "full", default));
        await ledger.Claim(Mail.MessageId, true, Now, Now, default);
        Assert.Equal(LedgerCopy.Follows, (await ledger.Find(Mail.MessageId, default))!.Copy);
        Assert.True(await ledger.LeavesWithoutCopy(Mail.MessageId, "full", default));
        Assert.Equal(
            (LedgerCopy.Missing, "full"),
            ((await ledger.Find(Mail.MessageId, default))!.Copy, (await ledger.Find(Mail.MessageId, default))!.CopyProblem));
        await ledger.Note(new LedgerStep.Doubtful(Mail.MessageId, "no answer"), default);
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

        var first = await ledger.Ready(null, Now, Now, 3, default);
        var second = await ledger.Ready(first[^1].Plan, Now, Now, 3, default);
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
        var standing = new DeliveryStanding(database);
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
        Assert.True(await ledger.NothingToSay(Mail.MessageId, default));
        Assert.False(await ledger.Plan(Mail, Now, default));
        Assert.Empty((await ledger.History("my-day", "ana", new LocalDate(2026, 3, 5), default)).Sent);
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

        var history = await ledger.History("my-day", "ana", new LocalDate(2026, 3, 7), default);
        Assert.Equal([6, 5, 4, 3, 2], history.Sent.Select(d => d.Date.Day));
        Assert.Equal([Item, new ListedItem(2, "B3MXA", ItemState.Open, null)], history.Last!.Items);
        Assert.Equal(Now + Duration.FromDays(2), history.Last.DueAt);
        Assert.Empty((await ledger.History("my-day", "tim", new LocalDate(2026, 3, 7), default)).Sent);
        Assert.Equal("B3MXA", (await ledger.ItemsOf("ID3@bright.example", default))[2]);
        Assert.False((await ledger.ItemsOf("ID3@bright.example", default)).ContainsKey(3));
    }
}

public sealed class SqliteDigestTests(SqliteFiles files) : DigestContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresDigestTests(PostgresDatabases databases) : DigestContract(databases);
