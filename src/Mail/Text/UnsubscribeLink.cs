using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>
/// Finds the link by which a mailing is left. Only a link counts, and only one that its author did not write into a sentence of his own:
/// people ask about such links, pass newsletters on and quote them.
/// </summary>
public static class UnsubscribeLink
{
    private const int LongestWords = 120;
    private const int LongestHeading = 60;
    private const int MostBefore = 400; // characters that may lead to a link
    private const int MostBehind = 200;
    private const int FirstParagraphs = 2; // newsletters say it at their end, some at their beginning
    private const int LastParagraphs = 8;

    private static readonly PhraseSet Words = new(PhraseFile.Read("unsubscribe.txt", "words"));
    private static readonly PhraseSet Targets = new(PhraseFile.Read("unsubscribe.txt", "target"));
    private static readonly PhraseSet Any = new(
        [.. PhraseFile.Read("unsubscribe.txt", "words"), .. PhraseFile.Read("unsubscribe.txt", "target")]);
    private static readonly PhraseSet Requests = new(PhraseFile.Read("unsubscribe.txt", "request"));
    private static readonly string[] Instructions = PhraseFile.Read("unsubscribe.txt", "instruction");
    private static readonly HashSet<string> Self = new(PhraseFile.Read("unsubscribe.txt", "self"), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the message bears such a link.</summary>
    public static bool IsIn(MimeMessage message)
    {
        if (message.InReplyTo.Count > 0)
            return false;
        return IsInPlain(message.Text, message.Quoted, OwnText.Names(message.From))
            || message.Html is { } html && Any.IsIn(html) && IsInHtml(message, html);
    }

    /// <summary>Whether a plain text bears such a link.</summary>
    public static bool IsIn(string plain) => IsInPlain(plain, [], []);

    private static bool IsInPlain(string text, IReadOnlyList<TextSpan> quoted, IReadOnlyList<string> names)
    {
        // Most mails have no such link at all, or none of the words near one.
        var links = PlainLinks.In(text);
        return links.Count > 0 && MayTell(links, text) && IsAmong(links, new UnquotedText(new TextLines(text, quoted), names));
    }

    private static bool MayTell(List<TextLink> links, string text)
    {
        var read = 0;
        foreach (var link in links)
        {
            var from = Math.Max(0, Math.Max(read - LongestWords, link.Start - 2 * MostBefore));
            read = Math.Max(read, Math.Min(text.Length, link.End + MostBehind));
            if (Words.IsIn(text.AsSpan(from, read - from)) || Targets.IsIn(link.Target))
                return true;
        }

        return false;
    }

    private static bool IsInHtml(MimeMessage message, string html)
    {
        var (text, quoted, links) = HtmlText.ReadLinks(html);
        return links.Count > 0 && IsAmong(links, new UnquotedText(new TextLines(text, quoted), OwnText.Names(message.From)));
    }

    private static bool IsAmong(IReadOnlyList<TextLink> links, UnquotedText own)
    {
        foreach (var link in links)
        {
            if (!own.IsQuoted(link.Start) && (IsWorded(link, own) || IsInstruction(link, own)))
                return true;
        }

        return false;
    }

    /// <summary>A link whose words say so, or one with words of its own that leads to where one leaves.</summary>
    private static bool IsWorded(TextLink link, UnquotedText own)
    {
        var words = link.Words.AsSpan().Trim();
        if (words.IsEmpty || words.Length > LongestWords || IsAddress(words) || !Words.IsIn(words) && !Targets.IsIn(link.Target))
            return false;

        // In HTML the words are the link's own; a plain text has them in a sentence.
        return own.Text[link.Start] != '<' || !IsByHand(link, own, Around(link, own));
    }

    /// <summary>
    /// A link that the words of a footer lead to ("To unsubscribe go to ..."), or an address of leaving on a line of its own.
    /// </summary>
    private static bool IsInstruction(TextLink link, UnquotedText own)
    {
        var (_, above, below) = own.ParagraphAt(link.Start);
        if (above >= FirstParagraphs && below >= LastParagraphs)
            return false;

        var around = Around(link, own);
        var tells = Words.IsIn(around) && Words.IsIn(WithoutLinks(around)) || Targets.IsIn(link.Target) && IsAlone(link, own.Text);
        return tells && !IsByHand(link, own, around);
    }

    /// <summary>
    /// Whether somebody wrote what stands around a link: it stands above his name, asks, complains, or speaks of himself.
    /// </summary>
    private static bool IsByHand(TextLink link, UnquotedText own, string around)
    {
        if (own.SignedAt > link.Start)
            return true;

        // "No longer interested? Unsubscribe: ..." asks nothing.
        var text = WithoutLinks(around);
        var asked = text.AsSpan().LastIndexOfAny('?', '？', '؟');
        if (asked >= 0 && !Words.IsIn(text.AsSpan(asked)) || IsRequest(text))
            return true;
        foreach (var word in text.Split([' ', ',', '.', '!', ';', ':', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Self.Contains(word))
                return true;
        }

        return false;
    }

    private static bool IsRequest(string text)
    {
        if (!Requests.IsIn(text))
            return false;
        foreach (var instruction in Instructions)
            text = text.Replace(instruction, "", StringComparison.OrdinalIgnoreCase);
        return Requests.IsIn(text);
    }

    /// <summary>What stands around a link in its paragraph, and above it where it begins that or a heading does.</summary>
    private static string Around(TextLink link, UnquotedText own)
    {
        var (paragraph, above, _) = own.ParagraphAt(link.Start);
        var start = Math.Max(paragraph.Start, link.Start - MostBefore);
        var end = Math.Min(paragraph.End, link.End + MostBehind);
        var around = end <= start ? "" : own.Text[start..end];
        if (own.ParagraphAbove(above) is not { } leading)
            return around;

        var text = own.Text.AsSpan(leading.Start, leading.End - leading.Start).Trim();
        return own.Text.AsSpan(paragraph.Start, Math.Max(0, link.Start - paragraph.Start)).IsWhiteSpace() || IsHeading(text)
            ? $"{text[Math.Max(0, text.Length - MostBefore)..]} {around}"
            : around;
    }

    private static bool IsHeading(ReadOnlySpan<char> text) => text.Length <= LongestHeading && text[^1] is not ('.' or '!' or '?' or ',');

    private static bool IsAlone(TextLink link, string text) =>
        text.AsSpan(0, link.Start) is var before
        && before[(before.LastIndexOf('\n') + 1)..].IsWhiteSpace()
        && text.AsSpan(Math.Min(link.End, text.Length)) is var after
        && after[..(after.IndexOf('\n') is >= 0 and var end ? end : after.Length)].Trim(".>").IsWhiteSpace();

    private static bool IsAddress(ReadOnlySpan<char> words) =>
        words.Contains("://", StringComparison.Ordinal) || words.StartsWith("www.", StringComparison.OrdinalIgnoreCase);

    /// <summary>The words of a text, with a mark where an address stands.</summary>
    private static string WithoutLinks(string text) =>
        string.Join(
            ' ',
            text.Split([' ', '\n', '\t', '<', '>'], StringSplitOptions.RemoveEmptyEntries)
                .Select(word => word.Contains('@', StringComparison.Ordinal) || IsAddress(word) ? "@" : word));
}
