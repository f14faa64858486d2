using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// What an IMAP server says, on its way to MailKit. MailKit reads the protocol; this stream sees to it that what it reads has an end and a
/// form: lines and literals have limits, the length of a literal is checked against what follows it, a goodbye keeps its words, and what
/// servers are known to write wrongly is put right or left out line by line (<see cref="AnswerRepair"/>), for a single odd number would
/// cost MailKit the connection and everything that came over it. Folders' counters are noted as they pass: MailKit keeps those of last time
/// where a server says nothing, and nothing said means unknown.
/// </summary>
internal sealed class ImapAnswers(MailWire wire, ImapLimits limits) : AsyncStream
{
    private const int ReadSize = 64 * 1024;

    // Nobody can write a mail that looks like the end of our command, for nobody knows our tags.
    private readonly string prefix = new(RandomNumberGenerator.GetItems<char>("ABCDEFGHJKLMNPQRSTUVWXYZ", 5));
    private readonly AnswerRepair repair = new(limits);
    private readonly ArrayBufferWriter<byte> ready = new(4096);
    private readonly ArrayBufferWriter<byte> line = new(4096);
    private readonly byte[] input = new byte[ReadSize];
    private Stream source = wire;
    private Stream sink = wire;
    private int given;
    private int start;
    private int end;
    private long literalLeft;
    private long taken;
    private long allowed = long.MaxValue;
    private long allowedLines = long.MaxValue;
    private long takenLines;
    private int counter;
    private byte[] clientTag = [];
    private byte[] serverTag = [];
    private bool isRunning;
    private bool isGreeted;
    private bool isInside;
    private bool isLeaving;
    private bool mayQuoteStrays = true;
    private int strays;
    private string? lastStray;

    /// <summary>The connection below.</summary>
    public MailWire Wire => wire;

    /// <summary>The server's greeting in words.</summary>
    public string Greeting { get; private set; } = "";

    /// <summary>What was noted since the last command began.</summary>
    public AnswerNotes Notes => repair.Notes;

    /// <summary>What must not appear in any message.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>Says how large the answer to the next command may be, after decompression.</summary>
    /// <param name="mail">Bytes of mails and their parts, which servers announce one by one.</param>
    /// <param name="lines">Everything else.</param>
    public void Expect(long mail, long lines)
    {
        (allowed, allowedLines) = (mail + lines, lines);
        wire.Expect(allowed);
    }

    /// <summary>Keeps the folders and counters of several commands together, from here until what is returned is disposed of.</summary>
    public IDisposable Gather()
    {
        repair.Begin([], clientTag);
        repair.IsGathering = true;
        return new Gathering(repair);
    }

    /// <summary>
    /// Compresses both directions from here on (RFC 4978). Asked for here and not by MailKit, whose inflating would come above this stream
    /// and hide the lines from it.
    /// </summary>
    /// <returns>False when the server would not.</returns>
    public async Task<bool> Compress(CancellationToken ct)
    {
        var tag = $"{prefix}0";
        await wire.WriteAsync(Encoding.ASCII.GetBytes($"{tag} COMPRESS DEFLATE\r\n"), ct);
        await wire.FlushAsync(ct);
        string answer;
        do
        {
            await FillLine(ct);
            answer = Encoding.Latin1.GetString(line.WrittenSpan);
        }
        while (!answer.StartsWith(tag + " ", StringComparison.Ordinal) && ++strays < limits.StrayLines);

        strays = 0;
        if (!answer.StartsWith($"{tag} OK", StringComparison.OrdinalIgnoreCase))
            return false;

        if (end > start)
            throw wire.Broken(MailFailure.Protocol,
                $"{wire.Endpoint} sent {end - start} bytes before compression was in place; the connection was closed");

        (source, sink) =
            (new DeflateStream(wire, CompressionMode.Decompress, leaveOpen: true),
                new DeflateStream(wire, CompressionLevel.Fastest, leaveOpen: true));
        return true;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (ready.WrittenCount > given)
            {
                var count = Math.Min(buffer.Length, ready.WrittenCount - given);
                ready.WrittenMemory.Slice(given, count).CopyTo(buffer);
                given += count;
                return count;
            }

            ready.ResetWrittenCount();
            given = 0;
            if (literalLeft > 0)
            {
                if (end == start)
                    await Fill($"the connection ended {literalLeft} bytes before the end of a literal", cancellationToken);

                var count = (int)Math.Min(Math.Min(buffer.Length, literalLeft), end - start);
                input.AsMemory(start, count).CopyTo(buffer);
                start += count;
                literalLeft -= count;
                return count;
            }

            await FillLine(cancellationToken);
            if (!isInside)
                await SpellOutNames(cancellationToken);

            TakeLine();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!isRunning && buffer.Span.IndexOf((byte)' ') is > 0 and var space)
        {
            Begin(buffer.Span[..space].ToArray(), buffer.Span[(space + 1)..]);
            await sink.WriteAsync(serverTag, cancellationToken);
            buffer = buffer[space..];
        }

