using System.Buffers;

namespace CrmSync.Mail.Smtp;

/// <summary>A message's bytes made ready for DATA (RFC 5321 section 4.5.2), and what they ask of the server.</summary>
internal static class SmtpContent
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\r\n"u8);

    /// <summary>
    /// Appends the message with CRLF line ends, dots doubled, and the final dot. Lone CR and LF become line ends, for servers that take
    /// them for one could otherwise be made to see a second mail inside this one.
    /// </summary>
    public static void Write(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        while (!content.IsEmpty)
        {
            var end = content.IndexOfAny(Special);
            var line = end < 0 ? content : content[..end];
            if (!line.IsEmpty && line[0] == '.')
                output.Write("."u8);

            output.Write(line);
            output.Write("\r\n"u8);
            content =
                end < 0 ? [] : content[(end + (content[end] == '\r' && end + 1 < content.Length && content[end + 1] == '\n' ? 2 : 1))..];
        }

        output.Write(".\r\n"u8);
    }

    /// <summary>True when the body holds bytes beyond ASCII (needs 8BITMIME).</summary>
    public static bool HasEightBits(ReadOnlySpan<byte> content) => content.ContainsAnyExceptInRange((byte)0, (byte)0x7f);

    /// <summary>True when a header field holds bytes beyond ASCII (needs SMTPUTF8, RFC 6531).</summary>
    public static bool HasEightBitHeader(ReadOnlySpan<byte> content)
    {
        var end = content.IndexOf("\r\n\r\n"u8);
        var shortEnd = content.IndexOf("\n\n"u8);
        var header = end < 0 ? shortEnd : shortEnd < 0 ? end : Math.Min(end, shortEnd);
        return HasEightBits(header < 0 ? content : content[..header]);
    }
}
