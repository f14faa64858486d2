using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>A mail's text taken apart.</summary>
/// <param name="Own">The author's own lines: without quoted lines, quoted mails and what stands below the signature mark. May be empty;
/// policy looks at this alone.</param>
/// <param name="Excerpt">What is shown to people: the own text, or when that is empty the start of the whole without the lines that only
/// introduce it.</param>
public sealed record MailText(string Own, string Excerpt)
{
    /// <summary>Whether the own text asks something: a question mark that does not belong to a web address.</summary>
    public bool HasQuestion => Question.IsIn(Own);
}

/// <summary>
/// Finds the lines an author wrote. Every line is looked at a bounded number of times and there are no backtracking patterns, so time is
/// linear whatever the text.
/// </summary>
/// <remarks>
/// A line of dashes alone ends nothing: tables and lists are full of them. What ends the own text is a line that announces another mail (an
/// attribution without
/// <c>&gt;</c> marks below it, "Original Message", a block of From/Sent/To/Subject) or the signature mark.
/// </remarks>
public static class OwnText
{
    /// <summary>Takes the text of a message apart: its plain text, or its HTML when there is no other form.</summary>
    public static MailText Of(MimeMessage message) =>
        message.TextSource == TextSource.Html && message.Html is { } html ? OfHtml(html) : Of(message.Text);

    /// <summary>Takes a plain text apart.</summary>
    public static MailText Of(string plain)
    {
        plain = plain.Contains('\r', StringComparison.Ordinal) ? Charsets.Clean(plain) : plain;
        var lines = plain.Split('\n');
        var own = Own(lines, Attribution.Candidates(lines, plain));
        return new MailText(own, own.Length > 0 ? own : Whole(lines));
    }

    /// <summary>Takes an HTML text apart: what mail programs mark as quoted goes first, then the rest is treated like plain text.</summary>
    public static MailText OfHtml(string html)
    {
        var document = HtmlText.Parse(html);
        var whole = HtmlText.Of(document);
        if (HtmlQuotes.Remove(document))
        {
            var rest = HtmlText.Of(document);
            var lines = rest.Split('\n');
            var own = Own(lines, Attribution.Candidates(lines, rest));
            return new MailText(own, own.Length > 0 ? own : Whole(whole.Split('\n')));
        }

        return Of(whole);
    }

    private static string Own(string[] lines, bool[]? attributed)
    {
        var own = new List<string>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (QuoteMarks.IsQuoted(line))
                continue;
            if (SignatureMarks.IsMark(lines, i))
                break;
            if (QuoteMarks.IsSeparator(line))
                break;
            if (QuoteMarks.HeaderBlockAt(lines, i))
            {
                QuoteMarks.DropIntroduction(own);
                break;
            }

            var length = attributed is not null && attributed[i] ? Attribution.LengthAt(lines, i) : 0;
            if (length == 0)
            {
                own.Add(line);
                continue;
            }

            // Quoted lines under the attribution: what comes after them may be the author's again. Without marks nobody can tell where the
            // quote ends.
            i += length - 1;
            if (!QuoteMarks.QuoteFollows(lines, i + 1))
                break;
        }

        return Joined(own, trimEnd: true);
    }

    /// <summary>Everything, without the lines that only say that a mail follows.</summary>
    private static string Whole(string[] lines)
    {
        var kept = new List<string>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            if (Attribution.LengthAt(lines, i) is > 0 and var length && !lines.AsSpan(0, i).ContainsAnyExcept(""))
            {
                i += length - 1;
                continue;
            }

            if (kept.Count == 0 && (QuoteMarks.IsSeparator(lines[i]) || lines[i].AsSpan().IsWhiteSpace()))
                continue;
            if (kept.Count == 0 && QuoteMarks.HeaderBlockAt(lines, i))
            {
                while (i + 1 < lines.Length && !lines[i + 1].AsSpan().IsWhiteSpace())
                    i++;
                continue;
            }

            kept.Add(lines[i]);
        }

        // A mail of nothing but an introduction is still shown as it is.
        var text = Joined(kept, trimEnd: false);
        return text.Length > 0 ? text : Joined([.. lines], trimEnd: false);
    }

    private static string Joined(List<string> lines, bool trimEnd)
    {
        var end = lines.Count;
        while (
            trimEnd
            && end > 0
            && (
                lines[end - 1].AsSpan().IsWhiteSpace()
                || SignatureMarks.IsDelimiter(lines[end - 1])
                || SignatureMarks.IsDeviceLine(lines[end - 1])))
            end--;

        // Where a quote was taken out, one empty line is left.
        var text = new System.Text.StringBuilder();
        var blank = 0;
        for (var i = 0; i < end; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
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
