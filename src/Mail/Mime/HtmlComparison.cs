using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Compares the HTML of a mail with its plain text character by character, without building a document. Nearly every mail program writes
/// the one from the other, so that most mails need no more than this.
/// </summary>
/// <remarks>
/// It answers yes only where it is certain: hidden elements, elements it does not know, and text that differs in anything but white space
/// and marks of layout are left to <see cref="HtmlText"/>.
/// </remarks>
internal static class HtmlComparison
{
    private const int LongestName = 12;
    private const int LongestScheme = 6;
    private const int LongestTarget = 2048;

    /// <summary>Marks that a program adds or drops when it makes the one form from the other, and that say nothing.</summary>
    private const string LayoutMarks = "*_|<>[]•·◦▪‣●○";

    /// <summary>What the tag of a hidden element has; other tags may have it too.</summary>
    private static readonly SearchValues<string> Hiding = SearchValues.Create(
        ["hidden", "mso-hide", "display"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>What the tag of an element has that is quoted or a signature.</summary>
    private static readonly SearchValues<string> Marking = SearchValues.Create(HtmlQuotes.TellingWords, StringComparison.OrdinalIgnoreCase);

    /// <summary>Hidden elements whose content is text up to their closing tag: it is passed over.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Passed = FrozenSet
        .Create(StringComparer.OrdinalIgnoreCase, "style", "script", "title")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Elements that only a document can read: hidden ones, and those that change how what they hold is read.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Unknown = HtmlText.Hidden
        .Except(Passed.Set)
        .Except(["head"])
        .Union(["math", "iframe", "noembed", "noframes", "xmp", "plaintext", "frameset"])
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The schemes of links and pictures; "image" is how Gmail names a picture.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Schemes = FrozenSet
        .Create(StringComparer.OrdinalIgnoreCase, "http", "https", "mailto", "tel", "cid", "image")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether reading the HTML can say nothing about the author's own words that the text does not.</summary>
    /// <param name="html">The HTML.</param>
    /// <param name="text">The whole plain text.</param>
    /// <param name="own">What of the text is the author's own.</param>
    /// <returns>
    /// True where the HTML says what the text says and marks nothing as quoted or as signature, or where all that stands above the first
    /// such mark is the own text.
    /// </returns>
    public static bool IsSaidBy(string html, string text, string own)
    {
        if (html.Length > HtmlText.Longest)
            return false;

        var bare = ArrayPool<char>.Shared.Rent(html.Length + text.Length + own.Length);
        try
        {
            if (!TryReadShown(html, bare, out var shown, out var marked))
                return false;
            var seen = bare.AsSpan(0, shown);
            var rest = bare.AsSpan(shown);
            return seen.SequenceEqual(rest[..Append(own, rest)]) || !marked && seen.SequenceEqual(rest[..Append(text, rest)]);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(bare);
        }
    }

    /// <summary>What is shown up to the first element marked as quoted; false where only a document can tell.</summary>
    private static bool TryReadShown(string html, Span<char> bare, out int length, out bool marked)
    {
        length = 0;
        marked = false;
        var at = 0;
        while (at < html.Length)
        {
            var tag = html.IndexOf('<', at) is >= 0 and var found ? found : html.Length;
            length += AppendEncoded(html.AsSpan(at, tag - at), bare[length..]);
            if (tag == html.Length)
                return true;

            var next = tag + 1 < html.Length ? html[tag + 1] : ' ';
            if (next is '!' or '?')
            {
                at = AfterComment(html, tag);
                continue;
            }

            var closes = next == '/';
            var name = NameAt(html, tag + (closes ? 2 : 1));
            var end = html.IndexOf('>', tag);
            if (name.IsEmpty || end < 0)
                return false;

            var attributes = html.AsSpan(tag + 1 + name.Length, end - tag - 1 - name.Length);
            if (!closes && !attributes.IsEmpty && !TryReadAttributes(attributes, ref marked))
                return false;
            if (marked || !closes && name.Equals("blockquote", StringComparison.OrdinalIgnoreCase))
            {
                marked = true;
                return true;
            }

            at = end + 1;
            if (closes)
                continue;
            if (Unknown.Contains(name))
                return false;
            if (Passed.TryGetValue(name, out var passed))
            {
                at = html.IndexOf($"</{passed}", at, StringComparison.OrdinalIgnoreCase);
                if (at < 0)
                    return false;
            }
        }

        return true;
    }

    /// <summary>Whether the attributes of a tag are whole: a &gt; within quotation marks would end it too early.</summary>
    private static bool TryReadAttributes(ReadOnlySpan<char> attributes, ref bool marked)
    {
        if (attributes.Count('"') % 2 != 0 || attributes.Count('\'') % 2 != 0 || MayHide(attributes))
            return false;
        marked = attributes.ContainsAny(Marking);
        return true;
    }

    private static bool MayHide(ReadOnlySpan<char> attributes) =>
        attributes.IndexOfAny(Hiding) is >= 0 and var at
        && (char.ToLowerInvariant(attributes[at]) != 'd' || attributes[at..].Contains("none", StringComparison.OrdinalIgnoreCase)
            || attributes[at..].Contains("hidden", StringComparison.OrdinalIgnoreCase));

    private static int AfterComment(string html, int at)
    {
        var end = string.CompareOrdinal(html, at, "<!--", 0, 4) == 0
            ? html.IndexOf("-->", at + 2, StringComparison.Ordinal)
            : html.IndexOf('>', at);
        return end < 0 ? html.Length : html.IndexOf('>', end) + 1;
    }

    private static ReadOnlySpan<char> NameAt(string html, int at)
    {
        var end = at;
        while (end < html.Length && end - at <= LongestName && (char.IsAsciiLetterOrDigit(html[end]) || html[end] is ':' or '-'))
            end++;
        return end > at && char.IsAsciiLetter(html[at]) ? html.AsSpan(at, end - at) : [];
    }

    private static int AppendEncoded(ReadOnlySpan<char> words, Span<char> bare) =>
        Append(words.Contains('&') ? WebUtility.HtmlDecode(words.ToString()) : words, bare);

    /// <summary>Appends what counts of a text; gives how many characters that is.</summary>
    private static int Append(ReadOnlySpan<char> text, Span<char> bare)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c))
                bare[length++] = c;
            else if (c is '<' or '[')
                i += TargetLength(text[(i + 1)..], c == '<' ? '>' : ']');
            else if (!IsLayout(c))
                bare[length++] = c;
        }

        return length;
    }

    /// <summary>The length of what a text has in brackets behind a link's words, or in place of a picture; 0 for other words.</summary>
    private static int TargetLength(ReadOnlySpan<char> text, char close)
    {
        var colon = text[..Math.Min(text.Length, LongestScheme + 1)].IndexOf(':');
        if (colon < 0 || !Schemes.Contains(text[..colon]))
            return 0;
        var end = text[..Math.Min(text.Length, LongestTarget)].IndexOf(close);
        return end < 0 ? 0 : end + 1;
    }

    private static bool IsLayout(char c) =>
        c <= ' '
        || char.IsWhiteSpace(c)
        || LayoutMarks.Contains(c, StringComparison.Ordinal)
        || c >= '\u0080' && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control;
}
