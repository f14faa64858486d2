using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace CrmSync.Domain.Log;

/// <summary>
/// What is kept of an own text to know it again where a gateway wrote lines above or below it, or rewrote its links: numbers made of its
/// beginnings and endings at whole lines, without URLs, white space and the marks of layout that turning HTML into text leaves.
/// </summary>
/// <param name="Written">The outline as it is kept; equal for equal texts.</param>
public sealed record TextOutline(string Written)
{
    private Prints? opened;

    /// <summary>So many lines may be added at either end.</summary>
    public const int MostLines = 64;

    /// <summary>A shorter text is no part of another: nearly every mail holds "Thanks" on a line of its own.</summary>
    public const int ShortestPart = 20;

    private const int PrintLength = 4;

    /// <summary>Marks that a program adds or drops when it turns HTML into text, and that say nothing.</summary>
    private const string Marks = "*_|<>[]•·◦▪‣●○";

    /// <summary>Characters that normalization leaves as they are: ASCII, and the Latin letters most languages of Europe write.</summary>
    private static readonly SearchValues<char> Normal = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Concat(Enumerable.Range(0xC0, 0x132 - 0xC0)).Select(c => (char)c)]);

    private static readonly string[] Schemes =
        ["https://", "http://", "ftp://", "file://", "www.", "mailto:", "tel:", "callto:", "sip:", "cid:", "image:"];

    /// <summary>How many characters the text has, as far as they count.</summary>
    public int Length => Open().Length;

    /// <inheritdoc/>
    public bool Equals(TextOutline? other) => Written == other?.Written;

    /// <inheritdoc/>
    public override int GetHashCode() => Written.GetHashCode(StringComparison.Ordinal);

    /// <summary>The outline of an own text; null of one that says nothing but URLs.</summary>
    public static TextOutline? From(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;

        var written = Readable(text);
        var bare = ArrayPool<char>.Shared.Rent(written.Length);
        try
        {
            return From(written, bare);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(bare);
        }
    }

    private static TextOutline? From(string text, Span<char> bare)
    {
        var ends = new List<int>();
        var (length, readable) = (0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var added = Append(line, bare[length..], ref readable);
            length += added;
            if (added > 0)
                ends.Add(length);
        }

        if (ends.Count == 0)
            return null;

        var lines = Math.Min(ends.Count, MostLines);
        var bytes = new byte[1 + 4 + 2 * PrintLength * lines];
        bytes[0] = readable >= ShortestPart ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), length);
        WriteHeads(bare, ends, bytes.AsSpan(5, PrintLength * lines));
        WriteTails(bare, ends, bytes.AsSpan(5 + PrintLength * lines));
        return new TextOutline(Convert.ToBase64String(bytes).TrimEnd('='));
    }

    /// <summary>Whether the texts are equal, or one of them is the beginning or the end of the other at whole lines.</summary>
    public bool IsSameText(TextOutline other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Written == other.Written)
            return true;

        var (mine, theirs) = (Open(), other.Open());
        return mine.Length == theirs.Length
            ? mine.Heads[^1] == theirs.Heads[^1] && mine.Tails[0] == theirs.Tails[0]
            : mine.Length < theirs.Length ? IsPart(mine, theirs) : IsPart(theirs, mine);
    }

    private static bool IsPart(Prints part, Prints whole) =>
        part.IsLong && (whole.Heads.Contains(part.Heads[^1]) || whole.Tails.Contains(part.Tails[0]));

    private Prints Open()
    {
        if (opened is not null)
            return opened;

        var bytes = Convert.FromBase64String(Written.PadRight((Written.Length + 3) / 4 * 4, '='));
        var prints = new uint[(bytes.Length - 5) / PrintLength];
        for (var i = 0; i < prints.Length; i++)
            prints[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(5 + PrintLength * i));

        var half = prints.Length / 2;
        return opened = new Prints(bytes[0] == 1, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(1)), prints[..half], prints[half..]);
    }

    /// <summary>The print of the whole comes last, after those of its longest beginnings.</summary>
    private static void WriteHeads(ReadOnlySpan<char> bare, List<int> ends, Span<byte> prints)
    {
        var first = ends.Count - prints.Length / PrintLength;
        var running = Seed;
        var at = 0;
        for (var line = 0; line < ends.Count; line++)
        {
            for (; at < ends[line]; at++)
                running = Mixed(running, bare[at]);
            if (line >= first)
                BinaryPrimitives.WriteUInt32LittleEndian(prints[(PrintLength * (line - first))..], Print(running));
        }
    }

    /// <summary>The print of the whole comes first, before those of its longest endings.</summary>
    private static void WriteTails(ReadOnlySpan<char> bare, List<int> ends, Span<byte> prints)
    {
        var last = prints.Length / PrintLength - 1;
        var running = Seed;
        var at = ends[^1];
        for (var line = ends.Count - 1; line >= 0; line--)
        {
            for (var start = line == 0 ? 0 : ends[line - 1]; at > start; at--)
                running = Mixed(running, bare[at - 1]);
            if (line <= last)
                BinaryPrimitives.WriteUInt32LittleEndian(prints[(PrintLength * line)..], Print(running));
        }
    }

    // FNV-1a, 64 bits, a character at a time.
    private const ulong Seed = 14695981039346656037;

    private static ulong Mixed(ulong running, char character) => (running ^ character) * 1099511628211;

    private static uint Print(ulong running)
    {
        running ^= running >> 33;
        running *= 0xff51afd7ed558ccd;
        return (uint)(running >> 32);
    }

    /// <summary>Appends what counts of a line; gives how many characters that is.</summary>
    /// <param name="line">The line.</param>
    /// <param name="bare">Where to.</param>
    /// <param name="readable">Grows by the characters that people see, white space between words as one.</param>
    private static int Append(ReadOnlySpan<char> line, Span<char> bare, ref int readable)
    {
        line = WithoutBullet(line.Trim());
        var hasUrls = line.IndexOfAny(':', '/') >= 0 || line.Contains("www.", StringComparison.OrdinalIgnoreCase);
        var (length, gaps) = (0, 0);
        var gap = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (hasUrls && UrlLength(line, i) is > 0 and var url)
            {
                i += url - 1;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(c))
            {
                if (char.IsWhiteSpace(c))
                {
                    gap = length > 0;
                    continue;
                }

                if (IsLayout(c))
                    continue;
            }

            if (gap)
                gaps++;
            gap = false;
            bare[length++] = c;
        }

        readable += length + gaps;
        return length;
    }

    private static bool IsLayout(char c) =>
        Marks.Contains(c, StringComparison.Ordinal)
        || char.IsControl(c)
        || !char.IsAscii(c) && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format;

    private static ReadOnlySpan<char> WithoutBullet(ReadOnlySpan<char> line) =>
        line.Length > 2 && line[0] is '-' or '+' or 'o' or '–' && line[1] == ' ' ? line[2..].TrimStart() : line;

    /// <summary>The length of the URL that begins here, with what stands behind it without a blank; 0 where none begins.</summary>
    private static int UrlLength(ReadOnlySpan<char> line, int at)
    {
        if (at > 0 && char.IsLetterOrDigit(line[at - 1]))
            return 0;

        var rest = line[at..];
        var isUrl = false;
        foreach (var scheme in Schemes)
            isUrl |= rest.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) && rest.Length > scheme.Length;

        if (!isUrl && !IsHostWithPath(rest))
            return 0;

        // The words of a picture stand in brackets, with blanks: [image: a round sign].
        if (at > 0 && line[at - 1] == '[' && rest.IndexOf(']') is > 0 and var bracket)
            return bracket;

        var end = 0;
        while (end < rest.Length && !char.IsWhiteSpace(rest[end]) && rest[end] is not ('<' or '>' or '"' or >= '\u2000'))
            end++;
        return end;
    }

    /// <summary><c>plan.example/1</c>: a gateway makes a link of it.</summary>
    private static bool IsHostWithPath(ReadOnlySpan<char> text)
    {
        var labels = 0;
        var letters = 0;
        for (var i = 0; i < text.Length && i < 255; i++)
        {
            if (char.IsAsciiLetter(text[i]))
                letters++;
            else if (char.IsAsciiDigit(text[i]) || text[i] == '-')
                letters = 0;
            else if (text[i] == '.' && i > 0 && text[i - 1] != '.')
                (labels, letters) = (labels + 1, 0);
            else
                return text[i] == '/' && labels > 0 && letters > 1;
        }

        return false;
    }

    /// <summary>One way of writing for quotation marks, dashes and wide letters, which programs exchange for one another.</summary>
    private static string Readable(string text)
    {
        if (Ascii.IsValid(text))
            return text;

        var clean = string.Create(
            text.Length,
            text,
            static (characters, written) =>
            {
                for (var i = 0; i < written.Length; i++)
                    characters[i] = IsHalf(written, i) ? '\uFFFD' : Readable(written[i]);
            });
        return clean.AsSpan().ContainsAnyExcept(Normal) ? clean.Normalize(NormalizationForm.FormKC) : clean;
    }

    /// <summary>Half a surrogate pair, as a text cut in the middle may have at its end; normalization refuses it.</summary>
    private static bool IsHalf(string text, int at) =>
        char.IsSurrogate(text[at])
        && !(at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        && !(at > 0 && char.IsSurrogatePair(text[at - 1], text[at]));

    private static char Readable(char c) =>
        c switch
        {
            '\u2018' or '\u2019' or '\u201A' or '\u2032' => '\'',
            '\u201C' or '\u201D' or '\u201E' or '\u00AB' or '\u00BB' => '"',
            >= '\u2010' and <= '\u2014' => '-',
            _ => c,
        };

    /// <summary>The numbers of an outline: whether the text is long enough to be a part, its length, its beginnings, its endings.</summary>
    private sealed record Prints(bool IsLong, int Length, uint[] Heads, uint[] Tails);
}
