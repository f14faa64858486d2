using System.Globalization;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>A structured value with parameters: Content-Type or Content-Disposition, read leniently (RFC 2045, 2183, 2231).</summary>
internal sealed class ContentField
{
    private const int MaxParameters = 200;
    private readonly List<(string Name, string Value)> parameters = [];

    private ContentField(string value) => Value = value;

    /// <summary>The value before the first parameter, in lower case, without comments.</summary>
    public string Value { get; }

    /// <summary>The parameter of that name with RFC 2231 continuations joined and RFC 2231 or 2047 text read, or null.</summary>
    public string? this[string name]
    {
        get
        {
            // The extended form is the better one when a mailer writes both (RFC 6266 says so, and mailers mean it so).
            if (Extended(name) is { } extended)
                return extended;

            foreach (var (key, value) in parameters)
            {
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                    return value;
            }

            return null;
        }
    }

    /// <summary>Reads a field value; anything gives a result, in the worst case an empty one.</summary>
    public static ContentField Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new ContentField("");

        var at = 0;
        var value = ReadToken(text, ref at, stopAtEquals: false);
        var field = new ContentField(value.Trim().Trim('"').ToLowerInvariant());
        while (at < text.Length && field.parameters.Count < MaxParameters)
        {
            if (text[at] is ';' or ',' || char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var name = ReadToken(text, ref at, stopAtEquals: true).Trim();
            if (at < text.Length && text[at] == '=')
            {
                at++;
                field.parameters.Add((name, ReadValue(text, ref at)));
            }
            else if (at < text.Length && text[at] is not (';' or ','))
            {
                at++;
            }
        }

        return field;
    }

    private string? Extended(string name)
    {
        List<(int Section, bool Encoded, string Value)>? pieces = null;
        foreach (var (key, value) in parameters)
        {
            if (key.Length <= name.Length || key[name.Length] != '*' || !key.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                continue;

            var suffix = key.AsSpan(name.Length + 1);
            var encoded = suffix.IsEmpty || suffix[^1] == '*';
            var digits = suffix.TrimEnd('*');
            if (digits.IsEmpty)
                (pieces ??= []).Add((0, true, value));
            else if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var section))
                (pieces ??= []).Add((section, encoded, value));
        }

        if (pieces is null)
            return null;

        pieces.Sort((a, b) => a.Section.CompareTo(b.Section));
        string? charset = null;
        var bytes = new List<byte>();
        var first = true;
        foreach (var (_, encoded, piece) in pieces)
        {
            var value = piece;
            if (first && encoded)
            {
                var quote = value.IndexOf('\'', StringComparison.Ordinal);
                var second = quote < 0 ? -1 : value.IndexOf('\'', quote + 1);
                if (second >= 0)
                {
                    charset = value[..quote];
                    value = value[(second + 1)..];
                }
            }

            first = false;
            if (encoded)
                AppendPercent(value, bytes);
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(value));
        }

        return Charsets.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes), charset);
    }

    private static void AppendPercent(string value, List<byte> bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add((byte)(EncodedWord.Hex(value[i + 1]) << 4 | EncodedWord.Hex(value[i + 2])));
                i += 2;
            }
            else if (value[i] < 0x80)
            {
                bytes.Add((byte)value[i]);
            }
            else
            {
                Rune.DecodeFromUtf16(value.AsSpan(i), out var rune, out var used);
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                i += used - 1;
            }
        }
    }

    private static string ReadToken(string text, ref int at, bool stopAtEquals)
    {
        var start = at;
        StringBuilder? withoutComments = null;
        while (at < text.Length && text[at] != ';' && !(stopAtEquals && text[at] is '=' or ','))
        {
            if (text[at] == '(')
            {
                withoutComments ??= new StringBuilder();
                withoutComments.Append(text, start, at - start);
                SkipComment(text, ref at);
                start = at;
            }
            else
            {
                at++;
            }
        }

        return withoutComments is null ? text[start..at] : withoutComments.Append(text, start, at - start).ToString();
    }

    private static string ReadValue(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at < text.Length && text[at] == '"')
            return ReadQuoted(text, ref at);

        // Unquoted values may hold spaces in real mail (name=my file.pdf), so only a semicolon ends them.
        var start = at;
        while (at < text.Length && text[at] != ';')
        {
            var word = text[at] == '=' ? EncodedWord.End(text, at) : -1;
            at = word > 0 ? word : at + 1;
        }

        var value = text.AsSpan(start, at - start).Trim();
        var comment = value.IndexOf(" (");
        if (comment > 0 && value[^1] == ')')
            value = value[..comment].TrimEnd();
        return EncodedWord.Decode(value.ToString());
    }

    private static string ReadQuoted(string text, ref int at)
    {
        var value = new StringBuilder();
        at++;
        while (at < text.Length && text[at] != '"')
        {
            // A backslash in a Windows path is no escape: only quotes and backslashes are ever escaped on purpose.
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            if (at < text.Length)
                value.Append(text[at++]);
        }

        at++;
        return EncodedWord.Decode(value.ToString());
    }

    internal static void SkipComment(string text, ref int at)
    {
        var depth = 0;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '(')
                depth++;
            else if (text[at] == ')' && --depth == 0)
            {
                at++;
                return;
            }
        }

        at = Math.Min(at, text.Length);
    }
}
