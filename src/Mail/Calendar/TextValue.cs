using System.Text;
using System.Text.Unicode;

namespace CrmSync.Mail.Calendar;

/// <summary>Text of a calendar: from bytes to characters, and without the escapes of RFC 5545 section 3.3.11.</summary>
internal static class TextValue
{
    /// <summary>The encoding of bytes that are no UTF-8 and say nothing else: what Windows programs wrote before they learned it.</summary>
    public static readonly Encoding Western = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>The encoding of a name; null if it is not known.</summary>
    public static Encoding? FindEncoding(string? charset)
    {
        if (string.IsNullOrWhiteSpace(charset))
            return null;

        var name = charset.Trim().Trim('"');
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            // The only way .NET has to say that it does not know a name.
            return null;
        }
    }

    /// <summary>Bytes as characters: UTF-8 if they are valid UTF-8, else the encoding given.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, Encoding fallback) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : fallback.GetString(bytes);

    /// <summary>A text without escapes, control characters and surrounding blanks, cut to a length; null if nothing is left.</summary>
    public static string? Unescape(string value, int longest)
    {
        var text = value.AsSpan().Trim();
        var plain = true;
        foreach (var character in text)
            plain &= character != '\\' && !char.IsControl(character);
        if (plain)
            return text.Length == 0 ? null : Cut(text, longest);

        var unescaped = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == '\\' && index + 1 < text.Length && text[index + 1] is '\\' or ';' or ',' or 'n' or 'N' or '"' or ':')
                character = text[++index] is 'n' or 'N' ? '\n' : text[index];
            else if (char.IsControl(character) && character is not ('\n' or '\t'))
                continue;
            unescaped.Append(character);
        }

        text = unescaped.ToString().AsSpan().Trim();
        return text.Length == 0 ? null : Cut(text, longest);
    }

    /// <summary>The value of a property written in quoted-printable (vCalendar 1.0), or as it is.</summary>
    public static string Plain(ContentLine line)
    {
        var encoding = line.Parameter("ENCODING") ?? line.Parameter("");
        if (!string.Equals(encoding, "QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase))
            return line.Value;

        var fallback = FindEncoding(line.Parameter("CHARSET")) ?? Western;
        return Decode(FromQuotedPrintable(Encoding.UTF8.GetBytes(line.Value)), fallback);
    }

    /// <summary>Quoted-printable to bytes; what is no valid escape stays as it is (RFC 2045 section 6.7).</summary>
    public static byte[] FromQuotedPrintable(ReadOnlySpan<byte> bytes)
    {
        var decoded = new byte[bytes.Length];
        var length = 0;
        for (var index = 0; index < bytes.Length; index++)
        {
            if (bytes[index] != '=')
            {
                decoded[length++] = bytes[index];
                continue;
            }

            if (index + 2 < bytes.Length && Hex(bytes[index + 1]) is >= 0 and var high && Hex(bytes[index + 2]) is >= 0 and var low)
            {
                decoded[length++] = (byte)(high << 4 | low);
                index += 2;
            }
            else if (SoftBreak(bytes[(index + 1)..]) is > 0 and var blanks)
                index += blanks;
            else
                decoded[length++] = bytes[index];
        }

        return decoded[..length];
    }

    private static int SoftBreak(ReadOnlySpan<byte> after)
    {
        var index = 0;
        while (index < after.Length && after[index] is (byte)' ' or (byte)'\t')
            index++;
        if (index < after.Length && after[index] == '\r')
            index++;
        return index < after.Length && after[index] == '\n' ? index + 1 : 0;
    }

    private static int Hex(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        _ => -1,
    };

    private static string Cut(ReadOnlySpan<char> text, int longest)
    {
        if (text.Length <= longest)
            return text.ToString();
        return text[..(longest - (char.IsHighSurrogate(text[longest - 1]) ? 1 : 0))].ToString();
    }
}
