using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CrmSync.Domain.Log;

/// <summary>Subjects without what programs put before them (reply and forward prefixes, bracketed tags), for threads.</summary>
public static class Subjects
{
    /// <summary>What stands before the colon is no prefix when it is longer.</summary>
    private const int LongestPrefix = 24;

    private const int LongestTag = 60;

    private static readonly FrozenSet<string> Replies = Folded("reply");
    private static readonly FrozenSet<string> Forwards = Folded("forward");

    /// <summary>White space runs made one blank, ends trimmed; null becomes empty.</summary>
    public static string Collapse(string? subject)
    {
        if (string.IsNullOrEmpty(subject))
            return "";

        var text = new StringBuilder(subject.Length);
        foreach (var c in subject)
        {
            if (!char.IsWhiteSpace(c))
                text.Append(c);
            else if (text.Length > 0 && text[^1] != ' ')
                text.Append(' ');
        }

        if (text.Length > 0 && text[^1] == ' ')
            text.Length--;

        return text.ToString();
    }

    /// <summary>
    /// The subject without prefixes and leading bracketed tags, in lower case, and whether one of the prefixes was a reply's. A tag with a
    /// digit (<c>[#1002]</c>, <c>[Case 7]</c>) names what the mail is about and stays.
    /// </summary>
    public static (string Bare, bool IsReply) Strip(string? subject)
    {
        var whole = Readable(Collapse(subject));
        var rest = whole.AsSpan();
        var (kept, reply) = ("", false);
        while (!rest.IsEmpty)
        {
            if (TagLength(rest) is > 0 and var length)
            {
                if (HasDigit(rest[..length]))
                    kept += $"{rest[..length]} ";

                rest = BehindTag(rest, length);
            }
            else if (PrefixAt(rest) is { IsReply: var isReply, Length: var end })
            {
                reply |= isReply;
                rest = rest[end..].TrimStart();
            }
            else
            {
                break;
            }
        }

        return (kept.Length == 0 ? rest.ToString().ToLowerInvariant() : (kept + rest.ToString()).TrimEnd().ToLowerInvariant(), reply);
    }

    /// <summary>Whether the subject is an answer's or a forwarded mail's, behind bracketed tags.</summary>
    public static bool HasPrefix(string? subject) => FirstPrefix(subject) is not null;

    /// <summary>Whether the subject is a forwarded mail's and not that of an answer to one, behind bracketed tags.</summary>
    public static bool IsForwarded(string? subject) => FirstPrefix(subject) is { IsReply: false };

    private static (int Length, bool IsReply)? FirstPrefix(string? subject)
    {
        var rest = Readable(Collapse(subject)).AsSpan();
        while (TagLength(rest) is > 0 and var length)
            rest = BehindTag(rest, length);

        return PrefixAt(rest);
    }

    /// <summary>
    /// The subject of an answer as mail programs write it: <c>Re: </c> before what stands behind the prefixes of answers, with all tags.
    /// </summary>
    public static string CreateReply(string? subject)
    {
        var whole = Collapse(subject);
        return PrefixAt(whole) is { IsReply: true, Length: var end } ? $"Re: {whole[end..].TrimStart()}" : $"Re: {whole}";
    }

    /// <summary>
    /// The subject without bracketed tags before it or behind its prefixes, in lower case, and the tags among them that number it: a
    /// gateway or a list puts a tag before one copy of a mail.
    /// </summary>
    internal static (string Bare, string? Number) Untagged(string? subject)
    {
        var rest = Readable(Collapse(subject)).AsSpan();
        var (prefixes, number) = ("", "");
        while (!rest.IsEmpty)
        {
            if (TagLength(rest) is > 0 and var length)
            {
                if (HasDigit(rest[..length]))
                    number += rest[..length].ToString();

                rest = BehindTag(rest, length);
            }
            else if (PrefixAt(rest) is { Length: var end })
            {
                prefixes += $"{rest[..end]} ";
                rest = rest[end..].TrimStart();
            }
            else
            {
                break;
            }
        }

        return ((prefixes + rest.ToString()).TrimEnd().ToLowerInvariant(), number.Length == 0 ? null : number.ToLowerInvariant());
    }

