using System.Buffers;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>RFC 2047 encoded words, as mailers really write them.</summary>
internal static class EncodedWord
{
    /// <summary>
    /// Text with all encoded words read: white space between adjacent words is dropped, and words of one charset are joined as bytes before
    /// they are read, for many mailers cut in the middle of a character. Missing padding, spaces inside a word, unknown charsets and
    /// language tags are tolerated.
    /// </summary>
    public static string Decode(string value)
    {
        var at = value.IndexOf("=?", StringComparison.Ordinal);
        if (at < 0)
            return value;

        var text = new StringBuilder(value.Length);
        var pending = new ArrayBufferWriter<byte>();
        string? charset = null;
        var done = 0;
        while (at >= 0)
        {
            if (!TryRead(value, at, out var word))
            {
                at = value.IndexOf("=?", at + 2, StringComparison.Ordinal);
                continue;
            }

            var between = value.AsSpan(done, at - done);
            if (charset is null || !between.IsWhiteSpace())
            {
                Flush();
                text.Append(between);
            }
            else if (!word.Charset.Equals(charset, StringComparison.OrdinalIgnoreCase))
            {
                Flush();
            }

            charset = word.Charset.ToString();
            AppendBytes(word, pending);
            done = word.End;
            at = value.IndexOf("=?", done, StringComparison.Ordinal);
        }

        Flush();
        return text.Append(value, done, value.Length - done).ToString();

        void Flush()
        {
            if (pending.WrittenCount > 0)
                text.Append(Charsets.Decode(pending.WrittenSpan, charset));
            pending.ResetWrittenCount();
            charset = null;
        }
    }

    /// <summary>The end of the encoded word that starts at <paramref name="at"/>, or -1: commas inside one separate no addresses.</summary>
    public static int End(string value, int at) => TryRead(value, at, out var word) ? word.End : -1;

    private static bool TryRead(string value, int at, out Word word)
    {
        word = default;
        var rest = value.AsSpan(at);
        if (!rest.StartsWith("=?"))
            return false;

        // =?charset?B?text?=  The names are short; a bound keeps hostile input linear.
        var charsetEnd = rest[2..Math.Min(rest.Length, 80)].IndexOf('?');
        if (charsetEnd <= 0)
            return false;

        var encodingAt = 2 + charsetEnd + 1;
        if (encodingAt + 1 >= rest.Length || rest[encodingAt + 1] != '?' || rest[encodingAt] is not ('b' or 'B' or 'q' or 'Q'))
            return false;

        var textAt = encodingAt + 2;
        var textEnd = TextEnd(rest, textAt);
        if (textEnd < 0)
            return false;

        var charset = rest.Slice(2, charsetEnd);
        var language = charset.IndexOf('*');
        word = new Word(
            language >= 0 ? charset[..language] : charset,
            rest[encodingAt] is 'b' or 'B',
            rest[textAt..textEnd],
            at + textEnd + 2);
        return true;
    }

    /// <summary>Where "?=" ends the word; a new "=?" before it means that this one was never finished.</summary>
    private static int TextEnd(ReadOnlySpan<char> rest, int textAt)
    {
        var window = rest[textAt..Math.Min(rest.Length, textAt + MaxWord)];
        var end = window.IndexOf("?=");
        return end < 0 || window[..end].Contains("=?", StringComparison.Ordinal) ? -1 : textAt + end;
    }

    private const int MaxWord = 4096;

    private static void AppendBytes(Word word, ArrayBufferWriter<byte> target)
    {
        if (!word.Base64)
        {
            AppendQ(word.Text, target);
            return;
        }

        var clean = new char[word.Text.Length + 3];
        var length = 0;
        foreach (var c in word.Text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/')
                clean[length++] = c;
        }

        if (length % 4 == 1)
            length--;
        while (length % 4 != 0)
            clean[length++] = '=';
        if (Convert.TryFromBase64Chars(clean.AsSpan(0, length), target.GetSpan(length), out var written))
            target.Advance(written);
    }

    private static void AppendQ(ReadOnlySpan<char> text, ArrayBufferWriter<byte> target)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '=' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                Put((byte)(Hex(text[i + 1]) << 4 | Hex(text[i + 2])));
                i += 2;
            }
            else if (c == '_')
            {
                Put((byte)' ');
            }
            else if (c < 0x80)
            {
                Put((byte)c);
            }
            else
            {
                // A raw 8-bit character inside an encoded word: keep it as UTF-8, the most likely charset of such a mailer.
                Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
                target.Advance(rune.EncodeToUtf8(target.GetSpan(4)));
                i += used - 1;
            }
        }

        void Put(byte b)
        {
            target.GetSpan(1)[0] = b;
            target.Advance(1);
        }
    }

    internal static int Hex(int c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

    private readonly ref struct Word(ReadOnlySpan<char> charset, bool base64, ReadOnlySpan<char> text, int end)
    {
        public ReadOnlySpan<char> Charset { get; } = charset;
        public bool Base64 { get; } = base64;
        public ReadOnlySpan<char> Text { get; } = text;
        public int End { get; } = end;
    }
}
