using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Imap;

/// <summary>A command that was sent, or is about to be, and what has come of it.</summary>
internal sealed class RunningCommand(string tag, Action<ImapResponse>? onResponse, BodyConsumer consumer)
{
    public string Tag { get; } = tag;
    public BodyConsumer Consumer { get; } = consumer;

    /// <summary>The tagged answer; null while the command runs.</summary>
    public StatusResponse? Result { get; set; }

    public void Take(ImapResponse response) => onResponse?.Invoke(response);
}

/// <summary>
/// Commands out, responses in. Several commands may be under way at once; servers answer them in order, so what is untagged belongs to the
/// oldest.
/// </summary>
internal sealed class ImapConnection : IAsyncDisposable
{
    private static readonly BodyConsumer Discard = new BodyBuffer(0);

    private readonly Wire wire;
    private readonly ImapLimits limits;
    private readonly ResponseReader reader;
    private readonly ResponseParser parser;
    private readonly LinkedList<RunningCommand> running = [];
    // Nobody can write a mail that looks like the end of our command, for nobody knows our tags.
    private readonly string prefix = new(RandomNumberGenerator.GetItems<char>("ABCDEFGHJKLMNPQRSTUVWXYZ", 5));
    private int counter;
    private int unsent;
    private bool isAsked;
    private int strays;
    private int chatter;
    private string? lastStray;

    public ImapConnection(MailEndpoint endpoint, Wire wire, ImapLimits limits)
    {
        (Endpoint, this.wire, this.limits) = (endpoint, wire, limits);
        reader = new ResponseReader(wire, limits);
        parser = new ResponseParser(limits);
    }

    public MailEndpoint Endpoint { get; }

    public Wire Wire => wire;

    /// <summary>How often something was sent while nothing else was under way: the round trips.</summary>
    public int Turns { get; private set; }

    /// <summary>What must not appear in any message.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>True while lines that make no sense may be shown: as long as no mail was asked for.</summary>
    public bool MayQuoteStrays { get; set; } = true;

    /// <summary>True once we have said goodbye, so that the server's goodbye is no surprise.</summary>
    public bool Leaving { get; set; }

    /// <summary>True when literals may be sent without asking (LITERAL+, LITERAL-).</summary>
    public bool LiteralsUnasked { get; set; }

    /// <summary>Sees every untagged response besides the running command.</summary>
    public Action<ImapResponse>? Observer { get; set; }

    /// <summary>Appends a command to what is sent with the next wait for an answer.</summary>
    /// <param name="text">The command.</param>
    /// <param name="onResponse">Takes the untagged responses.</param>
    /// <param name="ct">Cancels the wait for a go-ahead before a literal.</param>
    /// <param name="consumer">Takes the bytes of mails.</param>
    public async ValueTask<RunningCommand> Begin(
        CommandText text,
        Action<ImapResponse>? onResponse,
        CancellationToken ct,
        BodyConsumer? consumer = null)
    {
        var command = new RunningCommand(prefix + (++counter).ToString(CultureInfo.InvariantCulture), onResponse, consumer ?? Discard);
        wire.Write(Encoding.ASCII.GetBytes(command.Tag + " "));
        running.AddLast(command);
        unsent++;
        foreach (var (bytes, literal) in text.Parts)
        {
            if (literal)
            {
                var unasked = LiteralsUnasked && bytes.Length <= 4096;
                wire.Write(Encoding.ASCII.GetBytes($"{{{bytes.Length}{(unasked ? "+" : "")}}}\r\n"));
                if (!unasked && await GoAhead(command, ct) is null)
                    return command;
            }

            wire.Write(bytes);
        }

        wire.Write("\r\n"u8);
        return command;
    }

    /// <summary>Sends a command and waits for its end.</summary>
    public async Task<StatusResponse> Run(CommandText text, Action<ImapResponse>? onResponse, CancellationToken ct) =>
        await End(await Begin(text, onResponse, ct), ct);

    /// <summary>Waits for the end of a command.</summary>
    public async ValueTask<StatusResponse> End(RunningCommand command, CancellationToken ct)
    {
        while (command.Result is null)
            await Step(ct);

        return command.Result;
    }

    /// <summary>Waits for the server's go-ahead; null when it ended the command instead.</summary>
    public async ValueTask<ContinuationResponse?> GoAhead(RunningCommand command, CancellationToken ct)
    {
        while (command.Result is null)
        {
            if (await Step(ct) is ContinuationResponse continuation)
                return continuation;
        }

        return null;
    }

