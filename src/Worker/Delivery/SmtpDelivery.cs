using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Mail.Smtp;

namespace CrmSync.Worker.Delivery;

/// <summary>Hands mails to a submission server, many over one connection.</summary>
/// <param name="endpoint">The server.</param>
/// <param name="login">Asked for each connection; null when none is needed.</param>
internal sealed class SmtpDelivery(MailEndpoint endpoint, Func<CancellationToken, Task<Credential>>? login) : IMailDelivery
{
    private SmtpClient? client;

    public bool Replaces => false;

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        try
        {
            var server = await Connected(ct);
            string[] recipients = mail.Copy is { } copy && copy != mail.Reader ? [mail.Reader, copy] : [mail.Reader];
            var result = await server.Send(new SmtpMail(mail.From, recipients, mail.Bytes), ct);

            // The copy serves us; the reader decides what became of the mail.
            var answer = result.Recipients[0];
            return answer.Outcome switch
            {
                SmtpOutcome.Accepted => new DeliveryAnswer.Accepted(),
                SmtpOutcome.Unknown => new DeliveryAnswer.InDoubt($"{endpoint} did not say whether it took the mail: {answer.Answer}"),
                SmtpOutcome.Permanent => new DeliveryAnswer.Refused($"{endpoint} refused {answer.Address}: {answer.Answer}"),
                _ => new DeliveryAnswer.Postponed($"{endpoint} does not take mail for {answer.Address} now: {answer.Answer}"),
            };
        }
        catch (MailServerException trouble)
        {
            await Disconnect();
            return trouble.Failure == MailFailure.Permanent ? new DeliveryAnswer.Refused(trouble.Message) : new DeliveryAnswer.Postponed(trouble.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (client is { } open)
            await open.Quit();

        client = null;
    }

    private async Task<SmtpClient> Connected(CancellationToken ct)
    {
        if (client is { IsBroken: false } open)
            return open;

        await Disconnect();
        client = await SmtpClient.Connect(endpoint, WireTimeouts.Default, ct);
        if (login is not null)
            await client.Authenticate(await login(ct), ct);

        return client;
    }

    private async Task Disconnect()
    {
        if (client is { } broken)
            await broken.DisposeAsync();

        client = null;
    }
}
