using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>What a line of a mail is.</summary>
public enum LineKind
{
    /// <summary>The author may have written it.</summary>
    Own,

    /// <summary>It is quoted, announces what is quoted, or stands below an announcement without marks.</summary>
    Quoted,

    /// <summary>It belongs to the signature.</summary>
    Signature,
}

/// <summary>Tells line by line what the author of a mail wrote, for whoever must know where a line stands.</summary>
public static class LineKinds
{
    /// <summary>The text of a mail in which every line that its HTML marks as quoted bears a mark of its own.</summary>
    public static string TextWithMarks(MimeMessage message)
    {
        var lines = new TextLines(message.Text, message.Quoted);
        var plain = new TextLines(message.Text, []);
        return string.Join(
            '\n',
            Enumerable.Range(0, lines.Count).Select(i => lines.IsQuoted(i) && !plain.IsQuoted(i) ? $"> {lines[i]}" : lines[i].ToString()));
    }

    /// <summary>The kind of each line of a text.</summary>
    public static LineKind[] Find(string text)
    {
        var lines = new TextLines(text, []);
        var kinds = new LineKind[lines.Count];
        var attributed = Attribution.Candidates(lines);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines.IsQuoted(i) || QuoteMarks.IsBrokenQuote(lines, i))
            {
                kinds[i] = LineKind.Quoted;
                continue;
            }

            if (SignatureMarks.IsMark(lines, i))
            {
                // What is quoted below a signature is quoted still.
                for (; i < lines.Count && !lines.IsQuoted(i) && !Announces(lines, i); i++)
                    kinds[i] = LineKind.Signature;
                i--;
                continue;
            }

            if (SignatureMarks.IsDeviceLine(lines[i]))
            {
                kinds[i] = LineKind.Signature;
                continue;
            }

            var length = attributed is not null && attributed[i] ? Attribution.LengthAt(lines, i) : 0;
            var announces = Announces(lines, i);
            if (!announces && length == 0)
                continue;

            var end = announces || !QuoteMarks.QuoteFollows(lines, i + length) ? lines.Count : i + length;
            for (; i < end; i++)
                kinds[i] = LineKind.Quoted;
            i--;
        }

        return kinds;
    }

    private static bool Announces(TextLines lines, int at) => QuoteMarks.IsSeparator(lines, at) || QuoteMarks.HeaderBlockAt(lines, at);
}