    /// <summary>
    /// One way of writing for what looks the same: letters with their accents, wide letters as plain ones, nothing that turns the direction
    /// of writing.
    /// </summary>
    private static string Readable(string text)
    {
        if (Ascii.IsValid(text))
            return text;

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
                clean.Append(rune);
        }

        return Collapse(clean.ToString().Normalize(NormalizationForm.FormKC));
    }

    /// <summary>
    /// The length of the bracketed tag a text begins with, or 0: <c>[EXTERNAL]</c>, <c>【社外】</c>, <c>{Spam?}</c>, <c>***SPAM***</c>.
    /// </summary>
    private static int TagLength(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;

        var closing = text[0] switch
        {
            '[' => ']',
            '{' => '}',
            '【' => '】',
            '〔' => '〕',
            '［' => '］',
            _ => '\0',
        };
        if (closing != '\0')
            return text.IndexOf(closing) is > 1 and <= LongestTag and var end ? end + 1 : 0;

        return text.StartsWith("**", StringComparison.Ordinal) ? StarredLength(text) : 0;
    }

    /// <summary>What follows a tag, also behind a colon: <c>[EXTERNAL]: Order</c>.</summary>
    private static ReadOnlySpan<char> BehindTag(ReadOnlySpan<char> text, int length) => text[length..].TrimStart(" :");

    private static bool HasDigit(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsDigit(c))
                return true;
        }

        return false;
    }

    private static int StarredLength(ReadOnlySpan<char> text)
    {
        var word = text.IndexOfAnyExcept('*');
        if (word < 0 || text[word..].IndexOf("**") is not (> 0 and <= LongestTag and var stars))
            return 0;

        var behind = text[(word + stars)..].IndexOfAnyExcept('*');
        return behind < 0 ? text.Length : word + stars + behind;
    }

    /// <summary>The prefix a text begins with: its length with the colon, and whether it is a reply's.</summary>
    private static (int Length, bool IsReply)? PrefixAt(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOfAny(':', '：');
        if (colon is <= 0 or > LongestPrefix)
            return null;

        var word = WithoutCounter(text[..colon].Trim());
        return Holds(Replies, word) ? (colon + 1, true)
            : Holds(Forwards, word) ? (colon + 1, false)
            : null;
    }

    /// <summary>
    /// <c>Re[2]</c>, <c>Re (3)</c>, <c>Re^2</c>, <c>Re*2</c> and <c>Re2</c> count replies; <c>R2</c> and <c>Ref 12</c> count nothing.
    /// </summary>
    private static ReadOnlySpan<char> WithoutCounter(ReadOnlySpan<char> prefix)
    {
        if (prefix.IsEmpty)
            return prefix;

        var bracketed = prefix[^1] is ']' or ')';
        var inner = bracketed ? prefix[..^1] : prefix;
        var end = inner.Length;
        while (end > 0 && char.IsAsciiDigit(inner[end - 1]))
            end--;

        if (end == inner.Length || end == 0)
            return prefix;

        return bracketed ? inner[end - 1] is '[' or '(' ? inner[..(end - 1)].TrimEnd() : prefix
            : inner[end - 1] is '^' or '*' ? inner[..(end - 1)].TrimEnd()
            : end > 1 && char.IsLetter(inner[end - 1]) ? inner[..end]
            : prefix;
    }

    private static bool Holds(FrozenSet<string> known, ReadOnlySpan<char> word) =>
        known.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    private static FrozenSet<string> Folded(string key) =>
        PhraseFile.Read("subject-prefixes.txt", key).Select(Readable).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
