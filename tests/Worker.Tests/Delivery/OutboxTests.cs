using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures;
using CrmSync.Fixtures.Digests;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Imap;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

public sealed class OutboxTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-outbox-").FullName;
    private readonly HtmlPages pages = new();
    private readonly SettableTime time = new(Some.Now.ToDateTimeOffset());
    private ContactDatabase database = null!;
    private DigestLedger ledger = null!;

    private string Mails => Path.Combine(folder, "mail");

    public async Task InitializeAsync()
    {
        database = await ContactDatabase.OpenSqlite(Path.Combine(folder, "test.db"), time, default);
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
    public async Task Digests_that_are_due_leave_once_and_only_for_those_with_something_to_do()
    {
        var facts = Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]);
        Assert.Equal(["ana", "tim"], (await Run().Write(facts, default)).Select(d => d.Run.Reader.Id));
        Assert.Equal(2, (await Send(new FolderDelivery(Mails))).Sent.Count);
        var mails = Directory
            .GetFiles(Mails, "*.eml")
            .Select(file => (Name: file, Mail: MimeReader.Read(File.ReadAllBytes(file))))
            .ToList();
        Assert.Equal(["ana@bright.example", "tim@bright.example"], mails.Select(one => one.Mail.To[0].Address).Order());
        Assert.All(mails, one => Assert.Equal(one.Mail.MessageId, Path.GetFileNameWithoutExtension(one.Name)));
        Assert.All(mails, one => Assert.True(File.Exists(Path.ChangeExtension(one.Name, ".html"))));

        Assert.Empty(await Run().Write(facts, default));
        Assert.Empty((await Send(new FolderDelivery(Mails))).Sent);
    }

    [Fact]
    public async Task Who_had_nothing_to_read_in_the_morning_gets_no_digest_at_noon()
    {
        await Run().Write(Some.Facts([]), default);
        Assert.Empty(await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default));
    }

    [Fact]
    public async Task The_next_digest_knows_what_the_last_one_told()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA")]), default);
        var tomorrow = Some.Facts([Some.Item("F7K2Q"), Some.Item("C4C4C")]);
        tomorrow = tomorrow with { Evaluation = tomorrow.Evaluation with { Now = Some.Now + Duration.FromDays(1) } };
        var digest = (await Run().Write(tomorrow, default)).Single(d => d.Run.Reader.Id == "ana");
        Assert.Equal(
            [("C4C4C", true), ("F7K2Q", false)],
            digest.Sections.OfType<ItemSection>().SelectMany(s => s.Lines).Select(l => (l.Item.Id, l.IsNew)).Order());
    }

    [Fact]
    public async Task Showing_digests_plans_and_sends_nothing()
    {
        Assert.Single(await Run().Show(Some.Facts([Some.Item("F7K2Q")]), default));
        Assert.Single(await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default));
    }

    [Fact]
    public async Task A_reader_who_is_no_longer_in_people_gets_nothing_and_stops_nobody()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q"), Some.Item("B3MXA", owner: "tim")]), default);
        var report = await Send(new FolderDelivery(Mails), Some.Policy with { People = [Some.Olga, Some.Tim] });
        Assert.Equal("tim", report.Sent.Single().Reader);
        Assert.Contains("\"ana\" is not in people", report.Problems.Single().Reason, StringComparison.Ordinal);
        Assert.Equal("ana", (await ledger.Refused(Some.Now - Duration.FromDays(1), default)).Single().Plan.Reader);
    }

    [Theory]
    [InlineData("To: jane@acme.example")]
    [InlineData("To: ana@bright.example, Jane <jane@acme.example>")]
    [InlineData("To: ana@bright.example\r\nCc: jane@acme.example")]
    [InlineData("To: ana@bright.example\r\nBcc: jane@acme.example")]
    public async Task A_mail_addressed_to_anybody_outside_is_refused_whoever_wrote_it(string headers)
    {
        await Keep(
            "ID@bright.example",
            "ana",
            System.Text.Encoding.ASCII.GetBytes($"From: crmsync@bright.example\r\n{headers}\r\nSubject: x\r\n\r\nHello\r\n"));
        var delivery = new CannedDelivery();
        var report = await Send(delivery);
        Assert.Empty(delivery.Delivered);
        Assert.Contains(
            "jane@acme.example is neither in people nor the command mailbox",
            report.Problems.Single().Reason,
            StringComparison.Ordinal);
        Assert.True(report.Problems.Single().IsFinal);
    }

    [Fact]
    public async Task A_full_disk_is_said_clearly_and_leaves_nothing_half_written()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default);
        Directory.CreateDirectory(Mails);

        // Whatever is written there fails as on a full disk.
        var id = (await ledger.Ready(null, Some.Now, Duration.Zero, 10, default)).Single().Plan.MessageId;
        Directory.CreateDirectory(Path.Combine(Mails, ".sent"));
        File.CreateSymbolicLink(Path.Combine(Mails, ".sent", $"{id}.1.html"), "/dev/full");
        var problem = (await Send(new FolderDelivery(Mails))).Problems.Single();
        Assert.Contains(
            $"{id}.eml could not be written (No space left on device",
            problem.Reason,
            StringComparison.Ordinal);
        Assert.False(problem.IsFinal);
        Assert.Empty(Directory.GetFiles(Mails, "*", SearchOption.AllDirectories));

        Assert.Single((await Send(new FolderDelivery(Mails), at: Some.Now + Duration.FromMinutes(1))).Sent);
        Assert.Equal([$"{id}.eml", $"{id}.html"], Files());
    }

    [Fact]
    public async Task A_mail_the_server_postpones_is_tried_again_for_a_day()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default);
        var busy = new CannedDelivery { Answer = new DeliveryAnswer.Postponed("try later") };
        Assert.Equal("try later", (await Send(busy)).Problems.Single().Reason);
        Assert.Empty((await Send(new CannedDelivery())).Sent);
        Assert.Single((await Send(new CannedDelivery(), at: Some.Now + Duration.FromMinutes(1))).Sent);

        await Keep("OLD@bright.example", "tim", "To: tim@bright.example\r\n\r\n"u8.ToArray());
        await Send(busy);
        var report = await Send(busy, at: Some.Now + Duration.FromHours(25));
        Assert.Equal("it could not leave within a day: try later", report.Problems.Single().Reason);
    }

    [Fact]
    public async Task After_a_crash_the_command_mailbox_is_searched_before_anything_is_sent_again()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default);
        var mail = (await ledger.Ready(null, Some.Now, Duration.Zero, 10, default)).Single();
        var written = (await ledger.Find(mail.Plan.MessageId, default))!.Bytes;
        await ledger.Settle([], [mail.Plan.MessageId], true, Duration.FromHours(1), default);

        // Another worker may still have it.
        var delivery = new CannedDelivery();
        Assert.Empty((await Send(delivery)).Problems);

        // The claim is old, but the command mailbox has not been read since.
        var accounts = new Accounts(database);
        var commands = await accounts.Register("commands", "maildir", "crmsync@bright.example", default);
        var later = Some.Now + Duration.FromMinutes(20);
        Assert.Contains(
            "command mailbox",
            (await Send(delivery, at: later)).Problems.Single().Reason,
            StringComparison.Ordinal);

        // It has been read, and there is no copy: it never left.
        await accounts.NoteSuccess(commands, later, later, default);
        Assert.Single((await Send(delivery, at: later)).Sent);
        Assert.Equal(written, delivery.Delivered.Single().Bytes.ToArray());
    }

    [Fact]
    public async Task A_mail_in_doubt_stays_in_doubt_until_its_copy_was_looked_for()
    {
        await Run().Write(Some.Facts([Some.Item("F7K2Q")]), default);
        await Send(new CannedDelivery { Answer = new DeliveryAnswer.InDoubt("no answer") });
        Assert.Equal(LedgerState.Sending, (await ledger.Ready(null, Some.Now, Duration.Zero, 10, default)).Single().State);
    }

    [Fact]
    public async Task An_escalation_is_told_once_however_often_it_is_recomputed()
    {
        var facts = Escalated("F7K2Q");
        Assert.Equal(["ana"], (await Notices().Write(facts, default)).Select(d => d.Run.Reader.Id));
        Assert.Empty(await Notices().Write(facts, default));
        Assert.Equal(["B3MXA"], (await Notices().Write(Escalated("F7K2Q", "B3MXA"), default)).Single().Listed.Select(l => l.Item));

        var delivery = new CannedDelivery();
        await Send(delivery);
        var headers = System.Text.Encoding.UTF8.GetString(delivery.Delivered[0].Bytes.Span);
        Assert.Contains("X-CrmSync: notice", headers, StringComparison.Ordinal);
        Assert.Contains("Subject: Overdue: Answer jo@acme.example - 08:45", headers, StringComparison.Ordinal);
        Assert.DoesNotContain("List-Unsubscribe", headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_immediate_mail_left_behind_by_a_worker_that_died_is_written_by_the_next(bool told)
    {
        var facts = Escalated("F7K2Q");
        var notices = new NoticePlan(facts.Policy).DueAt(facts.Evaluation).Single().Notices;
        var id = new DigestMails(Written.Sender, pages).MessageId("ana", notices);
        await ledger.Plan(new PlannedMail(id, NoticeComposer.Name, "ana", "x", Some.Now), Some.Now, default);
        if (told)
            await new Notifications(database).Tell("ana", id, [new ToldStep("F7K2Q", "escalate-1")], Some.Now, default);

        await Notices().Write(facts, default);
        await Notices().Write(facts, default);
        Assert.Single((await Send(new CannedDelivery())).Sent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_at_fifty_moments_while_200_digests_go_out_each_reader_has_exactly_one(bool toFolder)
    {
        var people = Enumerable.Range(0, 200).Select(i => new Person($"p{i}", Some.Address($"p{i}@bright.example"))).ToList();
        var policy = Some.Policy with { People = people };
        var facts = Some.Facts([.. people.Select(p => Some.Item($"I{p.Id}", owner: p.Id))], policy: policy);
        await using var server = new FakeSmtpServer();
        var commands = await CommandMailbox.From(database);
        var random = new Random(7);
        var now = Some.Now;
        for (var life = 0; life <= 50; life++)
        {
            using var death = new CancellationTokenSource();
            var deliveries = life == 50 ? int.MaxValue : random.Next(1, 6);
            using var logins = ImapCompany.Logins(new TestClock(now), database);
            IMailDelivery whole = toFolder ? new FolderDelivery(Mails) : SendingCompany.WayTo(server, logins);
            await using var way = new DyingDelivery(whole, deliveries, random.Next(2) == 0, death);
            try
            {
                await Run().Write(facts, death.Token);
                time.Now = now.ToDateTimeOffset();
                await Outbox(way, policy).SendAll(now, Duration.Zero, death.Token);
            }
            catch (OperationCanceledException)
            {
                // Killed; the next worker goes on, and the command mailbox is read meanwhile.
            }

            now += Duration.FromMinutes(11);
            await commands.Harvest([.. server.Taken.Select(mail => (ReadOnlyMemory<byte>)mail.Content)], now);
        }

        var got = toFolder
            ? Directory.GetFiles(Mails, "*.eml").Select(file => MimeReader.Read(File.ReadAllBytes(file)).To[0].Address)
            : server.Taken.Select(mail => mail.Recipients[0]);
        Assert.Equal(people.Select(p => p.Email.Value).Order(StringComparer.Ordinal), got.Order(StringComparer.Ordinal));
        Assert.Equal(0, await ledger.CountUnsent(default));
    }

    private DigestRun Run() =>
        new(ledger, new ToldItems(database), new CommandInbox(database), new DigestMails(Written.Sender, pages), []);

    private NoticeRun Notices() => new(ledger, new Notifications(database), new DigestMails(Written.Sender, pages));

    private static DigestFacts Escalated(params string[] ids) =>
        Some.Facts([
            .. ids.Select(id =>
                Some.Item(id, state: ItemState.Overdue) with
                {
                    Level = 1,
                    Steps = [new ItemStep(Some.Now - Duration.FromHours(1), "ana", Via.Email)],
                }),
        ]);

    private Outbox Outbox(IMailDelivery delivery, CompanyPolicy? policy = null) =>
        new(
            ledger,
            new DeliveryHealth(new Settings(database)),
            delivery,
            new SentCopies(new Accounts(database), ledger, Written.Sender.CommandMailbox),
            policy ?? Some.Policy,
            Written.Sender,
            MachineTime.Instance);

    private Task<OutboxReport> Send(IMailDelivery delivery, CompanyPolicy? policy = null, Instant? at = null)
    {
        time.Now = (at ?? Some.Now).ToDateTimeOffset();
        return Outbox(delivery, policy).SendAll(at ?? Some.Now, null, default);
    }

    private List<string> Files() => [.. Directory.GetFiles(Mails).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private async Task Keep(string id, string reader, byte[] bytes)
    {
        await ledger.Plan(new PlannedMail(id, "my-day", reader, "2026-03-03", Some.Now), Some.Now, default);
        await ledger.KeepBytes(id, bytes, [], Some.Now, default);
    }

    private sealed class CannedDelivery : IMailDelivery
    {
        public DeliveryAnswer Answer { get; init; } = new DeliveryAnswer.Accepted();

        public List<LeavingMail> Delivered { get; } = [];

        public Repetition Repetition => Repetition.Doubles;

        public Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
        {
            Delivered.Add(mail);
            return Task.FromResult(Answer);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>The worker dies at a delivery, just before it or just after it.</summary>
    private sealed class DyingDelivery(IMailDelivery way, int deliveries, bool before, CancellationTokenSource death) : IMailDelivery
    {
        private int left = deliveries;

        public Repetition Repetition => way.Repetition;

        public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
        {
            if (--left > 0)
                return await way.Deliver(mail, ct);

            if (!before)
                await way.Deliver(mail, ct);

            await death.CancelAsync();
            throw new OperationCanceledException(death.Token);
        }

        public ValueTask DisposeAsync() => way.DisposeAsync();
    }
}