        await sink.WriteAsync(buffer, cancellationToken);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await sink.FlushAsync(cancellationToken);
        if (sink != wire)
            await wire.FlushAsync(cancellationToken);
    }

    /// <summary>MailKit ends IDLE this way, and nothing else: a few bytes from the thread that wants the connection.</summary>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() => FlushAsync(CancellationToken.None).GetAwaiter().GetResult();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            wire.Dispose();
            if (source != wire)
                source.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Begin(byte[] tag, ReadOnlySpan<byte> command)
    {
        clientTag = tag;
        serverTag = Encoding.ASCII.GetBytes(prefix + (++counter).ToString(CultureInfo.InvariantCulture));
        isRunning = true;
        (taken, takenLines) = (0, 0);
        if (allowed == long.MaxValue)
            Expect(mail: 0, limits.Answer);

        repair.Begin(command, clientTag);
        mayQuoteStrays &= !repair.Notes.AsksForMail;
        isLeaving |= command.StartsWith("LOGOUT"u8);
    }

    /// <summary>Reads one line, with whatever literal it announces still to come.</summary>
    private ValueTask FillLine(CancellationToken ct)
    {
        line.ResetWrittenCount();
        return FillRest(ct);
    }

    private async ValueTask FillRest(CancellationToken ct)
    {
        while (true)
        {
            var feed = input.AsSpan(start, end - start).IndexOf((byte)'\n');
            var count = feed < 0 ? end - start : feed;
            line.Write(input.AsSpan(start, count));
            start += count + (feed < 0 ? 0 : 1);
            if (feed >= 0)
            {
                takenLines += count + 1;
                if (takenLines > allowedLines)
                    throw TooMuch(takenLines);

                return;
            }

            if (line.WrittenCount > limits.LongestLine(line.WrittenSpan))
                throw wire.Broken(MailFailure.Protocol,
                    $"the answer of {wire.Endpoint} cannot be read: a line does not end after {line.WrittenCount} bytes");

            await Fill("the connection ended in the middle of an answer", ct);
        }
    }

    /// <summary>Writes the name of a folder that comes as a literal into the line about the folder.</summary>
    private async ValueTask SpellOutNames(CancellationToken ct)
    {
        while (NameAnnounced() is { } length)
        {
            var name = new byte[length];
            for (var read = 0; read < length;)
            {
                if (end == start)
                    await Fill("the connection ended in the middle of the name of a folder", ct);

                var count = Math.Min(length - read, end - start);
                input.AsSpan(start, count).CopyTo(name.AsSpan(read));
                read += count;
                start += count;
            }

            AnswerRepair.WriteQuoted(name, line);
            await FillRest(ct);
        }
    }

    /// <summary>
    /// The length of the name that the line announces, and takes the announcement off the line; null when it announces none.
    /// </summary>
    private int? NameAnnounced()
    {
        var text = line.WrittenSpan.TrimEnd("\r\0"u8);
        if (!AnswerRepair.IsAboutFolder(text) || Announced(ref text) is not (> 0 and <= AnswerRepair.LongestName and var length))
            return null;

        var beginning = text.ToArray();
        line.ResetWrittenCount();
        line.Write(beginning);
        return (int)length;
    }

    private async ValueTask Fill(string ended, CancellationToken ct)
    {
        try
        {
            end = await source.ReadAsync(input, ct);
            start = 0;
        }
        catch (MailServerException e) when (lastStray is not null && mayQuoteStrays && e.ConnectionLost && e.Failure == MailFailure.Network)
        {
            throw Ended(lastStray, e);
        }
        catch (InvalidDataException e)
        {
            throw wire.Broken(MailFailure.Protocol, $"what {wire.Endpoint} sent cannot be decompressed", inner: e);
        }

        if (end == 0)
            throw wire.Broken(isInside || line.WrittenCount > 0 ? ended : $"{wire.Endpoint} closed the connection without a word");

        taken += end;
        if (taken > allowed)
            throw TooMuch(taken);
    }

    private MailServerException TooMuch(long bytes) => wire.Broken(MailFailure.Protocol,
        $"{wire.Endpoint} sent more than {bytes / (1024 * 1024)} MB where no more was to be expected; the connection was closed");

    private void TakeLine()
    {
        // Servers pad lines with NULs, and DavMail puts two spaces after the star.
        var text = line.WrittenSpan.TrimEnd("\r\0"u8);
        if (!isInside)
            text = text.TrimStart("\0 "u8);

        if (!isGreeted)
        {
            Greeting = ServerAnswers.Presentable(ImapGreeting.Check(Encoding.Latin1.GetString(text), wire.Endpoint), Secrets);
            isGreeted = true;
        }

        if (isInside)
            ReadInside(text);
        else if (text is [(byte)'+', ..])
            Pass(text);
        else if (text is [(byte)'*' or (byte)'[', ..])
            ReadUntagged(text);
        else if (isRunning && text.Length > serverTag.Length && text[serverTag.Length] == ' '
            && Ascii.EqualsIgnoreCase(text[..serverTag.Length], serverTag))
            ReadTagged(text[(serverTag.Length + 1)..]);
        else
            ReadStray(text);
    }

    private void ReadInside(ReadOnlySpan<byte> text)
    {
        var literal = Announced(ref text);
        if (repair.GoOn(text, literal, ready) is { } problem)
            throw wire.Broken(MailFailure.Protocol, $"the answer of {wire.Endpoint} cannot be read: {problem}");

        End(literal);
    }

    private void ReadUntagged(ReadOnlySpan<byte> text)
    {
        strays = 0;
        // Exchange and home.pl have sent response codes with nothing, or only a star, before them.
        var answer = new ImapText(text is [(byte)'*', ..] ? text[1..] : text);
        answer.SkipSpaces();
        if (answer.Next == '[')
        {
            ready.Write("* OK "u8);
            repair.Status(answer.Rest, ready);
            return;
        }

        var word = answer.Atom();
        if (Ascii.EqualsIgnoreCase(word, "BYE"u8) && !isLeaving)
            throw Bye(Encoding.UTF8.GetString(answer.Rest).Trim());

        if (AnswerRepair.IsStatus(word))
        {
            ready.Write("* "u8);
            ready.Write(word);
            ready.Write(" "u8);
            answer.SkipSpaces();
            repair.Status(answer.Rest, ready);
            return;
        }

        var literal = Announced(ref text);
        repair.RepairUntagged(text, literal, ready);
        End(literal);
    }

    private void ReadTagged(ReadOnlySpan<byte> text)
    {
        strays = 0;
        isRunning = false;
        allowed = allowedLines = long.MaxValue;
        var answer = new ImapText(text);
        answer.SkipSpaces();
        var word = answer.Atom();
        answer.SkipSpaces();
        ready.Write(clientTag);
        ready.Write(" "u8);
        ready.Write(word);
        ready.Write(" "u8);
        repair.RepairTagged(word, answer.Rest, ready);
    }

    /// <summary>
    /// What belongs to no answer, such as the rest of a mail whose length the server got wrong, is left out up to a limit.
    /// </summary>
    private void ReadStray(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return;

        lastStray = Encoding.Latin1.GetString(text[..Math.Min(text.Length, 200)]);
        if (++strays > limits.StrayLines)
            throw wire.Broken(MailFailure.Protocol, $"{wire.Endpoint} sends line after line that belongs to no answer");
    }

    private void Pass(ReadOnlySpan<byte> text)
    {
        ready.Write(text);
        ready.Write("\r\n"u8);
    }

    private void End(long? literal)
    {
        isInside = literal is not null || repair.IsOpen;
        if (literal is not { } length)
            return;

        if (length > limits.Literal)
            throw wire.Broken(
                MailFailure.Protocol,
                $"the answer of {wire.Endpoint} cannot be read: a literal of {length} bytes is announced, more than the {limits.Literal} "
                    + "that are accepted"
            );

        if (length > allowed - taken + end - start)
            throw wire.Broken(
                MailFailure.Protocol,
                $"{wire.Endpoint} announced {length / (1024 * 1024)} MB where no more than {allowed / (1024 * 1024)} MB were to be "
                    + "expected; the connection was closed"
            );

        literalLeft = length;
    }

    /// <summary>
    /// The length of the literal that a line announces at its end, and takes the announcement off the line; null when there is none.
    /// </summary>
    private static long? Announced(ref ReadOnlySpan<byte> text)
    {
        if (text is not [.., (byte)'}'] || text.LastIndexOf((byte)'{') is not (>= 0 and var open))
            return null;

        var digits = text[(open + 1)..^1].TrimEnd((byte)'+');
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return null;

        text = text[..open];
        return Utf8Parser.TryParse(digits, out long length, out var used) && used == digits.Length ? length : long.MaxValue;
    }

    private MailServerException Bye(string words)
    {
        var (code, text) = AnswerNotes.Split(words);
        var meaning = ServerAnswers.Read(AnswerStage.Command, code, text);
        wire.Broken("");
        return new MailServerException(
            meaning.Failure is MailFailure.Protocol or MailFailure.Permanent ? MailFailure.Network : meaning.Failure,
            meaning.Advice.Length > 0 ? $"{wire.Endpoint} ended the session: {meaning.Advice}" : $"{wire.Endpoint} ended the session",
            ServerAnswers.Presentable(words, Secrets))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }

    /// <summary>Exchange says "Server Unavailable." outside the protocol and hangs up.</summary>
    private MailServerException Ended(string stray, Exception inner)
    {
        var meaning = ServerAnswers.Read(AnswerStage.Command, null, stray);
        return new MailServerException(
            meaning.Failure is MailFailure.Protocol ? MailFailure.Network : meaning.Failure, $"{wire.Endpoint} closed the connection",
                ServerAnswers.Presentable(stray, Secrets), inner)
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }

    private sealed class Gathering(AnswerRepair repair) : IDisposable
    {
        public void Dispose() => repair.IsGathering = false;
    }
}
