using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Smtp;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Hands mails to a submission server, many over one connection. Nothing leaves unless the server takes it for the reader, so that a copy
/// in the command mailbox always means that the reader's server has the mail as well.
/// </summary>
/// <param name="login">Where and how one logs in; it decides when that may be tried.</param>
internal sealed class SmtpDelivery(MailLogin login) : IMailDelivery
{
    private SmtpSession? session;
    private bool isUsed;

    public Repetition Repetition => Repetition.Doubles;

    /// <summary>Logs in and leaves again.</summary>
    /// <exception cref="MailServerException">When it cannot be done.</exception>
    public async Task Connect(CancellationToken ct)
    {
        await Connected(ct);
        await login.NoteSuccess(ct);
    }

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var answer = await Send(await Connected(ct), mail, ct);
                isUsed = true;
                await login.NoteSuccess(ct);
                return answer;
            }
            catch (MailServerException trouble)
            {
                var wasUsed = isUsed;
                Disconnect();

                // Many servers take so many mails over a connection and then close it; the next mail begins a new one.
                if (wasUsed && trouble.ConnectionLost)
                    continue;

                return new DeliveryAnswer.Unreachable(trouble.Message, trouble.Failure) { RetryAfter = trouble.RetryAfter };
            }
            catch (ClaimLostException)
            {
                // In the middle of a mail there is no other way to keep the rest of it.
                Disconnect();
                return new DeliveryAnswer.NotOurs();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (session is { } open)
            await open.Quit();

        session = null;
    }

    /// <summary>Once with the command mailbox, and where that is not taken and the reader need not wait for it, once without.</summary>
    private async Task<DeliveryAnswer> Send(SmtpSession server, LeavingMail mail, CancellationToken ct)
    {
        if (!await mail.IsOurs(ct))
            return new DeliveryAnswer.NotOurs();

        if (mail.Copy is not { } copy || copy == mail.Reader)
            return await Send(server, mail, isCopied: false, ct);

        try
        {
            return await Send(server, mail, isCopied: true, ct);
        }
        catch (CopyRefusedException refused)
        {
            var words = SmtpRefusals.Words(refused.Answer);
            var answer = new CopyAnswer($"{login.Server} takes no mail for {copy}: {words}")
            {
                WillPass = SmtpRefusals.WillPass(refused.Answer),
            };
            return await mail.MayLeaveWithoutCopy(answer, ct)
                ? await Send(server, mail, isCopied: false, ct)
                : new DeliveryAnswer.Postponed($"{login.Server} does not take the copy for {copy} now: {words}");
        }
    }

    private async Task<DeliveryAnswer> Send(SmtpSession server, LeavingMail mail, bool isCopied, CancellationToken ct)
    {
        var departure = new Departure(mail, isCopied);
        try
        {
            await server.Send(mail, isCopied ? [mail.Reader, mail.Copy!] : [mail.Reader], departure, ct);
            return new DeliveryAnswer.Accepted();
        }
        catch (SmtpCommandException refused)
        {
            return refused.ErrorCode switch
            {
                SmtpErrorCode.RecipientNotAccepted when isCopied && refused.Mailbox?.Address == mail.Copy =>
                    throw new CopyRefusedException(refused),
                SmtpErrorCode.SenderNotAccepted when !SmtpRefusals.IsAboutTheMail(refused) => throw NobodyMaySend(mail, refused),
                _ => ForReader(mail, refused),
            };
        }
        catch (ServiceNotAuthenticatedException stranger)
        {
            throw SmtpRefusals.Read($"sending from {mail.From}", $"{(int)SmtpStatusCode.AuthenticationRequired}: {stranger.Message}", []);
        }
        catch (MailServerException impossible) when (impossible is { Failure: MailFailure.Permanent, ConnectionLost: false })
        {
            return new DeliveryAnswer.Refused(impossible.Message);
        }
        catch (MailServerException lost) when (departure.HasEnded && lost.ConnectionLost)
        {
            Disconnect();
            return new DeliveryAnswer.InDoubt($"{login.Server} did not say whether it took the mail: {lost.Message}");
        }
    }

    private DeliveryAnswer ForReader(LeavingMail mail, SmtpCommandException refused)
    {
        var words = SmtpRefusals.Words(refused);
        if (SmtpRefusals.WillPass(refused))
            return new DeliveryAnswer.Postponed($"{login.Server} does not take mail for {mail.Reader} now: {words}");

        return SmtpRefusals.IsForStrangers(refused)
            ? new DeliveryAnswer.Unreachable(
                $"{login.Server} passes no mail on for us: {words}; give `user` and `password`, or let this machine send there",
                MailFailure.Config)
            : new DeliveryAnswer.Refused($"{login.Server} refused {mail.Reader}: {words}");
    }

    /// <summary>A sender who is refused is refused for every mail.</summary>
    private static MailServerException NobodyMaySend(LeavingMail mail, SmtpCommandException refused)
    {
        var failure = SmtpRefusals.Read($"sending from {mail.From}", refused);
        return failure.Failure == MailFailure.Permanent
            ? new MailServerException(
                MailFailure.Config,
                $"the server lets nobody send from {mail.From} with this login; correct the sender or the login",
                SmtpRefusals.Show(refused))
            : failure;
    }

    private async Task<SmtpSession> Connected(CancellationToken ct)
    {
        if (session is { IsBroken: false } open)
            return open;

        Disconnect();
        return session = await login.Open(
            (endpoint, credential, token) => SmtpSession.Open(endpoint, credential, MailTimeouts.Default, token), ct);
    }

    private void Disconnect()
    {
        isUsed = false;
        session?.Dispose();
        session = null;
    }

    /// <summary>The server takes the mail for its reader, and not for the command mailbox.</summary>
    private sealed class CopyRefusedException(SmtpCommandException answer) : Exception(answer.Message, answer)
    {
        public SmtpCommandException Answer => answer;
    }
}
