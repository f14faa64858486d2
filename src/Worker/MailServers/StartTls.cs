using System.Globalization;
using System.Text;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// What is said in clear text before TLS (RFC 9051 section 6.2.1, RFC 3207): the greeting, the wish for TLS, the go-ahead. Asked for even
/// where it is not announced, for some servers forget to; refused, nothing more is said. Whatever comes beyond the go-ahead is an attack
/// and ends the connection.
/// </summary>
internal sealed class StartTls(Stream stream, MailEndpoint endpoint, MailProtocol protocol, MailTimeouts timeouts)
{
    private const int LongestAnswer = 64 * 1024;
    private const int MostLines = 200;

    private readonly byte[] buffer = new byte[LongestAnswer];
    private int length;

    /// <summary>Asks for TLS.</summary>
    /// <returns>
    /// The greeting, which MailKit wants to hear; without the abilities it names, for those of a clear connection are worth nothing.
    /// </returns>
    /// <exception cref="MailServerException">When there is no go-ahead.</exception>
    public async Task<ReadOnlyMemory<byte>> Ask(CancellationToken ct)
    {
        if (protocol == MailProtocol.Imap)
        {
            var words = ImapGreeting.Check(await Line(ct), endpoint);
            await Say("STARTTLS1 STARTTLS", ct);
            var answer = await Line(ct);
            for (var lines = 0; lines < MostLines && answer.StartsWith('*'); lines++)
                answer = await Line(ct);

            GoAhead(answer, isYes: answer.StartsWith("STARTTLS1 OK", StringComparison.OrdinalIgnoreCase), "993");
            return Encoding.Latin1.GetBytes($"* OK {words}\r\n");
        }

        var greeting = await Reply(ct);
        if (!greeting.StartsWith("220", StringComparison.Ordinal))
            throw TurnedAway(greeting);

        await Say("EHLO [127.0.0.1]", ct);
        await Reply(ct);
        await Say("STARTTLS", ct);
        var reply = await Reply(ct);
        GoAhead(reply, isYes: reply.StartsWith("220", StringComparison.Ordinal), "465");
        return "220 ready\r\n"u8.ToArray();
    }

    private void GoAhead(string answer, bool isYes, string tlsPort)
    {
        if (!isYes)
        {
            throw new MailServerException(
                MailFailure.Config,
                    $"{endpoint} offers no STARTTLS, and without it no password is sent; try `tls: required` with port {tlsPort}",
                        ServerAnswers.Presentable(answer, []))
            { ConnectionLost = true };
        }

        if (length > 0)
        {
            throw new MailServerException(
                MailFailure.Protocol,
                    $"{endpoint} sent {length} bytes before TLS was in place: somebody may be tampering with the connection; it was closed")
            { ConnectionLost = true };
        }
    }

    private MailServerException TurnedAway(string greeting)
    {
        var code = greeting.Length >= 3
            && int.TryParse(greeting.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        if (code is < 400 or > 599)
        {
            return new MailServerException(
                MailFailure.Config, $"{endpoint} does not speak SMTP; check `host` and `port`",
                    ServerAnswers.Presentable(greeting, []))
            { ConnectionLost = true };
        }

        var meaning = ServerAnswers.Read(AnswerStage.Greeting, null, greeting);
        return new MailServerException(meaning.Failure, $"{endpoint} turned us away: {meaning.Advice}",
            ServerAnswers.Presentable(greeting, []))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }

    private async Task Say(string command, CancellationToken ct) =>
        await Guarded(async token => { await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), token); return 0; }, ct);

    /// <summary>The last line of a reply of SMTP, which may have several.</summary>
    private async Task<string> Reply(CancellationToken ct)
    {
        var line = await Line(ct);
        for (var lines = 0; lines < MostLines && line.Length > 3 && line[3] == '-'
            && !line.AsSpan(0, 3).ContainsAnyExceptInRange('0', '9'); lines++)
            line = await Line(ct);

        return line;
    }

    private async Task<string> Line(CancellationToken ct)
    {
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(buffer, 0, end).TrimEnd('\r');
                buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                length -= end + 1;
                return line;
            }

            if (length == buffer.Length)
                throw new MailServerException(MailFailure.Protocol,
                    $"{endpoint} sent a line that does not end after {length} bytes")
                { ConnectionLost = true };

            var read = await Guarded(token => stream.ReadAsync(buffer.AsMemory(length), token), ct);
            if (read == 0)
                throw new MailServerException(MailFailure.Network, $"{endpoint} closed the connection") { ConnectionLost = true };

            length += read;
        }
    }

    private async Task<int> Guarded(Func<CancellationToken, ValueTask<int>> action, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(timeouts.Silence);
        try
        {
            return await action(timer.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(MailFailure.Network, $"{endpoint} did not answer for {timeouts.Silence.TotalSeconds:0} seconds",
                inner: e)
            { ConnectionLost = true };
        }
        catch (IOException e)
        {
            throw new MailServerException(MailFailure.Network, $"the connection to {endpoint} broke: {e.Message}",
                inner: e)
            { ConnectionLost = true };
        }
    }
}
