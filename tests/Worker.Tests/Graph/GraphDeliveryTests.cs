using System.Text;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>Digests that leave through sendMail (user-sendmail).</summary>
public sealed class GraphDeliveryTests
{
    [Fact]
    public async Task A_mail_leaves_in_its_MIME_form_with_our_headers_and_its_own_id()
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");

        Assert.IsType<DeliveryAnswer.Accepted>(await Send(graph, "d1@us.example"));

        var sent = Assert.Single(sender.Messages);
        Assert.Equal("d1@us.example", sent.Read.MessageId);
        Assert.Equal("digest", sent.Read.Headers.First("X-CrmSync"));
        Assert.Equal("commands@us.example", Assert.Single(sent.Read.Bcc).Address);
    }

    [Fact]
    public async Task An_answer_504_for_a_mail_that_was_sent_leads_to_no_second_mail()
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");
        graph.Service.Faults = (_, path) => path.EndsWith("/sendMail", StringComparison.Ordinal) ? Fault.SentButTimeout : Fault.None;

        Assert.IsType<DeliveryAnswer.Accepted>(await Send(graph, "d1@us.example"));
        Assert.IsType<DeliveryAnswer.Accepted>(await Send(graph, "d1@us.example"));

        Assert.Single(sender.Messages);
    }

    [Fact]
    public async Task A_mail_nobody_knows_about_is_in_doubt_and_not_sent_blindly_again()
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");
        graph.Service.Faults = (_, path) => path.EndsWith("/sendMail", StringComparison.Ordinal) ? Fault.GatewayTimeout : Fault.None;

        Assert.IsType<DeliveryAnswer.InDoubt>(await Send(graph, "d1@us.example"));

        Assert.Empty(sender.Messages);
        Assert.Single(graph.Service.Seen, r => r.Path.EndsWith("/sendMail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_throttled_mail_waits_and_leaves_once_and_a_missing_permission_is_named()
    {
        await using var graph = await GraphCompany.Open();
        var sender = graph.Service.AddMailbox("crmsync@us.example");
        var throttled = 0;
        graph.Service.Faults = (_, path) =>
            path.EndsWith("/sendMail", StringComparison.Ordinal) && throttled++ == 0 ? Fault.Throttled : Fault.None;

        Assert.IsType<DeliveryAnswer.Accepted>(await Send(graph, "d1@us.example"));
        Assert.Single(sender.Messages);
        Assert.Equal(0, graph.Service.TooEarly);

        sender.State = MailboxState.Forbidden;
        Assert.Contains(
            "Mail.Send",
            Assert.IsType<DeliveryAnswer.Unreachable>(await Send(graph, "d2@us.example")).Reason,
            StringComparison.Ordinal);
    }

    private static async Task<DeliveryAnswer> Send(GraphCompany graph, string id)
    {
        await using var delivery = new GraphDelivery(graph.Account, TimeProvider.System, GraphCompany.Impatient);
        var mail = TestCompany.MailText(subject: $"Your day {id}", from: "crmsync@us.example", id: id, more: "X-CrmSync: digest\r\n");
        return await delivery.Deliver(
            new LeavingMail("d", "crmsync@us.example", "ana@us.example", "commands@us.example", Encoding.UTF8.GetBytes(mail)),
            CancellationToken.None);
    }
}
