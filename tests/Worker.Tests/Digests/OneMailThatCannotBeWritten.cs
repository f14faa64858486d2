using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>
/// Whatever one digest, immediate mail, answer or way out throws that nobody expected: the others are done, and the trouble is told in
/// words that quote nothing of a mail.
/// </summary>
public sealed class OneMailThatCannotBeWritten : IAsyncLifetime, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-writing-").FullName;
    private readonly HtmlPages pages = new();
    private ContactDatabase database = null!;
    private DigestLedger ledger = null!;

    private string File => Path.Combine(folder, "test.db");

    public async Task InitializeAsync()
    {
        database = await ContactDatabase.OpenSqlite(File, TimeProvider.System, default);
        ledger = new DigestLedger(database);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await pages.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_digest_that_cannot_be_composed_is_told_and_written_when_it_can_be()
    {
        var run = Digests();
        Assert.Equal(["tim"], Readers(await run.Write(Some.Facts([Unsayable("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default)));
        Told(run.Troubles, "my-day for ana");

        var later = Digests();
        Assert.Equal(["ana"], Readers(await later.Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default)));
        Assert.Empty(later.Troubles);
    }

    [Fact]
    public async Task A_digest_that_cannot_be_kept_is_told_and_the_others_are_kept()
    {
        await Do(
            "create trigger spoilt before update on digest when new.reader = 'ana' "
                + "begin select raise(abort, 'about jane@acme.example'); end");
        var run = Digests();
        Assert.Equal(["tim"], Readers(await run.Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default)));
        Told(run.Troubles, "my-day for ana");

        await Do("drop trigger spoilt");
        Assert.Equal(["ana"], Readers(await Digests().Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default)));
    }

    [Fact]
    public async Task Digests_that_are_only_shown_are_shown_without_the_one_that_cannot_be()
    {
        var run = Digests();
        var shown = await run.Show(Some.Facts([Unsayable("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default);
        Assert.Equal(["tim"], Readers(shown.Select(one => one.Digest)));
        Told(run.Troubles, "my-day for ana");
    }

    [Fact]
    public async Task An_immediate_mail_that_cannot_be_written_is_told_and_written_when_it_can_be()
    {
        var run = Notices();
        var facts = Some.Facts([Escalated(Unsayable("F7K2Q"), "ana"), Escalated(Some.Item("B3MXA"), "tim")]);
        Assert.Equal(["tim"], Readers(await run.Write(facts, default)));
        Told(run.Troubles, "immediate for ana");

        // Planned and told by then, it is taken up like one that a stopped run left behind.
        var later = Notices();
        facts = Some.Facts([Escalated(Some.Item("F7K2Q"), "ana"), Escalated(Some.Item("B3MXA"), "tim")]);
        Assert.Equal(["ana"], Readers(await later.Write(facts, default)));
        Assert.Empty(later.Troubles);
        var anas = (await ledger.Ready(null, Some.Now, Duration.Zero, 10, default)).Single(mail => mail.Plan.Reader == "ana");
        var bytes = (await ledger.Find(anas.Plan.MessageId, default))!.Bytes!;
        Assert.Contains("F7K2Q", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_keeps_no_other_from_being_given_nor_any_digest()
    {
        // One kept in a form nobody knows, one for the next digest, one that is sound.
        await Owe("1", "{ \"Who\": [\"nobody in particular\"] }", atOnce: true);
        await Owe("2", "not even JSON", atOnce: false);
        await Owe("3", "{ \"WithHelp\": true }", atOnce: true);
        var inbox = new CommandInbox(database);
        var mails = new DigestMails(Written.Sender, pages);
        var answers = new AnswerRun(ledger, inbox, mails, new ReaderFeeds(database), new AuditTrail(database));
        await answers.Write(await answers.Due(Some.Policy, Some.Now, default), Some.Facts([]), default);
        Assert.Single(await ledger.Ready(null, Some.Now, Duration.Zero, 10, default));
        Assert.Single(answers.Troubles);

        var run = Digests();
        Assert.Equal(["ana"], Readers(await run.Write(Some.Facts([Some.Item("F7K2Q")]), default)));
        Assert.Single(run.Troubles);

        // What cannot be read will not be readable either the next time: it is told once and given up.
        var again = new AnswerRun(ledger, inbox, mails, new ReaderFeeds(database), new AuditTrail(database));
        Assert.Empty(await again.Due(Some.Policy, Some.Now + Duration.FromHours(2), default));
        Assert.Empty(again.Troubles);
        Assert.Empty(await inbox.OwedWithDigests(default));
    }

    [Theory]
    [InlineData("update digest set bytes = null where reader = 'ana'")]
    [InlineData(null)]
    public async Task A_mail_at_which_handing_over_throws_stops_no_other(string? spoil)
    {
        await Digests().Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default);
        if (spoil is not null)
            await Do(spoil);

        await using var way = new SpoiltWay(spoil is null ? "ana@bright.example" : "nobody");
        var report = await new Outbox(
            ledger,
            new DeliveryHealth(new Settings(database)),
            way,
            new SentCopies(new Accounts(database), ledger, Written.Sender.CommandMailbox),
            Some.Policy,
            Written.Sender,
            MachineTime.Instance).SendAll(Some.Now, null, default);

        Assert.Equal(["tim"], report.Sent.Select(mail => mail.Reader));
        var problem = Assert.Single(report.Problems);
        Assert.Equal("ana", problem.Mail.Reader);
        Assert.DoesNotContain("jane", problem.Reason, StringComparison.Ordinal);
    }

    private static void Told(IReadOnlyList<Domain.Harvest.Trouble> troubles, string what)
    {
        var words = Assert.Single(troubles).ToString();
        Assert.StartsWith(what, words, StringComparison.Ordinal);
        Assert.Contains("the program met something it does not know (", words, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", words, StringComparison.Ordinal);
    }

    private DigestRun Digests() =>
        new(ledger, new ToldItems(database), new CommandInbox(database), new DigestMails(Written.Sender, pages), []);

    private NoticeRun Notices() => new(ledger, new Notifications(database), new DigestMails(Written.Sender, pages));

    private static IEnumerable<string> Readers(IEnumerable<Digest> digests) => digests.Select(digest => digest.Run.Reader.Id);

    private static Item Unsayable(string id) => Some.Item(id) with { Why = null!, Reason = new Unspeakable() };

    private static Item Escalated(Item item, string to) => item with
    {
        State = ItemState.Overdue,
        Due = Some.Now - Duration.FromHours(20),
        Level = 1,
        Steps = [new ItemStep(Some.Now - Duration.FromHours(1), to, Via.Email)],
    };

    private async Task Owe(string id, string answer, bool atOnce) => await Do(
        "insert into command_mail (id, arrived_at, state, reader, answer, at_once) "
            + $"values ('{id}', '2026-03-04T08:00:00Z', 1, 'ana', '{answer}', {(atOnce ? 1 : 0)})");

    private async Task Do(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.ExecuteAsync(sql);
    }

    /// <summary>A reason that nobody can put into words.</summary>
    private sealed record Unspeakable : Reason
    {
        public override string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at) =>
            throw new InvalidTimeZoneException("about jane@acme.example");

        public override string ToString() => throw new InvalidTimeZoneException("about jane@acme.example");
    }

    /// <summary>A way that throws what nobody expects for one reader.</summary>
    private sealed class SpoiltWay(string reader) : IMailDelivery
    {
        public Repetition Repetition => Repetition.Doubles;

        public Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct) => mail.Reader == reader
            ? throw new InvalidTimeZoneException("about jane@acme.example")
            : Task.FromResult<DeliveryAnswer>(new DeliveryAnswer.Accepted());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
