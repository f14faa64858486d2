using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>
/// Finds the link by which a mailing is left. Only a link counts, and only one that its author did not write into a sentence of his own:
/// people ask about such links, pass newsletters on and quote them.
/// </summary>
public static class UnsubscribeLink
{
    private const int LongestWords = 120;
    private const int MostParagraphs = 8;

    private static readonly string[] Words = PhraseFile.Read("unsubscribe.txt", "words");
    private static readonly string[] Targets = PhraseFile.Read("unsubscribe.txt", "target");
    private static readonly HashSet<string> Self = new(PhraseFile.Read("unsubscribe.txt", "self"), StringComparer.OrdinalIgnoreCase);

    private static readonly PhraseSet Any = new(Words.Concat(Targets));

    /// <summary>Whether the message bears such a link.</summary>
    public static bool IsIn(MimeMessage message)
    {
        if (message.InReplyTo.Count > 0)
            return false;
        if (IsInPlain(new TextLines(message.Text, message.Quoted)))
            return true;
        return message.Html is { } html && MayHold(html) && HtmlText.Links(html).Any(link => IsOne(link.Words, link.Target));
    }

    /// <summary>Whether a plain text bears such a link.</summary>
    public static bool IsIn(string plain) => IsInPlain(new TextLines(plain, []));

    private static bool MayHold(string text) => Any.IsIn(text);

    private static bool IsOne(string words, string target)
    {
        var text = words.AsSpan().Trim();

        // A link whose words are its own address stands in somebody's sentence; the plain text tells whose.
        if (text.Contains("://", StringComparison.Ordinal) || text.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
            return false;
        return text.Length <= LongestWords && ContainsAny(text, Words) || ContainsAny(target, Targets);
    }

    /// <summary>A paragraph near the end of a plain text that says how to leave, with the link in it or in the next one.</summary>
    private static bool IsInPlain(TextLines lines)
    {
        var text = lines.Text;
        if (
            !MayHold(text)
            || !text.Contains("://", StringComparison.Ordinal)
                && !text.Contains("mailto:", StringComparison.OrdinalIgnoreCase)
                && !text.Contains("www.", StringComparison.OrdinalIgnoreCase)
                && !text.Contains('@', StringComparison.Ordinal)
        )
            return false;

        var candidates = Attribution.Candidates(lines);
        var end = 0;
        for (; end < lines.Count; end++)
        {
            // What is quoted or forwarded is another mail.
            if (
                QuoteMarks.IsSeparator(lines, end)
                || QuoteMarks.HeaderBlockAt(lines, end)
                || candidates is not null && candidates[end] && Attribution.LengthAt(lines, end) > 0
            )
                break;
        }

        var paragraphs = Paragraphs(lines, end);
        for (var i = 0; i < paragraphs.Count; i++)
        {
            // Newsletters say it at their end, some at their beginning.
            if (i >= 2 && i < paragraphs.Count - MostParagraphs)
                continue;
            var paragraph = paragraphs[i];
            var withNext = i + 1 < paragraphs.Count ? paragraph + " " + paragraphs[i + 1] : paragraph;
            if (SaysHow(paragraph) && (HasLink(paragraph) || HasLink(withNext)) && !SpeaksOfOneself(paragraph))
                return true;
        }

        return false;
    }

    private static List<string> Paragraphs(TextLines lines, int end)
    {
        var paragraphs = new List<string>();
        var paragraph = new StringBuilder();
        for (var i = 0; i <= end; i++)
        {
            if (i < end && !lines[i].AsSpan().IsWhiteSpace() && !SignatureMarks.IsDelimiter(lines[i]))
            {
                if (!lines.IsQuoted(i))
                    paragraph.Append(paragraph.Length > 0 ? " " : "").Append(lines[i].AsSpan().Trim());
                continue;
            }

            if (paragraph.Length > 0)
                paragraphs.Add(paragraph.ToString());
            paragraph.Clear();
        }

        return paragraphs;
    }

    /// <summary>Words of leaving that are not merely part of an address.</summary>
    private static bool SaysHow(string paragraph) => ContainsAny(WithoutLinks(paragraph), Words);

    private static string WithoutLinks(string paragraph) =>
        string.Join(
            ' ',
            paragraph
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Where(word => !word.Contains("://", StringComparison.Ordinal) && !word.Contains('@', StringComparison.Ordinal))
        );

    private static bool HasLink(string paragraph)
    {
        if (
            paragraph.Contains("://", StringComparison.Ordinal)
            || paragraph.Contains("mailto:", StringComparison.OrdinalIgnoreCase)
            || paragraph.Contains("www.", StringComparison.OrdinalIgnoreCase)
        )
            return true;

        // "send a mail to leave-news@acme.example": an address made for leaving is a link as well.
        foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                word.Contains('@', StringComparison.Ordinal)
                && ContainsAny(
                    word,
                    ["unsubscribe", "leave-", "remove", "optout", "opt-out", "signoff", "listserv", "majordomo", "-request@", "off-"]
                )
            )
                return true;
        }

        return false;
    }

    /// <summary>Somebody who writes "I" asks or complains; a mailing speaks of "you".</summary>
    private static bool SpeaksOfOneself(string paragraph)
    {
        paragraph = WithoutLinks(paragraph);
        if (
            paragraph.AsSpan().ContainsAny('?', '？')
            && !paragraph.Contains("no longer", StringComparison.OrdinalIgnoreCase)
            && paragraph.Length < 200
        )
            return true;
        foreach (var word in paragraph.Split([' ', ',', '.', '!', ';', ':', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Self.Contains(word))
                return true;
        }

        return false;
    }

    private static bool ContainsAny(ReadOnlySpan<char> text, string[] words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
