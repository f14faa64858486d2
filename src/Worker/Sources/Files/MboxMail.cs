using System.Buffers;
using System.Text;
using CrmSync.Mail.Mime;
using Microsoft.Win32.SafeHandles;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// Reads one message out of an mbox file: without its <c>From </c> line, and with the <c>&gt;</c> taken off that mboxo and mboxrd put
/// before such lines in the text.
/// </summary>
internal static class MboxMail
{
    private const int Piece = 128 * 1024;

    public static MimeMessage Parse(SafeFileHandle file, long offset, long length)
    {
        var parser = new MimeParser();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length, 1, Piece));
        try
        {
            var held = 0;
            var first = true;
            var atLineStart = true;
            bool? quoted = null;
            while (length > 0 || held > 0)
            {
                var count =
                    length == 0 ? 0 : RandomAccess.Read(file, buffer.AsSpan(held, (int)Math.Min(buffer.Length - held, length)), offset);
                offset += count;
                length = count == 0 ? 0 : length - count;
                held += count;
                if (first)
                {
                    var skip = AfterFromLine(buffer.AsSpan(0, held));
                    buffer.AsSpan(skip, held - skip).CopyTo(buffer);
                    held -= skip;
                    first = false;
                    quoted = !HasTrueLength(file, buffer.AsSpan(0, held), offset - held, offset + length);
                }

                // Whole lines, so that a ">From " is never cut in two; a line longer than the buffer goes as it comes.
                var whole = length == 0 ? held : buffer.AsSpan(0, held).LastIndexOf((byte)'\n') + 1;
                if (whole == 0)
                    whole = held;

                Append(parser, buffer.AsSpan(0, whole), atLineStart, quoted == true);
                atLineStart = whole == 0 || buffer[whole - 1] == '\n';
                buffer.AsSpan(whole, held - whole).CopyTo(buffer);
                held -= whole;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return parser.Finish();
    }

    private static int AfterFromLine(ReadOnlySpan<byte> start) =>
        start.StartsWith("From "u8) ? start.IndexOf((byte)'\n') is >= 0 and var newline ? newline + 1 : start.Length : 0;

    /// <summary>A file with a true Content-Length (mboxcl2) quotes nothing: a <c>&gt;From </c> in it was written by a person.</summary>
    private static bool HasTrueLength(SafeFileHandle file, ReadOnlySpan<byte> start, long at, long end)
    {
        var headersEnd = start.IndexOf("\n\n"u8) is >= 0 and var lf ? lf + 2 : -1;
        if (start.IndexOf("\r\n\r\n"u8) is >= 0 and var crlf && (headersEnd < 0 || crlf + 4 < headersEnd))
            headersEnd = crlf + 4;

        if (headersEnd < 0)
            return false;

        foreach (var line in Encoding.Latin1.GetString(start[..headersEnd]).Split('\n'))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                return long.TryParse(line.AsSpan(15).Trim(), out var said)
                    && said > 0
                    && at + headersEnd + said is var stop
                    && stop <= end
                    && MboxScanner.EndsBeforeSeparator(file, stop, end);
        }

        return false;
    }

    private static void Append(MimeParser parser, ReadOnlySpan<byte> lines, bool atLineStart, bool quoted)
    {
        while (quoted && !lines.IsEmpty)
        {
            var at = atLineStart && IsQuotedFrom(lines) ? 0 : NextQuotedFrom(lines);
            if (at < 0)
                break;

            parser.Append(lines[..at]);
            lines = lines[(at + 1)..];
            atLineStart = false;
        }

        if (!lines.IsEmpty)
            parser.Append(lines);
    }

    private static int NextQuotedFrom(ReadOnlySpan<byte> lines)
    {
        for (var from = 0; lines[from..].IndexOf("\n>"u8) is >= 0 and var found; from += found + 1)
        {
            if (IsQuotedFrom(lines[(from + found + 1)..]))
                return from + found + 1;
        }

        return -1;
    }

    private static bool IsQuotedFrom(ReadOnlySpan<byte> line) => line.StartsWith(">"u8) && line.TrimStart((byte)'>').StartsWith("From "u8);
}
