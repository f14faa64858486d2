using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Imap;

/// <summary>
/// Finds where a response begins and ends (RFC 9051 section 2.2): lines, and the literals inside them. Literals that are parts of mails go
/// to a consumer in pieces and are never held.
/// </summary>
internal sealed class ResponseReader(Wire wire, ImapLimits limits)
{
    private long outsideLiterals;

    /// <summary>The response read last.</summary>
    public ResponseText Text { get; } = new();

    /// <summary>Reads the next response into <see cref="Text"/>.</summary>
    /// <param name="consumer">Takes the bytes of messages.</param>
    /// <param name="ct">Ends the connection when it is cancelled in the middle of a response.</param>
    /// <returns>False at the end of the connection.</returns>
    /// <exception cref="MailServerException">When the connection breaks, or the response exceeds the limits so that its end cannot be
    /// found.</exception>
    public async ValueTask<bool> Read(BodyConsumer consumer, CancellationToken ct)
    {
        Text.Clear();
        outsideLiterals = 0;
        while (await ReadLine(ct))
        {
            if (AnnouncedLiteral() is not { } literal)
                return true;

            if (literal.Length > limits.Literal)
                throw Broken($"a literal of {literal.Length} bytes is announced, more than the {limits.Literal} that are accepted");

            if (Text.Literals.Count >= limits.Literals)
                throw Broken($"a response with more than {limits.Literals} literals");

            await ReadLiteral(literal, consumer, ct);
        }

        return false;
    }

    private async ValueTask<bool> ReadLine(CancellationToken ct)
    {
        while (true)
        {
            var buffer = await wire.Read(ct);
            if (buffer.IsEmpty)
            {
                if (Text.Length > 0)
                    throw Wire.Lost("the connection ended in the middle of a response");

                return false;
            }

            if (buffer.PositionOf((byte)'\n') is { } lineFeed)
            {
                var end = buffer.GetPosition(1, lineFeed);
                Append(buffer.Slice(0, end));
                wire.Advance(end);
                Text.TrimLineEnd();
                return true;
            }

            Append(buffer);
            wire.Advance(buffer.End);
        }
    }

    private void Append(in ReadOnlySequence<byte> more)
    {
        outsideLiterals += more.Length;
        if (outsideLiterals > limits.Line && outsideLiterals > LimitOf(Text.Length > 0 ? Text.Bytes : more.FirstSpan))
            throw Broken($"a line does not end after {outsideLiterals} bytes");

        Text.Append(more);
    }

    private int LimitOf(ReadOnlySpan<byte> beginning)
    {
        var word = beginning.TrimStart("\0* "u8);
        return word.Length >= 6 && (Ascii.EqualsIgnoreCase(word[..6], "SEARCH"u8) || Ascii.EqualsIgnoreCase(word[..6], "ESEARC"u8))
            ? limits.SearchLine
            : limits.Line;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Announcement(int Marker, long Length);

    private Announcement? AnnouncedLiteral()
    {
        var text = Text.Bytes;
        var after = Text.Literals.Count > 0 ? Text.Literals[^1].Start + Text.Literals[^1].Length : 0;
        if (text.Length - after < 3 || text[^1] != '}' || IsPlainText(text))
            return null;

        var open = text[after..].LastIndexOf((byte)'{');
        if (open < 0)
            return null;

        var digits = text[(after + open + 1)..^1];
        if (digits.EndsWith("+"u8))
            digits = digits[..^1];

        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return null;

        return new Announcement(
            after + open,
            Utf8Parser.TryParse(digits, out long length, out var used) && used == digits.Length ? length : long.MaxValue);
    }

    /// <summary>Responses that end in words for people, which may well end in a brace.</summary>
    private static bool IsPlainText(ReadOnlySpan<byte> text)
    {
        if (text[0] == '+')
            return true;

        var afterTag = text[(text.IndexOf((byte)' ') + 1)..].TrimStart((byte)' ');
        var word = afterTag[..Math.Max(0, afterTag.IndexOf((byte)' '))];
        return Ascii.EqualsIgnoreCase(word, "OK"u8) || Ascii.EqualsIgnoreCase(word, "NO"u8) || Ascii.EqualsIgnoreCase(word, "BAD"u8)
            || Ascii.EqualsIgnoreCase(word, "BYE"u8) || Ascii.EqualsIgnoreCase(word, "PREAUTH"u8);
    }

    private async ValueTask ReadLiteral(Announcement literal, BodyConsumer consumer, CancellationToken ct)
    {
        var body = FetchItem.SectionBefore(Text.Bytes[..literal.Marker]);
        var keep = body is null && literal.Length <= limits.InlineLiteral && Text.Length + literal.Length <= limits.SearchLine;
        Text.AddLiteral(literal.Marker, keep, (int)Math.Min(literal.Length, int.MaxValue));
        if (body is { } item)
            consumer.Start(item.Section, literal.Length);

        for (var missing = literal.Length; missing > 0;)
        {
            var buffer = await wire.Read(ct);
            if (buffer.IsEmpty)
                throw Wire.Lost($"the connection ended {missing} bytes before the end of a literal of {literal.Length}");

            var piece = buffer.Length > missing ? buffer.Slice(0, missing) : buffer;
            foreach (var segment in piece)
            {
                if (keep)
                    Text.Append(segment.Span);
                else if (body is not null)
                    consumer.Take(segment.Span);
            }

            missing -= piece.Length;
            wire.Advance(piece.End);
        }
    }

    private MailServerException Broken(string reason) =>
        new(
            MailFailure.Protocol,
            $"the server's answer cannot be read: {reason}; it began with {Text.Excerpt()[..Math.Min(60, Text.Length)]}")
        {
            ConnectionLost = true,
        };
}
