using System.Buffers;
using System.Globalization;
using System.Text;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Smtp;

/// <summary>
/// Hands finished mails to a submission server (RFC 6409): one connection, any number of mails, everything pipelined that may be. Not for
/// concurrent use. A refused recipient is a result; trouble with the session is a <see cref="MailServerException"/>.
/// </summary>
public sealed class SmtpClient : IAsyncDisposable
{
    private static readonly TimeSpan AfterContent = TimeSpan.FromMinutes(10);
    private static readonly IdnMapping Idn = new();

    private readonly MailEndpoint endpoint;
    private readonly SmtpConnection connection;
    private readonly WireTimeouts timeouts;
    private readonly ArrayBufferWriter<byte> content = new(64 * 1024);
    private Dictionary<string, string> extensions = new(StringComparer.OrdinalIgnoreCase);
    private bool isLeaving;

    private SmtpClient(MailEndpoint endpoint, SmtpConnection connection, WireTimeouts timeouts) =>
        (this.endpoint, this.connection, this.timeouts) = (endpoint, connection, timeouts);

    /// <summary>True when the connection is gone, or the server has said that it goes.</summary>
    public bool IsBroken => isLeaving || connection.Wire.IsBroken;

    /// <summary>The largest mail the server takes, in bytes; null when it does not say.</summary>
    public long? Largest =>
        extensions.TryGetValue("SIZE", out var size)
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        && bytes > 0
            ? bytes
            : null;

    /// <summary>True when the server announced the extension, such as <c>PIPELINING</c>.</summary>
    public bool Offers(string extension) => extensions.ContainsKey(extension);

