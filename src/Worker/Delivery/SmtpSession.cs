using System.Text;
using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// A session of MailKit with a submission server, for mails whose bytes are fixed. MailKit asks for nobody before DATA unless everybody is
/// taken: a refused recipient is an exception, and the session goes on.
/// </summary>
internal sealed class SmtpSession : SmtpClient
{
    /// <summary>How long a server may take for its answer after the last byte (RFC 5321 section 4.5.3.2.6).</summary>
    private static readonly TimeSpan AfterContent = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    private readonly MailWire wire;
    private readonly TimeSpan silence;
    private Departure? departure;

    private SmtpSession(MailWire wire)
    {
        this.wire = wire;
        silence = wire.Silence;

        // The name of this machine is nobody's business, and often not a name at all; submission servers do not check it.
        LocalDomain = "127.0.0.1";
        Timeout = System.Threading.Timeout.Infinite;
    }

    /// <summary>True when the connection is gone, or the server has said that it goes.</summary>
    public bool IsBroken => wire.IsBroken || !IsConnected;

    /// <summary>Connects, and logs in when there is something to log in with.</summary>
    /// <exception cref="MailServerException">When it cannot be done.</exception>
    public static async Task<SmtpSession> Open(MailEndpoint endpoint, Credential? credential, MailTimeouts timeouts, CancellationToken ct)
    {
        var opened = await MailConnection.Open(endpoint, MailProtocol.Smtp, timeouts, ct);
        var session = new SmtpSession(opened);
        try
        {
            await session.Greet(ct);
            if (credential is not null)
            {
                await MailSignIn.Run(
                    session,
                    opened,
                    credential,
                    refused => SmtpRefusals.Read($"logging in as {credential.User}", refused.Message, credential.Unspeakable),
                    ct);
            }

            return session;
        }
        catch
        {
            session.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Hands a mail over.</summary>
    /// <param name="mail">Where it comes from, and its bytes.</param>
    /// <param name="recipients">All of them, or nobody.</param>
    /// <param name="leaving">Asked on the way.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="SmtpCommandException">The server did not take it.</exception>
    /// <exception cref="MailServerException">The session cannot go on, or the mail can never go out this way.</exception>
    /// <exception cref="ClaimLostException">It is not ours any more.</exception>
    public async Task Send(LeavingMail mail, IReadOnlyList<string> recipients, Departure leaving, CancellationToken ct)
    {
        ThrowIfImpossible(mail, recipients);
        departure = leaving;
        try
        {
            using var source = new MemoryStream(mail.Bytes.ToArray(), writable: false);
            using var message = await MimeMessage.LoadAsync(source, persistent: true, ct);
            leaving.AskBeforeTheEnd(message);
            await SendAsync(
                FormatOptions.Default,
                message,
                new MailboxAddress("", mail.From),
                recipients.Select(address => new MailboxAddress("", address)),
                ct);
        }
        catch (SmtpCommandException refused) when (refused.StatusCode == SmtpStatusCode.ServiceNotAvailable && !leaving.HasEnded)
        {
            // The server closes the connection (RFC 5321 section 3.8); whatever was asked after this gets no answer.
            throw wire.Broken(MailFailure.Throttled, "sending failed: the server does not want to talk now", SmtpRefusals.Show(refused));
        }
        catch (SmtpProtocolException odd)
        {
            throw wire.Broken(MailFailure.Network, $"the connection to {wire.Endpoint} broke: {odd.Message}", inner: odd);
        }
        catch (IOException broken)
        {
            throw wire.Broken($"the connection to {wire.Endpoint} broke: {broken.Message}", broken);
        }
        finally
        {
            departure = null;
            wire.Silence = silence;
        }
    }

    /// <summary>Says goodbye and closes; a server that does not answer within five seconds is left without.</summary>
    public async Task Quit()
    {
        if (!IsBroken)
        {
            wire.Silence = Goodbye;
            try
            {
                await DisconnectAsync(quit: true);
            }
            catch (Exception e) when (e is MailServerException or IOException or SmtpProtocolException or SmtpCommandException)
            {
                // Nothing was under way; how a server takes a goodbye changes nothing.
            }
        }

        Dispose();
    }

    /// <summary>The bytes are as they were written, signed and kept: nothing about them is prepared for the server.</summary>
    protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
    {
    }

    protected override Task<long> GetSizeAsync(FormatOptions options, MimeMessage message, CancellationToken cancellationToken) =>
        Task.FromResult(departure?.Size ?? throw new InvalidOperationException("no mail is leaving"));

    /// <summary>DATA comes next when the last recipient was taken.</summary>
    protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
    {
        departure?.ThrowIfLapsed();
        wire.Silence = AfterContent > silence ? AfterContent : silence;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            wire.Dispose();

        base.Dispose(disposing);
    }

    private async Task Greet(CancellationToken ct)
    {
        try
        {
            await ConnectAsync(wire, wire.Endpoint.Host, wire.Endpoint.Port, MailKit.Security.SecureSocketOptions.None, ct);
        }
        catch (SmtpCommandException turnedAway)
        {
            throw SmtpRefusals.Read($"the greeting of {wire.Endpoint}", turnedAway);
        }
        catch (Exception e) when (e is SmtpProtocolException or ProtocolException)
        {
            throw wire.Broken(MailFailure.Config, $"{wire.Endpoint} does not speak SMTP; check `host` and `port`", inner: e);
        }
        catch (IOException e)
        {
            throw wire.Broken($"the connection to {wire.Endpoint} broke: {e.Message}", e);
        }
    }

    private void ThrowIfImpossible(LeavingMail mail, IReadOnlyList<string> recipients)
    {
        if (Capabilities.HasFlag(SmtpCapabilities.Size) && MaxSize > 0 && MaxSize < mail.Bytes.Length)
            throw Impossible($"the mail has {mail.Bytes.Length} bytes, and {wire.Endpoint} takes at most {MaxSize}");

        // Our mails are ASCII but for what stands before the @ of such an address.
        var isInternational = !Ascii.IsValid(mail.Bytes.Span)
            || recipients.Append(mail.From).Any(address => !Ascii.IsValid(address.AsSpan(0, address.LastIndexOf('@'))));
        if (isInternational && !Capabilities.HasFlag(SmtpCapabilities.UTF8))
            throw Impossible($"the mail has an address beyond ASCII, and {wire.Endpoint} does not offer SMTPUTF8");
    }

    private static MailServerException Impossible(string words) => new(MailFailure.Permanent, words);
}
