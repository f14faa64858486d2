using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Bytes to text by the name a mail gives its charset, by what is really there when the name is missing, unknown or wrong.
/// </summary>
internal static class Charsets
{
    /// <summary>What undeclared 8-bit text is when it is not UTF-8.</summary>
    public static Encoding Western { get; } = CodePage(1252)!;

    /// <summary>UTF-8 that replaces what it cannot read.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    // Names that .NET does not know or, like the web browsers, reads as the superset people really use.
    private static readonly Dictionary<string, int> Aliases = new(StringComparer.Ordinal)
    {
        ["iso-8859-1"] = 1252,
        ["iso8859-1"] = 1252,
        ["iso_8859-1"] = 1252,
        ["latin1"] = 1252,
        ["latin-1"] = 1252,
        ["l1"] = 1252,
        ["cp819"] = 1252,
        ["windows-1252http-equivcontent-type"] = 1252,
        ["iso-8859-14"] = 1252,
        ["iso8859-15"] = 28605,
        ["latin9"] = 28605,
        ["latin-9"] = 28605,
        ["latin2"] = 28592,
        ["latin-2"] = 28592,
        ["iso-8859-16"] = 28592,
        ["iso8859-2"] = 28592,
        ["iso-8859-10"] = 28594,
        ["iso-8859-9"] = 1254,
        ["latin5"] = 1254,
        ["iso-8859-11"] = 874,
        ["tis-620"] = 874,
        ["tis620"] = 874,
        ["gb2312"] = 54936,
        ["gb_2312-80"] = 54936,
        ["gbk"] = 54936,
        ["x-gbk"] = 54936,
        ["gb18030"] = 54936,
        ["cp936"] = 54936,
        ["ms936"] = 54936,
        ["windows-936"] = 54936,
        ["euc-cn"] = 54936,
        ["hz-gb-2312"] = 52936,
        ["iso-2022-cn"] = 50227,
        ["big5"] = 950,
        ["big5-hkscs"] = 950,
        ["x-x-big5"] = 950,
        ["cn-big5"] = 950,
        ["csbig5"] = 950,
        ["ks_c_5601-1987"] = 949,
        ["ksc5601"] = 949,
        ["ks_c_5601-1989"] = 949,
        ["euc-kr"] = 949,
        ["korean"] = 949,
        ["uhc"] = 949,
        ["cp949"] = 949,
        ["iso-2022-kr"] = 50225,
        ["shift_jis"] = 932,
        ["shift-jis"] = 932,
        ["sjis"] = 932,
        ["x-sjis"] = 932,
        ["ms_kanji"] = 932,
        ["windows-31j"] = 932,
        ["ms932"] = 932,
        ["cp932"] = 932,
        ["iso-2022-jp"] = 50220,
        ["iso-2022-jp-1"] = 50220,
        ["iso-2022-jp-2"] = 50220,
        ["iso-2022-jp-3"] = 50220,
        ["iso-2022-jp-ms"] = 50220,
        ["cp50220"] = 50220,
        ["euc-jp"] = 51932,
        ["x-euc-jp"] = 51932,
        ["eucjp"] = 51932,
        ["eucjp-win"] = 51932,
        ["koi8-r"] = 20866,
        ["koi8"] = 20866,
        ["koi8r"] = 20866,
        ["koi8-u"] = 21866,
        ["koi8-ru"] = 21866,
        ["iso-8859-8-i"] = 1255,
        ["iso-8859-8-e"] = 1255,
        ["iso-8859-8"] = 1255,
        ["iso-8859-6-i"] = 28596,
        ["macintosh"] = 10000,
        ["mac"] = 10000,
        ["x-mac-roman"] = 10000,
        ["macroman"] = 10000,
        ["x-mac-cyrillic"] = 10007,
        ["ansi_x3.110-1983"] = 1252,
        ["utf-16"] = 1200,
        ["utf16"] = 1200,
        ["unicode"] = 1200,
        ["utf-16le"] = 1200,
        ["utf-16be"] = 1201,
        ["utf-32"] = 12000,
        ["utf-32le"] = 12000,
        ["utf-32be"] = 12001,
        ["utf-8"] = 65001,
        ["utf8"] = 65001,
        ["utf_8"] = 65001,
        ["unicode-1-1-utf-8"] = 65001,
        ["cp65001"] = 65001,
        ["utf8mb4"] = 65001,
        ["utf-8-mac"] = 65001,
        ["utf-7"] = Utf7CodePage,
        ["utf7"] = Utf7CodePage,
        ["unicode-1-1-utf-7"] = Utf7CodePage,
        ["unicode-2-0-utf-7"] = Utf7CodePage,
        ["x-unicode-2-0-utf-7"] = Utf7CodePage,
    };