    /// <summary>Connects, greets and encrypts as the endpoint says.</summary>
    /// <exception cref="MailServerException">When there is no such server, it is not trusted, or does not speak SMTP.</exception>
    public static async Task<SmtpClient> Connect(MailEndpoint endpoint, WireTimeouts timeouts, CancellationToken ct)
    {
        var wire = await Wire.Connect(endpoint, timeouts, ct);
        var client = new SmtpClient(endpoint, new SmtpConnection(endpoint, wire), timeouts);
        try
        {
            var greeting = await client.connection.Reply(ct);
            if (greeting.Code != 220)
                throw SmtpConnection.Refused($"the greeting of {endpoint}", greeting);

            await client.Hello(ct);
            if (endpoint.Tls == TlsMode.StartTls)
                await client.StartTls(ct);

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs in.</summary>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Auth"/> when refused.</exception>
    public async Task Authenticate(Credential credential, CancellationToken ct)
    {
        connection.Secrets = credential.Unspeakable;
        if (!connection.Wire.IsEncrypted && !endpoint.IsLoopback)
            throw new MailServerException(
                MailFailure.Config,
                $"the connection to {endpoint} is not encrypted; no password is sent over it");

        var offered = extensions.GetValueOrDefault("AUTH", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var exchange = SaslExchange.For(credential, offered, connection.Wire.IsEncrypted, endpoint.Host, endpoint.Port)
            ?? throw new MailServerException(
                MailFailure.Config,
                offered.Length == 0
                    ? $"{endpoint} offers no login; leave out `user`, or use the submission port (465 or 587)"
                    : $"{endpoint} takes no {(credential.IsToken ? "access tokens" : "passwords")} here (it offers "
                        + $"{string.Join(", ", offered)})"
            );
        try
        {
            var reply = await connection.Ask(
                $"AUTH {exchange.Name}{(exchange.Initial is { } initial ? " " + Convert.ToBase64String(initial) : "")}",
                ct);
            for (var turns = 0; reply.Code == 334 && turns < 10; turns++)
                reply = await connection.Ask(Convert.ToBase64String(exchange.Answer(Decode(reply.Text))), ct);

            if (reply.Code != 235)
                throw SmtpConnection.Refused($"logging in as {credential.User}", reply);

            exchange.Succeeded();
        }
        catch (SaslException e)
        {
            throw new MailServerException(
                MailFailure.Auth,
                $"logging in as {credential.User} with {exchange.Name} failed: {e.Message}",
                inner: e)
            {
                ConnectionLost = true,
            };
        }
    }

    /// <summary>Hands over one mail.</summary>
    /// <returns>What became of it for each recipient.</returns>
    /// <exception cref="MailServerException">When the session cannot go on, or the mail can never go out this way: too large, or in need of
    /// what the server does not offer.</exception>
    public async Task<SmtpResult> Send(SmtpMail mail, CancellationToken ct)
    {
        if (mail.Recipients.Count == 0)
            throw new ArgumentException("a mail needs a recipient", nameof(mail));

        content.ResetWrittenCount();
        SmtpContent.Write(mail.Content.Span, content);
        var parameters = Parameters(mail);
        var recipients = mail.Recipients.Select(address =>
            $"RCPT TO:<{Address(address, parameters.Utf8)}>{RecipientParameters(mail, address)}");
        string[] envelope = [$"MAIL FROM:<{Address(mail.From, parameters.Utf8)}>{parameters.Text}", .. recipients];

        // The content is announced together with the recipients unless somebody wants to see first who was taken.
        var replies = await Exchange(mail.MayLeave is null ? [.. envelope, "DATA"] : envelope, ct);
        var sender = replies[0];
        ThrowIfNobodyMaySend(mail, sender);
        var results = mail.Recipients.Select((address, i) => Result(address, sender.IsPositive ? replies[i + 1] : sender)).ToList();
        var isTaken = results.Exists(result => result.Outcome == SmtpOutcome.Accepted);
        if (mail.MayLeave is { } mayLeave)
        {
            if (!isTaken || !await mayLeave(results, ct))
            {
                await Reset(ct);
                return new SmtpResult([
                    .. results.Select(result =>
                        result.Outcome == SmtpOutcome.Accepted ? result with { Outcome = SmtpOutcome.Withheld } : result),
                ]);
            }

            replies.AddRange(await Exchange(["DATA"], ct));
        }

        var data = replies[^1];
        if (data.Code == 354)
            return new SmtpResult(await Deliver(mail, results, ct));

        await Reset(ct);
        return new SmtpResult([
            .. results.Select(result => result.Outcome == SmtpOutcome.Accepted ? Result(result.Address, data) : result),
        ]);
    }

    /// <summary>Says goodbye and closes; a server that does not answer within five seconds is left without.</summary>
    public async Task Quit()
    {
        if (!IsBroken)
        {
            connection.Wire.Silence = TimeSpan.FromSeconds(5);
            try
            {
                await connection.Ask("QUIT", CancellationToken.None);
            }
            catch (MailServerException)
            {
                // Nothing was under way; how a server takes a goodbye changes nothing.
            }
        }

        await DisposeAsync();
    }

    /// <summary>Closes the connection at once.</summary>
    public ValueTask DisposeAsync() => connection.Wire.DisposeAsync();

    private async Task Hello(CancellationToken ct)
    {
        // The host name of this machine is nobody's business, and often not a name at all; submission servers do not check it.
        var reply = await connection.Ask("EHLO [127.0.0.1]", ct);
        if (reply.Code != 250)
            throw SmtpConnection.Refused($"greeting {endpoint}", reply);

        extensions = reply.Lines.Skip(1)
            .Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries))
            .Where(words => words[0].Length > 0)
            .GroupBy(words => words[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                group => group.Key,
                group => string.Join(' ', group.Select(words => words.ElementAtOrDefault(1) ?? "")),
                StringComparer.OrdinalIgnoreCase);
    }

    private async Task StartTls(CancellationToken ct)
    {
        var reply = await connection.Ask("STARTTLS", ct);
        if (reply.Code != 220)
        {
            throw new MailServerException(
                MailFailure.Config,
                $"{endpoint} offers no STARTTLS, and without it nothing is sent; try `tls: required` with port 465",
                SmtpConnection.Shown(reply))
            {
                ConnectionLost = true,
            };
        }

        await connection.Wire.StartTls(ct);
        await Hello(ct);
    }

    private (string Text, bool Utf8) Parameters(SmtpMail mail)
    {
        var text = new StringBuilder();
        var bytes = mail.Content.Span;
        var size = content.WrittenCount - ".\r\n".Length;
        if (Largest < size)
            throw Impossible($"the mail has {size} bytes, and {endpoint} takes at most {Largest}");

        if (Offers("SIZE"))
            text.Append(CultureInfo.InvariantCulture, $" SIZE={size}");

        var utf8 =
            SmtpContent.HasEightBitHeader(bytes)
            || mail.Recipients.Append(mail.From).Any(address => address[..LocalEnd(address)].Any(c => c > 0x7f));
        if (utf8)
        {
            if (!Offers("SMTPUTF8"))
                throw Impossible($"the mail has an address or a header field beyond ASCII, and {endpoint} does not offer SMTPUTF8");

            text.Append(" SMTPUTF8");
        }

        if (SmtpContent.HasEightBits(bytes))
        {
            if (!Offers("8BITMIME"))
                throw Impossible($"the mail has 8-bit text, and {endpoint} does not offer 8BITMIME; encode it as quoted-printable");

            text.Append(" BODY=8BITMIME");
        }

        if (Offers("DSN") && mail.EnvelopeId is { } id)
            text.Append(" ENVID=").Append(XText(id));

        return (text.ToString(), utf8);
    }

    private string RecipientParameters(SmtpMail mail, string address)
    {
        if (!Offers("DSN") || mail.Notify is not { } notify)
            return "";

        var when = notify switch
        {
            SmtpNotify.Never => "NEVER",
            SmtpNotify.Failure => "FAILURE",
            SmtpNotify.FailureOrDelay => "FAILURE,DELAY",
            _ => "SUCCESS,FAILURE,DELAY",
        };
        return address.All(char.IsAscii) ? $" NOTIFY={when} ORCPT=rfc822;{XText(address)}" : $" NOTIFY={when}";
    }

    private async Task<List<SmtpReply>> Exchange(string[] commands, CancellationToken ct)
    {
        var replies = new List<SmtpReply>(commands.Length);
        var together = Offers("PIPELINING");
        // Recipients by the thousand: replies must not pile up unread while commands are still written.
        foreach (var some in commands.Chunk(together ? 100 : 1))
        {
            foreach (var command in some)
                connection.Write(command);

            for (var i = 0; i < some.Length; i++)
            {
                var reply = await connection.Reply(ct);
                if (reply.Code == 421)
                {
                    // The server closes the connection (RFC 5321 section 3.8); whatever was asked after this gets no answer.
                    isLeaving = true;
                    throw SmtpConnection.Refused("sending", reply);
                }

                replies.Add(reply);
            }

            // Without pipelining the answers come one at a time, and DATA is not asked for when nobody is left to get it.
            if (
                !together
                && commands[^1] == "DATA"
                && commands.Length > 1
                && replies.Count == commands.Length - 1
                && (!replies[0].IsPositive || replies.Skip(1).All(reply => !reply.IsPositive)))
            {
                replies.Add(new SmtpReply(503, ["no valid recipients"]));
                break;
            }
        }

        return replies;
    }

    private async Task<List<SmtpRecipientResult>> Deliver(SmtpMail mail, List<SmtpRecipientResult> results, CancellationToken ct)
    {
        // The server may say "go ahead" although it refused everybody (RFC 2920 section 3.1); then a lone dot ends it without a mail.
        var nobody = results.TrueForAll(result => result.Outcome != SmtpOutcome.Accepted);
        SmtpReply reply;
        try
        {
            connection.Wire.Silence = AfterContent > timeouts.Silence ? AfterContent : timeouts.Silence;
            await connection.Wire.Send(nobody ? ".\r\n"u8.ToArray() : content.WrittenMemory, ct);
            reply = await connection.Reply(ct);
            isLeaving |= reply.Code == 421;
        }
        catch (MailServerException e) when (!nobody && e.ConnectionLost)
        {
            return
            [
                .. results.Select(result =>
                    result.Outcome == SmtpOutcome.Accepted
                        ? result with
                        {
                            Outcome = SmtpOutcome.Unknown,
                            Code = 0,
                            Answer = e.Message,
                        }
                        : result),
            ];
        }
        finally
        {
            connection.Wire.Silence = timeouts.Silence;
        }

        return nobody
            ? results
            : [.. results.Select(result => result.Outcome == SmtpOutcome.Accepted ? Result(result.Address, reply) : result)];
    }

    private async Task Reset(CancellationToken ct)
    {
        if (!IsBroken)
            await connection.Ask("RSET", ct);
    }

    /// <summary>
    /// A sender who is refused is refused for every mail, unless it is this mail's size or text the server does not like.
    /// </summary>
    private static void ThrowIfNobodyMaySend(SmtpMail mail, SmtpReply sender)
    {
        if (sender.IsPositive || sender.Code == 552 || sender.Status is ['5', '.', '6', '.', ..] or "5.3.4" or "5.2.3")
            return;

        var refusal = SmtpConnection.Refused($"sending from {mail.From}", sender);
        throw refusal.Failure == MailFailure.Permanent
            ? new MailServerException(
                MailFailure.Config,
                $"the server lets nobody send from {mail.From} with this login; correct the sender or the login",
                SmtpConnection.Shown(sender))
            : refusal;
    }

    private static SmtpRecipientResult Result(string address, SmtpReply reply) => new(address, reply.Outcome, reply.Code, reply.Text);

    private static MailServerException Impossible(string why) => new(MailFailure.Permanent, why);

    /// <summary>An address as the envelope wants it: the domain in ASCII unless the server takes UTF-8.</summary>
    private static string Address(string address, bool utf8)
    {
        if (address.AsSpan().ContainsAny('<', '>') || address.Any(char.IsControl))
            throw Impossible("an address holds characters that no envelope can carry");

        var at = LocalEnd(address);
        if (utf8 || at == address.Length || address.All(char.IsAscii))
            return address;

        try
        {
            return address[..(at + 1)] + Idn.GetAscii(address[(at + 1)..]);
        }
        catch (ArgumentException e)
        {
            throw new MailServerException(MailFailure.Permanent, "the domain of an address cannot be written in ASCII", inner: e);
        }
    }

    private static int LocalEnd(string address) => address.LastIndexOf('@') is >= 0 and var at ? at : address.Length;

    /// <summary>RFC 3461 section 4: everything but printable ASCII, "+" and "=" as hexadecimal.</summary>
    private static string XText(string text) =>
        string.Concat(
            Encoding
                .UTF8.GetBytes(text)
                .Select(b => b is > 0x20 and < 0x7f and not ((byte)'+' or (byte)'=') ? ((char)b).ToString() : $"+{b:X2}"));

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64.Trim(), bytes, out var length) ? bytes[..length] : [];
    }
}
