using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>Finds the links of a plain text: web addresses, <c>mailto:</c>, and mail addresses that are made for leaving a list.</summary>
internal static class PlainLinks
{
    private const int MostWords = 5;

    private static readonly System.Buffers.SearchValues<char> Breaks = System.Buffers.SearchValues.Create(" \t\n<>()[]\"'|");
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("@/wW");
    private static readonly System.Buffers.SearchValues<char> SchemeLetters = System.Buffers.SearchValues.Create("htpsHTPS");
    private static readonly PhraseSet MadeForLeaving = new(PhraseFile.Read("unsubscribe.txt", "mailbox"));

    /// <summary>The links in their order; those in angle brackets have the words before them on their line.</summary>
    public static List<TextLink> In(string text)
    {
        var links = new List<TextLink>();
        for (var at = 0; Next(text, at) is >= 0 and var mark;)
        {
            var start = text.AsSpan(0, mark).LastIndexOfAny(Breaks) + 1;
            var length = text.AsSpan(mark).IndexOfAny(Breaks);
            at = length < 0 ? text.Length : mark + length;

            // "visit:https://..." stands together where a line was joined.
            if (text.AsSpan(start, at - start).IndexOf("://") is > 5 and var scheme)
                start += Math.Max(0, text.AsSpan(start, scheme).LastIndexOfAnyExcept(SchemeLetters) + 1);
            if (!IsLink(text.AsSpan(start, at - start)))
                continue;

            var target = text[start..at].TrimEnd('.', ',', ';', ':', '!');
            links.Add(
                start > 0 && text[start - 1] == '<'
                    ? new TextLink(start - 1, at, WordsBefore(text, start - 1), target)
                    : new TextLink(start, at, "", target));
        }

        return links;
    }

    /// <summary>The next place that may lie in a link: "://", "www.", "mailto:" before an address, or "@".</summary>
    private static int Next(string text, int from)
    {
        while (from < text.Length)
        {
            var found = text.AsSpan(from).IndexOfAny(Marks);
            if (found < 0)
                return -1;
            var at = from + found;
            var rest = text.AsSpan(at);
            if (
                rest[0] == '@'
                || rest.StartsWith("//") && at > 0 && text[at - 1] == ':'
                || rest.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
                return at;
            from = at + 1;
        }

        return -1;
    }

    private static bool IsLink(ReadOnlySpan<char> word) =>
        word.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || word.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || word.StartsWith("www.", StringComparison.OrdinalIgnoreCase)
        || word.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
        || word.IndexOf('@') > 0 && MadeForLeaving.IsIn(word);

    /// <summary>The last words of the line before a place, up to the link before them.</summary>
    private static string WordsBefore(string text, int at)
    {
        var from = at;
        var words = 0;
        while (from > 0 && text[from - 1] is not ('\n' or '>' or '|'))
        {
            from--;
            if (text[from] == ' ' && !text.AsSpan(from, at - from).IsWhiteSpace() && ++words == MostWords)
                break;
        }

        return text[from..at].Trim();
    }
}
