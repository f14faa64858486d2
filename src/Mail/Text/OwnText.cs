using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>A mail's text taken apart.</summary>
/// <param name="Own">The author's own lines: without quoted lines, quoted mails, banners and what stands below the signature. May be empty;
/// policy looks at this alone.</param>
/// <param name="Excerpt">What is shown to people: the own text, or when that is empty the start of the whole without the lines that only
/// introduce it.</param>
public sealed record MailText(string Own, string Excerpt)
{
    /// <summary>What stood below the own text and was taken off as a signature; empty where nothing was.</summary>
    public string Ending { get; init; } = "";
}

/// <summary>
/// Finds the lines an author wrote. Every line is looked at a bounded number of times and there are no backtracking patterns, so time is
/// linear whatever the text.
/// </summary>
/// <remarks>
/// A line of dashes alone ends nothing: tables and lists are full of them. What ends the own text is a line that announces another mail (an
/// attribution without
/// <c>&gt;</c> marks below it, "Original Message", a block of From/Sent/To/Subject, "reply above this line") or the signature mark.
/// </remarks>
public static class OwnText
{
    private const int MostSignatureLines = 30;

    /// <summary>Takes the text of a message apart.</summary>
    public static MailText From(MimeMessage message) => From(new TextLines(message.Text, message.Quoted), Names(message.From));

    /// <summary>Takes a plain text apart.</summary>
    public static MailText From(string plain)
    {
        plain = plain.Contains('\r', StringComparison.Ordinal) ? Charsets.Clean(plain) : plain;
        return From(new TextLines(plain, []), []);
    }

    /// <summary>
    /// The own lines as the HTML of a message has them; null where it has no HTML beside its text, and where its HTML plainly says what its
    /// text says.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="own">Its own lines as <see cref="From(MimeMessage)"/> finds them.</param>
    public static string? FindInHtml(MimeMessage message, string own)
    {
        if (!message.HasBothForms || message.Html is not { } html || HtmlComparison.IsSaidBy(html, message.Text, own))
            return null;

        var (text, quoted) = HtmlText.Read(html);
        var lines = new TextLines(text, quoted);
        return Own(lines, Attribution.Candidates(lines), Names(message.From)).Own;
    }

    /// <summary>The own lines of a plain text whose author is known.</summary>
    internal static string Find(string plain, Mailbox author)
    {
        var lines = new TextLines(plain, []);
        return Own(lines, Attribution.Candidates(lines), Names([author])).Own;
    }

    private static MailText From(TextLines lines, IReadOnlyList<string> names)
    {
        var (own, ending) = Own(lines, Attribution.Candidates(lines), names);
        return new MailText(own, own.Length > 0 ? own : Whole(lines)) { Ending = ending };
    }

    /// <summary>How the author may sign: the display name, in the order people write it.</summary>
    internal static List<string> Names(IReadOnlyList<Mailbox> authors)
    {
        if (authors is not [var author, ..] || author.Name.Length < 2)
            return [];
        var name = author.Name;
        if (name.IndexOf('(', StringComparison.Ordinal) is > 1 and var parenthesis)
            name = name[..parenthesis].Trim();
        if (name.Split(',', StringSplitOptions.TrimEntries) is [{ Length: > 0 } last, { Length: > 0 } given])
            name = $"{given} {last}";
        var names = new List<string> { name };
        if (name.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [{ Length: > 1 } first, _, ..])
            names.Add(first);
        return names;
    }

    private static (string Own, string Ending) Own(TextLines lines, bool[]? attributed, IReadOnlyList<string> names)
    {
        var own = new List<string>(lines.Count);
        var signature = lines.Count;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (lines.IsQuoted(i) || QuoteMarks.IsBrokenQuote(lines, i))
                continue;
            if (SignatureMarks.IsMark(lines, i))
            {
                signature = i + 1;
                break;
            }

            if (QuoteMarks.IsSeparator(lines, i))
                break;
            if (QuoteMarks.HeaderBlockAt(lines, i))
            {
                QuoteMarks.DropIntroduction(own);
                break;
            }

            if (QuoteMarks.IsAnswerAbove(line))
            {
                // At the top of a ticket system's mail the line stands above its own words.
                if (own.Exists(above => !SignatureMarks.IsDelimiter(above)))
                    break;
                continue;
            }

            var length = attributed is not null && attributed[i] ? Attribution.LengthAt(lines, i) : 0;
            if (length == 0)
            {
                own.Add(line.ToString());
                continue;
            }

            // Quoted lines under the attribution: what comes after them may be the author's again. Without marks nobody can tell where the
            // quote ends.
            i += length - 1;
            if (!QuoteMarks.QuoteFollows(lines, i + 1))
                break;
        }

        own.RemoveRange(0, Furniture.BannerLength(own));
        var ending = Furniture.DropEnd(own, names);
        ending.AddRange(Signature(lines, signature));
        return (Joined(own), Joined(ending));
    }

    /// <summary>The lines below a signature mark, up to what is quoted.</summary>
    private static IEnumerable<string> Signature(TextLines lines, int from)
    {
        for (var i = from; i < lines.Count && i < from + MostSignatureLines; i++)
        {
            if (lines.IsQuoted(i) || QuoteMarks.IsSeparator(lines, i) || QuoteMarks.HeaderBlockAt(lines, i))
                break;
            yield return lines[i].ToString();
        }
    }

    /// <summary>Everything, without the lines that only say that a mail follows.</summary>
    private static string Whole(TextLines lines)
    {
        var kept = new List<string>(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines.IsFirst(i) && Attribution.LengthAt(lines, i) is > 0 and var length)
            {
                i += length - 1;
                continue;
            }

            if (kept.Count == 0 && (QuoteMarks.IsSeparator(lines, i) || lines[i].IsWhiteSpace()))
                continue;
            if (kept.Count == 0 && QuoteMarks.HeaderBlockAt(lines, i))
            {
                while (i + 1 < lines.Count && !lines[i + 1].IsWhiteSpace())
                    i++;
                continue;
            }

            kept.Add(lines[i].ToString());
        }

        // A mail of nothing but an introduction is still shown as it is.
        var text = Joined(kept);
        return text.Length > 0 ? text : Joined([.. lines.Text.Split('\n')]);
    }

    private static string Joined(List<string> lines)
    {
        if (lines.Count == 0)
            return "";

        // Where a quote was taken out, one empty line is left.
        var text = new System.Text.StringBuilder();
        var blank = 0;
        foreach (var raw in lines)
        {
            var line = raw.AsSpan().TrimEnd();
            if (line.IsEmpty)
            {
                blank++;
                continue;
            }

            if (text.Length > 0)
                text.Append(blank > 0 ? "\n\n" : "\n");
            text.Append(line);
            blank = 0;
        }

        return text.ToString();
    }
}
