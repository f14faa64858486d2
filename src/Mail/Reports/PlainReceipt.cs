using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Reports;

/// <summary>Mails that programs send for their readers without a report part: read receipts as plain mail, and reactions.</summary>
public static class PlainReceipt
{
    private const int Longest = 1_500;
    private const int LongestReaction = 300;

    private static readonly string[] Subjects = PhraseFile.Read("receipts.txt", "subject");
    private static readonly string[] Bodies = PhraseFile.Read("receipts.txt", "body");
    private static readonly PhraseSet Reactions = new(PhraseFile.Read("receipts.txt", "reaction"));

    /// <summary>
    /// Whether the mail is a read receipt: a subject like "Read: ..." above the client's template, which names a moment and asks nothing.
    /// </summary>
    public static bool IsOne(MimeMessage message) => HasSubject(message.Subject) && HasTemplate(message.Text);

    /// <summary>
    /// Whether the mail is a reaction: an emoji that a mail program sends for its reader. Gmail marks it by a part of its own, which
    /// gateways may take out; Outlook writes a sentence about the reader and nothing else.
    /// </summary>
    public static bool IsReaction(MimeMessage message) =>
        message.Root.All().Any(part => !part.InForwarded && part.ContentType.Contains("reaction", StringComparison.Ordinal))
        || Reactions.IsIn(message.Text.AsSpan(0, Math.Min(message.Text.Length, LongestReaction)))
            && message.From is [{ Name.Length: > 1 } author, ..]
            && IsReaction(OwnText.From(message), author.Name);

    /// <summary>Whether the own text, or what looks like a signature below it, says nothing else than that its author reacted.</summary>
    private static bool IsReaction(MailText text, string author)
    {
        var told = false;
        foreach (var raw in $"{text.Own}\n{text.Ending}".Split('\n'))
        {
            var line = raw.AsSpan().Trim();
            var letters = line.StartsWith("[") && line.IndexOf(']') is > 0 and var close ? line[(close + 1)..].TrimStart() : line;
            while (!letters.IsEmpty && !char.IsLetterOrDigit(letters[0]))
                letters = letters[1..];
            if (letters.IsEmpty || line.StartsWith("<http") && line.EndsWith(">"))
                continue;
            if (told || !letters.StartsWith(author, StringComparison.OrdinalIgnoreCase) || !Reactions.IsIn(letters[author.Length..]))
                return false;
            told = true;
        }

        return told;
    }

    private static bool HasSubject(string subject)
    {
        var text = subject.AsSpan().Trim();
        foreach (var known in Subjects)
        {
            if (text.StartsWith(known, StringComparison.OrdinalIgnoreCase) && text[known.Length..].TrimStart() is [':' or '：', ..])
                return true;
        }

        return false;
    }

    private static bool HasTemplate(string text)
    {
        if (text.Length > Longest || text.AsSpan().ContainsAny('?', '？', '؟'))
            return false;
        foreach (var body in Bodies)
        {
            if (text.Contains(body, StringComparison.OrdinalIgnoreCase) && HasMoment(text))
                return true;
        }

        return false;
    }

    /// <summary>A date and a time of day: templates say when it was read.</summary>
    private static bool HasMoment(string text)
    {
        var digits = 0;
        var clock = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsDigit(text[i]))
                continue;
            digits++;
            clock |= i + 2 < text.Length && text[i + 1] is ':' or '.' or 'h' && char.IsDigit(text[i + 2]);
        }

        return clock && digits >= 6;
    }
}
