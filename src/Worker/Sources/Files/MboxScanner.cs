using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CrmSync.Worker.Sources.Files;

/// <summary>A message in an mbox file, its <c>From </c> line included.</summary>
/// <param name="Offset">Where its first byte stands.</param>
/// <param name="Length">How many bytes, up to the next message.</param>
/// <param name="IsMail">False for text that belongs to no message.</param>
internal sealed record MboxMessage(long Offset, long Length, bool IsMail);

/// <summary>
/// Finds the messages of an mbox in one pass with constant memory: mboxo and mboxrd (a <c>From </c> line after a blank one), mboxcl and
/// mboxcl2 (Content-Length, believed only where it ends before a <c>From </c> line or at the end), and files whose blank lines got lost.
/// </summary>
internal sealed class MboxScanner
{
    private const int LineKept = 512;

    private readonly SafeFileHandle file;
    private readonly long end;
    private readonly byte[] buffer = new byte[256 * 1024];
    private long bufferAt;
    private int length;
    private int at;

    /// <summary>Scans from <paramref name="start"/>, where a message must begin, to <paramref name="end"/>.</summary>
    public MboxScanner(SafeFileHandle file, long start, long end)
    {
        this.file = file;
        this.end = end;
        bufferAt = start;
    }

    public IEnumerable<MboxMessage> Messages()
    {
        long? begun = null;
        var isMail = false;
        var afterBlank = true;
        var inHeaders = false;
        long? contentLength = null;
        for (var line = Next(); line is not null; line = Next())
        {
            if (IsSeparator(line, afterBlank, inHeaders) || (begun is null && !line.IsBlank))
            {
                if (begun is { } from && line.Offset > from)
                    yield return new MboxMessage(from, line.Offset - from, isMail);

                // A file may begin without a separator: then it is one plain mail, or text that is none.
                begun = line.Offset;
                isMail = line.IsFrom || line.IsHeader;
                inHeaders = isMail;
                contentLength = null;
                afterBlank = false;
                continue;
            }

            if (inHeaders && line.ContentLength is { } said)
                contentLength = said;

            if (inHeaders && line.IsBlank)
            {
                inHeaders = false;
                if (contentLength is { } body && EndsBeforeSeparator(line.End + body))
                {
                    Seek(line.End + body);
                    afterBlank = true;
                    continue;
                }
            }

            afterBlank = line.IsBlank;
        }

        if (begun is { } last && end > last)
            yield return new MboxMessage(last, end - last, isMail);
    }

    /// <summary>Whether Content-Length can be believed: what follows is the end, or a separator after at most one blank line.</summary>
    public static bool EndsBeforeSeparator(SafeFileHandle file, long position, long end)
    {
        if (position == end)
            return true;

        if (position > end)
            return false;

        Span<byte> next = stackalloc byte[LineKept];
        next = next[..RandomAccess.Read(file, next, position)];
        var text = next.TrimStart("\r\n"u8);
        return next.Length - text.Length <= 4
            && (position + (next.Length - text.Length) >= end || (text.StartsWith("From "u8) && IsDated(FirstLine(text))));
    }

    private bool EndsBeforeSeparator(long position) => EndsBeforeSeparator(file, position, end);

    /// <summary>
    /// After a blank line: <c>From </c> with a date, or with an address and a header below. Without the blank line both a date and a header
    /// below are asked for, because a text may say "From there ..." at any time.
    /// </summary>
    private bool IsSeparator(Line line, bool afterBlank, bool inHeaders)
    {
        if (!line.IsFrom)
            return false;

        var dated = IsDated(line.Start);
        var header = NextIsHeader(out var blank);
        if (afterBlank)
            return dated ? header || blank : header && HasSender(line.Start);

        return dated && header && !inHeaders;
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'\n') is >= 0 and var newline ? text[..newline] : text;