    /// <summary>Sends what is written, reads one response and hands it to whom it belongs.</summary>
    /// <exception cref="MailServerException">When the server ends the session or makes no sense.</exception>
    public async ValueTask<ImapResponse> Step(CancellationToken ct)
    {
        if (wire.HasUnsent && (isAsked || unsent == running.Count))
            Turns++;

        unsent = 0;
        await wire.Flush(ct);
        var oldest = running.First?.Value;
        if (!await reader.Read(oldest?.Consumer ?? Discard, ct))
            throw Ended();

        var response = parser.Parse(reader.Text, oldest?.Consumer ?? Discard);
        isAsked = response is ContinuationResponse;
        switch (response)
        {
            case StatusResponse { Tag: { } tag } tagged:
                Finish(tag, tagged);
                break;
            case StrayLine stray:
                Count(stray);
                break;
            case StatusResponse { Status: ImapStatus.Bye } bye when !Leaving:
                throw Bye(bye);
            default:
                strays = 0;
                chatter = response is FetchResponse ? 0 : chatter + 1;
                if (chatter > limits.Numbers)
                    throw new MailServerException(MailFailure.Protocol, $"{Endpoint} goes on talking and answers nothing")
                    {
                        ConnectionLost = true,
                    };

                Observer?.Invoke(response);
                oldest?.Take(response);
                break;
        }

        return response;
    }

    /// <summary>The failure that a refusal stands for.</summary>
    /// <param name="stage">What was being done.</param>
    /// <param name="what">The same in words, such as "logging in as ada".</param>
    /// <param name="answer">The server's answer.</param>
    public MailServerException Refused(AnswerStage stage, string what, StatusResponse answer)
    {
        var meaning = ServerAnswers.Read(stage, answer.Code?.Name, answer.Text);
        // BAD says that the request was not understood; only words that are known for something else speak against that.
        if (answer.Status == ImapStatus.Bad && answer.Code is null && meaning.Failure is MailFailure.Auth or MailFailure.Permanent)
            meaning = new AnswerMeaning(MailFailure.Protocol, "the server did not understand the request");

        return new MailServerException(
            meaning.Failure,
            meaning.Advice.Length > 0 ? $"{what} failed: {meaning.Advice}" : $"{what} failed",
            Presentable(answer))
        {
            RetryAfter = meaning.RetryAfter,
        };
    }

    /// <summary>The server's words, fit to be shown.</summary>
    public string Presentable(StatusResponse answer) =>
        ServerAnswers.Presentable(
            answer.Code is { } code
                ? $"[{code.Name}{(code.Argument.Length > 0 && code.Argument.Length < 60 ? " " + code.Argument : "")}] {answer.Text}"
                : answer.Text,
            Secrets);

    public ValueTask DisposeAsync() => wire.DisposeAsync();

    private void Finish(string tag, StatusResponse answer)
    {
        for (var node = running.First; node is not null; node = node.Next)
        {
            if (!node.Value.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase))
                continue;

            strays = 0;
            chatter = 0;
            node.Value.Result = answer;
            running.Remove(node);
            return;
        }

        Count(new StrayLine($"{tag} {answer.Status}"));
    }

    private void Count(StrayLine stray)
    {
        if (stray.Excerpt.Length > 0)
            lastStray = stray.Excerpt;

        if (++strays > limits.StrayLines)
            throw new MailServerException(MailFailure.Protocol, $"{Endpoint} sends line after line that belongs to no answer")
            {
                ConnectionLost = true,
            };
    }

    private MailServerException Bye(StatusResponse bye)
    {
        var meaning = ServerAnswers.Read(AnswerStage.Command, bye.Code?.Name, bye.Text);
        return new MailServerException(
            meaning.Failure is MailFailure.Protocol or MailFailure.Permanent ? MailFailure.Network : meaning.Failure,
            meaning.Advice.Length > 0 ? $"{Endpoint} ended the session: {meaning.Advice}" : $"{Endpoint} ended the session",
            Presentable(bye))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }

    private MailServerException Ended()
    {
        // Exchange says "Server Unavailable." outside the protocol and hangs up.
        if (lastStray is null || !MayQuoteStrays)
            return Wire.Lost($"{Endpoint} closed the connection without a word");

        var meaning = ServerAnswers.Read(AnswerStage.Command, null, lastStray);
        return new MailServerException(
            meaning.Failure is MailFailure.Protocol ? MailFailure.Network : meaning.Failure,
            $"{Endpoint} closed the connection",
            ServerAnswers.Presentable(lastStray, Secrets))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }
}
