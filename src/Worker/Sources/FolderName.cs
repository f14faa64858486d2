using System.Text;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Folder names on the wire and on disk: modified UTF-7 (RFC 3501 section 5.1.3), or UTF-8 once UTF8=ACCEPT is enabled (RFC 6855).
/// </summary>
internal static class FolderName
{
    /// <summary>
    /// The readable name. Never fails: what is not valid modified UTF-7 is taken as UTF-8, and what is not that either as Latin-1.
    /// </summary>
    /// <param name="raw">The bytes of the name, one character each.</param>
    public static string Decode(string raw)
    {
        if (raw.Any(c => c > 0x7f))
            return DecodeUtf8(raw);

        var result = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '&')
            {
                result.Append(raw[i]);
                continue;
            }

            var end = raw.IndexOf('-', i);
            if (end < 0)
                return raw;

            if (end == i + 1)
                result.Append('&');
            else if (!Shifted(raw.AsSpan(i + 1, end - i - 1), result))
                return raw;

            i = end;
        }

        return result.ToString();
    }

    /// <summary>The readable name of a folder by the name of its file, which programs write in modified UTF-7 or as it is.</summary>
    public static string FromFile(string name) => Ascii.IsValid(name) ? Decode(name) : name;

    private static bool Shifted(ReadOnlySpan<char> base64, StringBuilder result)
    {
        var padded = base64.ToString().Replace(',', '/').PadRight((base64.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length) || length % 2 != 0)
            return false;

        result.Append(Encoding.BigEndianUnicode.GetString(bytes, 0, length));
        return true;
    }

    private static string DecodeUtf8(string raw)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false,
                throwOnInvalidBytes: true).GetString(Encoding.Latin1.GetBytes(raw));
        }
        catch (ArgumentException)
        {
            return raw;
        }
    }
}
