using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Mail.Smtp;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Hands mails to a submission server, many over one connection. Nothing leaves unless the server takes it for the reader, so that a copy
/// in the command mailbox always means that the reader's server has the mail as well.
/// </summary>
/// <param name="login">Where and how one logs in; it decides when that may be tried.</param>
internal sealed class SmtpDelivery(MailLogin login) : IMailDelivery
{
    /// <summary>A server that does not know who we are refuses every recipient, each with words of its own.</summary>
    private static readonly string[] NotForStrangers = ["relay", "authenticat", "must login", "must log in", "login required"];

    private SmtpClient? client;
    private bool isUsed;

    public Repetition Repetition => Repetition.Doubles;

    /// <summary>Logs in and leaves again.</summary>
    /// <exception cref="MailServerException">When it cannot be done.</exception>
    public async Task Connect(CancellationToken ct)
    {
        await Connected(ct);
        await login.Succeeded(ct);
    }

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var server = await Connected(ct);
                var answer = await Send(server, mail, ct);
                isUsed = true;
                await login.Succeeded(ct);
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
                    MayLeave = async (taken, token) =>
                        taken[0].Outcome == SmtpOutcome.Accepted && await mail.MayLeave(CopyOf(mail, taken), token),
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
            SmtpOutcome.Withheld => new DeliveryAnswer.Postponed(
                $"{login.Server} does not take the copy for {copied} now: {result.Recipients[^1].Answer}"),
            SmtpOutcome.Unknown => new DeliveryAnswer.InDoubt($"{login.Server} did not say whether it took the mail: {reader.Answer}"),
            SmtpOutcome.Permanent
                when Array.Exists(NotForStrangers, words => reader.Answer.Contains(words, StringComparison.OrdinalIgnoreCase)) =>
                new DeliveryAnswer.Unreachable(
                    $"{login.Server} passes no mail on for us: {reader.Answer}; give `user` and `password`, or let this machine send there",
                    MailFailure.Config),
            SmtpOutcome.Permanent => new DeliveryAnswer.Refused($"{login.Server} refused {reader.Address}: {reader.Answer}"),
            _ => new DeliveryAnswer.Postponed($"{login.Server} does not take mail for {reader.Address} now: {reader.Answer}"),
        };
    }

    private CopyAnswer CopyOf(LeavingMail mail, IReadOnlyList<SmtpRecipientResult> taken)
    {
        if (mail.Copy is null)
            return new CopyAnswer(IsTaken: false, null);

        var copy = taken[^1];
        return copy.Outcome == SmtpOutcome.Accepted
            ? new CopyAnswer(IsTaken: true, null)
            : new CopyAnswer(IsTaken: false, $"{login.Server} takes no mail for {copy.Address}: {copy.Answer}")
            {
                WillPass = copy.Outcome == SmtpOutcome.Temporary,
            };
    }

    private async Task<SmtpClient> Connected(CancellationToken ct)
    {
        if (client is { IsBroken: false } open)
            return open;

        await Disconnect();
        return client = await login.Open(LogIn, ct);
    }

    private static async Task<SmtpClient> LogIn(MailEndpoint endpoint, Credential? credential, CancellationToken ct)
    {
        var fresh = await SmtpClient.Connect(endpoint, WireTimeouts.Default, ct);
        try
        {
            if (credential is not null)
                await fresh.Authenticate(credential, ct);

            return fresh;
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }
    }

    private async Task Disconnect()
    {
        isUsed = false;
        if (client is { } broken)
            await broken.DisposeAsync();

        client = null;
    }
}
