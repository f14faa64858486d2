using System.Buffers;
using System.Buffers.Text;
using System.Text;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Smtp;

/// <summary>
/// Commands out, replies in (RFC 5321 section 4.2). Replies come in the order of the commands, however many were sent at once.
/// </summary>
internal sealed class SmtpConnection(MailEndpoint endpoint, Wire wire)
{
    private const int LongestLine = 8 * 1024;
    private const int MostLines = 200;

    private byte[] gathered = [];

    public Wire Wire => wire;

    /// <summary>What must not appear in any message.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>Appends a command to what is sent with the next wait for a reply.</summary>
    public void Write(string command)
    {
        // A line end in an address would begin a command of somebody else's choice.
        if (command.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("a command must be a single line", nameof(command));

        Encoding.UTF8.GetBytes(command, wire.Out);
        wire.Write("\r\n"u8);
    }

    /// <summary>Sends one command and waits for its reply.</summary>
    public ValueTask<SmtpReply> Ask(string command, CancellationToken ct)
    {
        Write(command);
        return Reply(ct);
    }

    /// <summary>Sends what is written and waits for the next reply.</summary>
    /// <exception cref="MailServerException">When the connection breaks, or what comes is no reply.</exception>
    public async ValueTask<SmtpReply> Reply(CancellationToken ct)
    {
        await wire.Flush(ct);
        List<string>? earlier = null;
        while (true)
        {
            var line = await Line(ct);
            if (
                !Utf8Parser.TryParse(line.AsSpan(0, Math.Min(3, line.Length)), out int code, out var used)
                || used != 3
                || code is < 200 or > 599
                || (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-')))
                throw NotSmtp(line);

            var text = line.Length > 4 ? ServerAnswers.Presentable(Encoding.UTF8.GetString(line.AsSpan(4)), Secrets) : "";
            if (line.Length > 3 && line[3] == '-')
            {
                (earlier ??= []).Add(text);
                if (earlier.Count > MostLines)
                    throw new MailServerException(MailFailure.Protocol, $"{endpoint} sent a reply of more than {MostLines} lines")
                    {
                        ConnectionLost = true,
                    };

                continue;
            }

            return new SmtpReply(code, earlier is null ? [text] : [.. earlier, text]);
        }
    }

    /// <summary>The failure that a refusal stands for.</summary>
    public static MailServerException Refused(string what, SmtpReply reply)
    {
        var meaning = ServerAnswers.Read(AnswerStage.Command, null, reply.Text);
        var (failure, advice) = reply.Code switch
        {
            421 when meaning.Failure is MailFailure.Protocol => (MailFailure.Throttled, "the server does not want to talk now"),
            530 when reply.Text.Contains("STARTTLS", StringComparison.OrdinalIgnoreCase) => (
                MailFailure.Config,
                "the server wants encryption; set `tls`"),
            530 => (MailFailure.Config, "the server wants a login; give `user` and `password`"),
            535 when meaning.Failure is MailFailure.Config => (meaning.Failure, meaning.Advice),
            535 => (MailFailure.Auth, "check user name and password"),
            _ when meaning.Failure is not MailFailure.Protocol => (meaning.Failure, meaning.Advice),
            _ => (reply.Failure, ""),
        };
        return new MailServerException(failure, advice.Length > 0 ? $"{what} failed: {advice}" : $"{what} failed", Shown(reply))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = reply.Code == 421,
        };
    }

    /// <summary>A reply's code and words.</summary>
    public static string Shown(SmtpReply reply) => $"{reply.Code} {reply.Text}";

    private async ValueTask<byte[]> Line(CancellationToken ct)
    {
        while (true)
        {
            var buffer = await wire.Read(ct);
            if (buffer.IsEmpty)
                throw Wire.Lost($"{endpoint} closed the connection");

            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Gather(buffer.Slice(0, end));
                gathered = [];
                wire.Advance(buffer.GetPosition(1, end));
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }

            gathered = Gather(buffer);
            wire.Advance(buffer.End);
        }
    }

    private byte[] Gather(in ReadOnlySequence<byte> more)
    {
        if (gathered.Length + more.Length > LongestLine)
            throw new MailServerException(MailFailure.Protocol, $"{endpoint} sent a line that does not end") { ConnectionLost = true };

        return gathered.Length == 0 ? more.ToArray() : [.. gathered, .. more.ToArray()];
    }

    private MailServerException NotSmtp(byte[] line) =>
        new(
            MailFailure.Config,
            $"{endpoint} does not speak SMTP; check `host` and `port`",
            ServerAnswers.Presentable(Encoding.Latin1.GetString(line), Secrets))
        {
            ConnectionLost = true,
        };
}
