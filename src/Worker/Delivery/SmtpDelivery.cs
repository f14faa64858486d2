using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Mail.Smtp;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Hands mails to a submission server, many over one connection. Nothing leaves unless the server takes it for the reader, so that a copy in the command mailbox
/// always means that the reader's server has the mail as well.
/// </summary>
/// <param name="endpoint">The server.</param>
/// <param name="login">Asked for each connection; null when none is needed.</param>
internal sealed class SmtpDelivery(MailEndpoint endpoint, Func<CancellationToken, Task<Credential>>? login) : IMailDelivery
{
    /// <summary>A server that does not know who we are refuses every recipient, each with words of its own.</summary>
    private static readonly string[] NotForStrangers = ["relay", "authenticat", "must login", "must log in", "login required"];

    private SmtpClient? client;
    private bool isUsed;

    public Repetition Repetition => Repetition.Doubles;

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var server = await Connected(ct);
                var answer = await Send(server, mail, ct);
                isUsed = true;
                return answer;
            }
            catch (MailServerException trouble)
            {
                var wasUsed = isUsed;
                await Disconnect();

                // Many servers take so many mails over a connection and then close it; the next mail begins a new one.
                if (wasUsed && trouble.ConnectionLost)
                    continue;

                return new DeliveryAnswer.Unreachable(trouble.Message, trouble.Failure) { RetryAfter = trouble.RetryAfter };
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (client is { } open)
            await open.Quit();

        client = null;
    }

    private async Task<DeliveryAnswer> Send(SmtpClient server, LeavingMail mail, CancellationToken ct)
    {
        var copied = mail.Copy is { } copy && copy != mail.Reader ? copy : null;
        SmtpResult result;
        try
        {
            result = await server.Send(
                new SmtpMail(mail.From, copied is null ? [mail.Reader] : [mail.Reader, copied], mail.Bytes)
                {
                    MayLeave = async (taken, token) => taken[0].Outcome == SmtpOutcome.Accepted && await mail.MayLeave(CopyOf(mail, taken), token),
                },
                ct);
        }
        catch (MailServerException impossible) when (impossible is { Failure: MailFailure.Permanent, ConnectionLost: false })
        {
            return new DeliveryAnswer.Refused(impossible.Message);
        }

        var reader = result.Recipients[0];
        return reader.Outcome switch
        {
            SmtpOutcome.Accepted => new DeliveryAnswer.Accepted(),
            SmtpOutcome.Withheld => new DeliveryAnswer.Postponed($"{endpoint} does not take the copy for {copied} now: {result.Recipients[^1].Answer}"),
            SmtpOutcome.Unknown => new DeliveryAnswer.InDoubt($"{endpoint} did not say whether it took the mail: {reader.Answer}"),
            SmtpOutcome.Permanent when Array.Exists(NotForStrangers, words => reader.Answer.Contains(words, StringComparison.OrdinalIgnoreCase)) => new DeliveryAnswer.Unreachable(
                $"{endpoint} passes no mail on for us: {reader.Answer}; give `user` and `password`, or let this machine send there", MailFailure.Config),
            SmtpOutcome.Permanent => new DeliveryAnswer.Refused($"{endpoint} refused {reader.Address}: {reader.Answer}"),
            _ => new DeliveryAnswer.Postponed($"{endpoint} does not take mail for {reader.Address} now: {reader.Answer}"),
        };
    }

    private CopyAnswer CopyOf(LeavingMail mail, IReadOnlyList<SmtpRecipientResult> taken)
    {
        if (mail.Copy is null)
            return new CopyAnswer(IsTaken: false, null);

        var copy = taken[^1];
        return copy.Outcome == SmtpOutcome.Accepted
            ? new CopyAnswer(IsTaken: true, null)
            : new CopyAnswer(IsTaken: false, $"{endpoint} takes no mail for {copy.Address}: {copy.Answer}") { WillPass = copy.Outcome == SmtpOutcome.Temporary };
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
        isUsed = false;
        if (client is { } broken)
            await broken.DisposeAsync();

        client = null;
    }
}
