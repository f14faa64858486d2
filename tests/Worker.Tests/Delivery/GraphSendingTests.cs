using System.Text;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>
/// The outbox over sendMail of Microsoft 365, which takes a mail twice when asked twice: only Sent Items and the command mailbox tell.
/// </summary>
public sealed class GraphSendingTests
{
    private const string Id = "d1@us.example";
    private static readonly Instant Now = Instant.FromUnixTimeSeconds(SystemClock.Instance.GetCurrentInstant().ToUnixTimeSeconds());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mail_the_service_had_taken_when_the_worker_died_is_recognised_and_not_sent_again(bool givesOwnIds)
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");
        sender.GivesOwnIds = givesOwnIds;
        var ledger = await Keep(graph);

        // The service takes it, and the worker dies before it can note that.
        await ledger.Settle([], [Id], isWatched: false, Outbox.Lease, default);
        var mail = (await ledger.Find(Id, default))!;
        await using (var dying = new GraphDelivery(graph.Account, TimeProvider.System, GraphCompany.Impatient))
            Assert.IsType<DeliveryAnswer.Accepted>(
                await dying.Deliver(new LeavingMail("d", "crmsync@us.example", "ana@us.example", null, mail.Bytes), default));

        // Sent Items may lag behind: too early nothing is decided.
        Assert.Contains(
            "may have left",
            (await Send(graph, ledger, minutes: 0, lease: Duration.Zero)).Problems.Single().Reason,
            StringComparison.Ordinal);
        Assert.Single((await Send(graph, ledger, minutes: 20)).Sent);
        Assert.Single(sender.Messages);
        Assert.Equal(LedgerState.Sent, (await ledger.Find(Id, default))!.State);
    }

    [Fact]
    public async Task A_mail_that_had_not_left_when_the_worker_died_leaves_once()
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");
        var ledger = await Keep(graph);
        await ledger.Settle([], [Id], isWatched: false, Outbox.Lease, default);
        Assert.Single((await Send(graph, ledger, minutes: 20)).Sent);
        Assert.Empty((await Send(graph, ledger, minutes: 40)).Sent);
        Assert.Single(sender.Messages);
    }

    [Fact]
    public async Task A_login_that_does_not_work_costs_no_mail_and_is_not_tried_for_each()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.AddMailbox("crmsync@us.example");
        graph.ClientSecret = "wrong";
        var ledger = await Keep(graph);
        await ledger.Plan(new PlannedMail("d2@us.example", "my-day", "ana", "2026-03-05", Now), Now, default);
        await ledger.KeepBytes("d2@us.example", Mail("d2@us.example"), [], Now, default);
        Assert.Single((await Send(graph, ledger, minutes: 0)).Problems);
        Assert.True((await new DeliveryHealth(new Settings(graph.Company.Database)).Trouble(default))!.NeedsSomebody);
        Assert.Equal(2, await ledger.CountUnsent(default));
        Assert.Empty((await Send(graph, ledger, minutes: 0)).Problems);
    }

    private static async Task<DigestLedger> Keep(GraphCompany graph)
    {
        graph.Company.Time.Now = Now.ToDateTimeOffset();
        var ledger = new DigestLedger(graph.Company.Database);
        await ledger.Plan(new PlannedMail(Id, "my-day", "ana", "2026-03-04", Now), Now, default);
        await ledger.KeepBytes(Id, Mail(Id), [], Now, default);
        return ledger;
    }

    private static byte[] Mail(string id) =>
        Encoding.UTF8.GetBytes(
            TestCompany.MailText(
                subject: $"Your day {id}",
                from: "crmsync@us.example",
                id: id,
                more: "X-CrmSync: digest\r\n",
                date: Now.ToString("ddd, dd MMM uuuu HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + " +0000"));

    private static async Task<OutboxReport> Send(GraphCompany graph, DigestLedger ledger, int minutes, Duration? lease = null)
    {
        graph.Company.Time.Now = (Now + Duration.FromMinutes(minutes)).ToDateTimeOffset();
        await using var way = new GraphDelivery(graph.Account, TimeProvider.System, GraphCompany.Impatient);
        var sender = new MailSender("test", Domain.Company.EmailAddress.Parse("crmsync@us.example"), "CrmSync", "us.example");
        return await new Outbox(
            ledger,
            new DeliveryHealth(new Settings(graph.Company.Database)),
            way,
            new SentCopies(graph.Company.Accounts, ledger, null),
            TestCompany.CreatePolicy("us.example"),
            sender,
            MachineTime.Instance).SendAll(Now + Duration.FromMinutes(minutes), lease, default);
    }
}