    // Declarations that say nothing: the bytes decide.
    private static readonly HashSet<string> Silent = new(StringComparer.Ordinal)
    {
        "us-ascii",
        "ascii",
        "ansi_x3.4-1968",
        "iso646-us",
        "iso-646",
        "us",
        "cp367",
        "7bit",
        "8bit",
        "unknown",
        "unknown-8bit",
        "x-unknown",
        "default",
        "_autodetect_all",
        "x-user-defined",
        "user-defined",
        "none",
        "binary",
        "x-ascii",
        "ansi",
        "",
        "default_charset",
        "%charset%",
        "charset",
    };

    private static readonly System.Buffers.SearchValues<char> PlainText = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(' ', 95).Select(c => (char)c), '\t', '\n']);

    private const int Utf7CodePage = 65000;
    private static readonly ConcurrentDictionary<string, Encoding> Known = new(StringComparer.Ordinal);

    /// <summary>
    /// The encoding of a declared name, or null when the name says nothing or nobody knows it. UTF-7 answers <see cref="Utf7Marker"/>.
    /// </summary>
    public static Encoding? Find(string? name)
    {
        if (name is null)
            return null;
        if (Known.TryGetValue(name, out var known))
            return known;

        var key = Normalise(name);
        if (Silent.Contains(key))
            return null;

        var found = Aliases.TryGetValue(key, out var page) ? CodePage(page) : ByName(key) ?? ByNumber(key);
        if (found is not null && Known.Count < 1_000)
            Known[name] = found;
        return found;
    }

    /// <summary>
    /// Stands for UTF-7, which .NET reads no more; <see cref="Decode(ReadOnlySpan{byte}, string?)"/> has its own reader for it.
    /// </summary>
    public static Encoding Utf7Marker { get; } = new ASCIIEncoding();

    /// <summary>Text of <paramref name="bytes"/>: never throws, replaces what cannot be read, drops a byte order mark.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string? declared) => Decode(bytes, Find(declared), out _);

    /// <summary>As <see cref="Decode(ReadOnlySpan{byte}, string?)"/>, and tells which encoding was really used.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, Encoding? declared, out Encoding used)
    {
        used = Choose(bytes, declared);
        if (ReferenceEquals(used, Utf7Marker))
            return Utf7.Decode(bytes);

        var bom = used.CodePage switch
        {
            65001 when bytes.StartsWith("\uFEFF"u8) => 3,
            1200 when bytes is [0xFF, 0xFE, ..] => 2,
            1201 when bytes is [0xFE, 0xFF, ..] => 2,
            _ => 0,
        };
        return used.GetString(bytes[bom..]);
    }

    /// <summary>The encoding these bytes are read with, given what was declared.</summary>
    public static Encoding Choose(ReadOnlySpan<byte> bytes, Encoding? declared)
    {
        var page = declared?.CodePage ?? 0;
        if (bytes.StartsWith("\uFEFF"u8))
            return Utf8;
        if (page is 1200 or 1201)
            return Utf16(bytes, declared!);
        if (bytes is [0xFF, 0xFE, _, _, ..] && declared is null)
            return CodePage(1200)!;

        var firstHigh = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
        if (declared is null)
        {
            if (firstHigh < 0)
                return bytes.IndexOf("\u001B$"u8) >= 0 ? CodePage(50220)! : Utf8;
            return LooksLikeUtf8(bytes[firstHigh..]) ? Utf8 : Western;
        }

        if (firstHigh < 0)
            return declared;
        if (page == 65001)
            return LooksLikeUtf8(bytes[firstHigh..]) || ValidShare(bytes[firstHigh..]) ? Utf8 : Western;

        // A mail that says Latin-1 and holds valid UTF-8 was converted by somebody who forgot the label.
        return page is 1252 or 28605 or 28592 && System.Text.Unicode.Utf8.IsValid(bytes[firstHigh..]) ? Utf8 : declared;
    }

    /// <summary>
    /// Text of header bytes that carry no charset: ASCII, UTF-8, ISO-2022-JP escapes, or else <paramref name="fallback"/> (windows-1252 if
    /// null).
    /// </summary>
    public static string DecodeHeader(ReadOnlySpan<byte> bytes, Encoding? fallback)
    {
        if (Ascii.IsValid(bytes))
            return bytes.IndexOf("\u001B$"u8) >= 0 ? CodePage(50220)!.GetString(bytes) : Encoding.ASCII.GetString(bytes);
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Utf8.GetString(bytes);
        return (
            fallback is null || fallback.CodePage is 65001 or 1200 or 1201 || ReferenceEquals(fallback, Utf7Marker) ? Western : fallback
        ).GetString(bytes);
    }

    /// <summary>
    /// Removes what no database and no reader wants: NUL and other controls (except tab and line feed), lone surrogates; line ends become
    /// LF.
    /// </summary>
    public static string Clean(string text)
    {
        var dirty = FirstUnwanted(text);
        if (dirty < 0)
            return text;

        var clean = System.Buffers.ArrayPool<char>.Shared.Rent(text.Length);
        text.AsSpan(0, dirty).CopyTo(clean);
        var length = dirty;
        for (var i = dirty; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= ' ' and < '\x7F')
            {
                clean[length++] = c;
            }
            else if (c == '\r')
            {
                clean[length++] = '\n';
                if (i + 1 < text.Length && text[i + 1] == '\n')
                    i++;
            }
            else if (c is '\t' or '\n' || !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\uFFFE' or '\uFFFF'))
            {
                clean[length++] = c;
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean[length++] = c;
                clean[length++] = text[++i];
            }
        }

        var result = new string(clean, 0, length);
        System.Buffers.ArrayPool<char>.Shared.Return(clean);
        return result;
    }

    private static int FirstUnwanted(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyExcept(PlainText); i >= 0 && i < text.Length; i++)
        {
            var c = text[i];
            if (c is < ' ' and not ('\t' or '\n') or >= '\x7F' and (<= '\x9F' or >= '\uD800' and <= '\uDFFF' or '\uFFFE' or '\uFFFF'))
                return i;
        }

        return -1;
    }

    private static Encoding Utf16(ReadOnlySpan<byte> bytes, Encoding declared) => bytes switch
    {
        [0xFF, 0xFE, ..] => CodePage(1200)!,
        [0xFE, 0xFF, ..] => CodePage(1201)!,
        // Declared UTF-16 without a single zero byte in the first characters is a label left behind by a converter.
        _ when bytes[..Math.Min(bytes.Length, 64)].IndexOf((byte)0) is var zero && zero < 0 && Ascii.IsValid(bytes) => Utf8,
        [0, not 0, ..] => CodePage(1201)!,
        [not 0, 0, ..] => CodePage(1200)!,
        _ => declared,
    };

    /// <summary>Valid UTF-8 but for a sequence cut off at the end, where a size limit struck.</summary>
    private static bool LooksLikeUtf8(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return true;

        for (var cut = 1; cut <= 3 && cut < bytes.Length; cut++)
        {
            if ((bytes[^cut] & 0xC0) == 0xC0)
                return System.Text.Unicode.Utf8.IsValid(bytes[..^cut]);
        }

        return false;
    }

    /// <summary>At least as many whole UTF-8 sequences as broken ones: a few damaged characters do not change the charset.</summary>
    private static bool ValidShare(ReadOnlySpan<byte> bytes)
    {
        int good = 0, bad = 0;
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done)
                bad++;
            else if (!rune.IsAscii)
                good++;
            bytes = bytes[used..];
        }

        return good >= bad;
    }

    private static string Normalise(string name)
    {
        var text = name.AsSpan().Trim().Trim("\"'").Trim();
        var end = text.IndexOfAny(";, *\t");
        if (end >= 0)
            text = text[..end];
        return text.Length > 60 ? "" : text.ToString().ToLowerInvariant();
    }

    private static Encoding? ByName(string key)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(key)
                ?? (Encoding.GetEncoding(key) is { } found && found.CodePage != Utf7CodePage ? found : Utf7Marker);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null; // an unknown name is an answer here: the bytes decide
        }
    }

    private static Encoding? ByNumber(string key)
    {
        ReadOnlySpan<string> prefixes =
        [
            "windows-",
            "windows",
            "cp-",
            "cp",
            "ibm-",
            "ibm",
            "ms",
            "x-cp",
            "win-",
            "win",
            "dos-",
            "iso-ir-",
            "",
        ];
        foreach (var prefix in prefixes)
        {
            if (
                key.StartsWith(prefix, StringComparison.Ordinal)
                && int.TryParse(key.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var page))
                return page is > 0 and <= 65_535 ? CodePage(page) : null;
        }

        // iso8859_5, iso_8859-5:1988, iso-88595
        if (key.StartsWith("iso", StringComparison.Ordinal) && key.IndexOf("8859", StringComparison.Ordinal) is >= 0 and var at)
        {
            var digits = key.AsSpan(at + 4).TrimStart("-_");
            var length = digits.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : digits.Length;
            if (int.TryParse(digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var part) && part is >= 1 and <= 16)
                return Find($"iso-8859-{part.ToString(CultureInfo.InvariantCulture)}");
        }

        return null;
    }

    private static Encoding? CodePage(int page)
    {
        try
        {
            return page switch
            {
                65001 => Utf8,
                Utf7CodePage => Utf7Marker,
                _ => CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page),
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null; // a number nobody assigned
        }
    }

}
