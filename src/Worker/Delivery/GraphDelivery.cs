using System.Net.Http.Headers;
using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Hands mails to Microsoft 365 in their MIME form (user-sendmail), for our headers are in it. The service answers 202 or, having sent the
/// mail, 504; so Sent Items are looked into before a mail is sent, and again when nobody knows what became of it.
/// </summary>
internal sealed class GraphDelivery : IMailDelivery
{
    /// <summary>
    /// The copy appears in Sent Items a while after the mail has left (outlook-immutable-id, "Immutable ID with sending mail").
    /// </summary>
    private static readonly int[] LooksAfterSeconds = [0, 1, 3, 6];

    private readonly GraphTenant tenant;
    private readonly TimeProvider time;
    private readonly IClock clock;
    private readonly GraphPatience patience;

    /// <param name="account">Whose login is used; it needs the application permission Mail.Send.</param>
    /// <param name="time">The time.</param>
    /// <param name="patience">How long is waited; null: as long as Microsoft advises.</param>
    public GraphDelivery(GraphAccount account, TimeProvider time, GraphPatience? patience = null)
    {
        this.time = time;
        clock = time.ToClock();
        this.patience = patience ?? new GraphPatience();
        tenant = new GraphTenant(account, clock, time, patience);
    }

    public Repetition Repetition => Repetition.IsRecognised;

    public async Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct)
    {
        try
        {
            var line = tenant.LineTo(mail.From);
            var message = MimeReader.Read(mail.Bytes);
            if ((message.MessageId is { } id && await IsSent(line, mail.From, id, ct))
                || (mail.TriedAt is { } tried && await IsSentUnderAnotherId(line, mail, message, tried, ct)))
                return new DeliveryAnswer.Accepted();

            var started = clock.GetCurrentInstant();
            try
            {
                // Nothing can be asked between the first and the last byte of a request.
                if (!await mail.IsOurs(ct))
                    return new DeliveryAnswer.NotOurs();

                await Send(line, mail, ct);
                return new DeliveryAnswer.Accepted();
            }
            catch (GraphFailure failure)
                when (failure is { Kind: GraphFailureKind.Passing, Status: not System.Net.HttpStatusCode.TooManyRequests })
            {
                return await Appears(line, mail, message, started, ct)
                    ? new DeliveryAnswer.Accepted()
                    : new DeliveryAnswer.InDoubt(
                        $"{failure.Message}; Sent Items of {mail.From} do not show the mail yet, they are looked into before it is sent "
                            + $"again"
                    );
            }
        }
        catch (GraphFailure failure)
        {
            return Answer(failure, mail);
        }
        catch (SourceException failure)
        {
            return new DeliveryAnswer.Unreachable(failure.Message, failure.IsPermanent ? MailFailure.Config : MailFailure.Network);
        }
    }

    public ValueTask DisposeAsync()
    {
        tenant.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Only what is wrong with this one mail refuses it; a missing permission or login is corrected one day, and the mail still waits.
    /// </summary>
    private static DeliveryAnswer Answer(GraphFailure failure, LeavingMail mail) =>
        failure
            is
        {
            Kind: GraphFailureKind.Refused,
            Status: System.Net.HttpStatusCode.BadRequest or System.Net.HttpStatusCode.RequestEntityTooLarge
        }
            ? new DeliveryAnswer.Refused(GraphTrouble.From(mail.From, failure, GraphTrouble.SendMail).ToString())
            : new DeliveryAnswer.Unreachable(
                GraphTrouble.From(mail.From, failure, GraphTrouble.SendMail).ToString(),
                failure switch
                {
                    { Kind: GraphFailureKind.Login } => MailFailure.Auth,
                    { Status: System.Net.HttpStatusCode.TooManyRequests } => MailFailure.Throttled,
                    { Kind: GraphFailureKind.Passing } => MailFailure.Network,
                    _ => MailFailure.Config,
                });

    private async Task Send(MailboxLine line, LeavingMail mail, CancellationToken ct)
    {
        // The envelope is what the headers say; the command mailbox gets its copy blindly.
        var blind = mail.Copy is { } copy && copy != mail.Reader && copy != mail.From ? Encoding.ASCII.GetBytes($"Bcc: <{copy}>\r\n") : [];
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{tenant.Account.Endpoint.AbsoluteUri.TrimEnd('/')}/v1.0/users/{Uri.EscapeDataString(mail.From)}/sendMail");
        request.Options.Set(GraphThrottle.OnlyOnce, true);
        request.Content = new StringContent(Convert.ToBase64String([.. blind, .. mail.Bytes.Span]), new MediaTypeHeaderValue("text/plain"));
        using var answer = await line.Http.SendAsync(request, ct);
    }

    private async Task<bool> Appears(MailboxLine line, LeavingMail mail, MimeMessage message, Instant started, CancellationToken ct)
    {
        foreach (var seconds in LooksAfterSeconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds) * Math.Min(1, patience.FirstWait.TotalSeconds * 2), time, ct);
            if (
                (message.MessageId is { } id && await IsSent(line, mail.From, id, ct))
                || await IsSentUnderAnotherId(line, mail, message, started, ct))
                return true;
        }

        return false;
    }

    private static async Task<bool> IsSent(MailboxLine line, string from, string messageId, CancellationToken ct)
    {
        var found = await line.Client.Users[from].MailFolders["sentitems"].Messages.GetAsync(
            c =>
            {
                c.QueryParameters.Filter = $"internetMessageId eq '<{messageId.Replace("'", "''", StringComparison.Ordinal)}>'";
                c.QueryParameters.Select = ["id"];
                c.QueryParameters.Top = 1;
            },
            ct);
        return found?.Value is { Count: > 0 };
    }

    /// <summary>Some tenants give every mail that leaves an id of their own; then subject, reader and the moment tell.</summary>
    private static async Task<bool> IsSentUnderAnotherId(
        MailboxLine line,
        LeavingMail mail,
        MimeMessage message,
        Instant started,
        CancellationToken ct)
    {
        var recent = await line.Client.Users[mail.From].MailFolders["sentitems"].Messages.GetAsync(
            c =>
            {
                c.QueryParameters.Filter = $"receivedDateTime ge {InstantPattern.General.Format(started - Duration.FromMinutes(1))}";
                c.QueryParameters.Orderby = ["receivedDateTime desc"];
                c.QueryParameters.Select = ["id", "subject", "toRecipients"];
                c.QueryParameters.Top = 50;
            },
            ct);
        return recent?.Value?.Exists(sent =>
                sent.Subject == message.Subject
                && sent.ToRecipients?.Exists(to => string.Equals(to.EmailAddress?.Address, mail.Reader, StringComparison.OrdinalIgnoreCase))
                    == true) == true;
    }
}