    /// <summary>A time of day and a year stand in every date a mail program writes there.</summary>
    private static bool IsDated(ReadOnlySpan<byte> from)
    {
        var (time, year) = (false, false);
        for (var i = 5; i + 4 <= from.Length; i++)
        {
            time |=
                i + 5 <= from.Length
                && IsDigit(from[i])
                && IsDigit(from[i + 1])
                && from[i + 2] == ':'
                && IsDigit(from[i + 3])
                && IsDigit(from[i + 4]);
            year |=
                from[i - 1] is (byte)' ' or (byte)'-' or (byte)'/'
                && from[i] is (byte)'1' or (byte)'2'
                && from[i + 1] is (byte)'9' or (byte)'0'
                && IsDigit(from[i + 2])
                && IsDigit(from[i + 3])
                && (i + 4 == from.Length || !IsDigit(from[i + 4]));
        }

        return time && year;
    }

    private static bool HasSender(ReadOnlySpan<byte> from)
    {
        var word = from[5..].TrimStart((byte)' ');
        var blank = word.IndexOfAny((byte)' ', (byte)'\r', (byte)'\t');
        word = blank < 0 ? word : word[..blank];
        return word.Contains((byte)'@') || word.SequenceEqual("-"u8) || word.StartsWith("MAILER-DAEMON"u8);
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    private bool NextIsHeader(out bool blank)
    {
        if (length - at < LineKept)
            Fill();

        var next = FirstLine(buffer.AsSpan(at, Math.Min(length - at, LineKept)));
        blank = next.IsEmpty || next.SequenceEqual("\r"u8);
        return Line.LooksLikeHeader(next) || next.StartsWith(">From "u8);
    }

    /// <summary>The next line, or null at the end. Of a long line only the beginning is kept.</summary>
    private Line? Next()
    {
        if (at == length)
            Fill();

        if (at == length)
            return null;

        var offset = bufferAt + at;
        byte[]? start = null;
        while (true)
        {
            var rest = buffer.AsSpan(at, length - at);
            var newline = rest.IndexOf((byte)'\n');
            var taken = newline < 0 ? rest.Length : newline + 1;
            if (start is null && newline < 0 && taken < LineKept && bufferAt + length < end)
            {
                Fill();
                continue;
            }

            start ??= rest[..Math.Min(taken, LineKept)].ToArray();
            at += taken;
            if (newline >= 0)
                break;

            Fill();
            if (at == length)
                break;
        }

        return new Line(offset, bufferAt + at, start);
    }

    private void Seek(long position)
    {
        if (position >= bufferAt && position <= bufferAt + length)
        {
            at = (int)(position - bufferAt);
            return;
        }

        bufferAt = position;
        at = length = 0;
    }

    /// <summary>Moves what is left to the front and reads on.</summary>
    private void Fill()
    {
        buffer.AsSpan(at, length - at).CopyTo(buffer);
        bufferAt += at;
        length -= at;
        at = 0;
        while (length < buffer.Length && bufferAt + length < end)
        {
            var room = (int)Math.Min(buffer.Length - length, end - bufferAt - length);
            var count = RandomAccess.Read(file, buffer.AsSpan(length, room), bufferAt + length);
            if (count == 0)
                break;

            length += count;
        }
    }

    private sealed class Line(long offset, long end, byte[] start)
    {
        public long Offset => offset;

        public long End => end;

        public byte[] Start => start;

        public bool IsFrom => start.AsSpan().StartsWith("From "u8);

        public bool IsBlank => start is [(byte)'\n'] or [(byte)'\r', (byte)'\n'];

        public bool IsHeader => LooksLikeHeader(start);

        public long? ContentLength =>
            start.Length > 15
            && Encoding.Latin1.GetString(start) is var text
            && text.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)
            && long.TryParse(text.AsSpan(15).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var said)
                ? said
                : null;

        public static bool LooksLikeHeader(ReadOnlySpan<byte> line)
        {
            var colon = line.IndexOf((byte)':');
            return colon is > 0 and < 80 && line[..colon].TrimEnd((byte)' ').IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
        }
    }
}
