using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>The mail that stands in the text of one that forwards it: the topmost block of header lines and what stands below it.</summary>
/// <param name="Author">Who wrote it, with the address that its block names.</param>
/// <param name="To">The addresses it was sent to, as far as the block names any.</param>
/// <param name="Cc">Those it was copied to.</param>
/// <param name="Subject">Its subject; empty where the block has none.</param>
/// <param name="Date">Its moment as written, in whatever language; empty where the block has none.</param>
/// <param name="Own">Its author's own words.</param>
/// <param name="IsMailing">Whether it bears a link to leave a mailing list.</param>
/// <param name="IsAnnounced">Whether a line above the block says that what follows is forwarded.</param>
public sealed record ForwardedMail(
    Mailbox Author,
    IReadOnlyList<string> To,
    IReadOnlyList<string> Cc,
    string Subject,
    string Date,
    string Own,
    bool IsMailing,
    bool IsAnnounced)
{
    /// <summary>A comment above a forwarded mail is no longer.</summary>
    private const int MostLinesAbove = 400;

    /// <summary>Lines between an announcement and the block.</summary>
    private const int MostLinesBetween = 4;

    private const int LongestOpening = 80;

    private static readonly PhraseSet Forwards = new(PhraseFile.Read("quote-separators.txt", "forward"));

    /// <summary>Whether a text may hold a line that announces a forwarded mail: one look at the whole saves one at every line.</summary>
    public static bool MayBeIn(string text) => Forwards.IsIn(text);

    /// <summary>The mail that a message forwards in its text; null when none stands there, or when it is quoted in an answer.</summary>
    public static ForwardedMail? Find(MimeMessage message) => Find(new TextLines(message.Text, message.Quoted));

    /// <summary>The mail that stands in a plain text.</summary>
    public static ForwardedMail? Find(string plain) =>
        Find(new TextLines(plain.Contains('\r', StringComparison.Ordinal) ? Charsets.Clean(plain) : plain, []));

    private static ForwardedMail? Find(TextLines lines)
    {
        if (!lines.Text.Contains('@', StringComparison.Ordinal))
            return null;

        var attributed = Attribution.Candidates(lines);
        var separator = int.MinValue;
        for (var i = 0; i < lines.Count && i < MostLinesAbove; i++)
        {
            if (lines[i].Trim("> ").IsEmpty)
                continue;
            if (QuoteMarks.IsSeparator(lines, i) || IsQuotedOpening(lines[i]))
            {
                separator = i;
                continue;
            }

            if (QuoteMarks.HeaderBlockAt(lines, i))
                return QuotedBlock.Read(lines, i) is { Author: not null } block ? From(lines, block, Announces(lines, separator, i)) : null;

            // An answer: what is forwarded in it was forwarded by somebody else.
            if (
                attributed is not null && attributed[i] && Attribution.LengthAt(lines, i) > 0
                || lines.IsQuoted(i) && i > separator + MostLinesBetween
            )
                return null;
        }

        return null;
    }

    private static ForwardedMail From(TextLines lines, QuotedBlock block, bool isAnnounced)
    {
        var (author, below) = (block.Author!, Below(lines, block.End));
        var own = OwnText.Find(below, author);
        return new(author, block.To, block.Cc, block.Subject, block.Date, own, UnsubscribeLink.IsIn(below), isAnnounced);
    }

    /// <summary>Apple's programs quote the line that announces a forwarded mail together with it.</summary>
    private static bool IsQuotedOpening(ReadOnlySpan<char> line) =>
        line.Length <= LongestOpening
        && QuoteMarks.IsQuoted(line)
        && line.TrimEnd().EndsWith(":")
        && !line.Contains('@')
        && Forwards.IsIn(line);

    private static bool Announces(TextLines lines, int separator, int block) =>
        separator >= 0 && block - separator <= MostLinesBetween && Forwards.IsIn(lines[separator]);

    /// <summary>What stands below the block, without the marks that quote it as a whole.</summary>
    private static string Below(TextLines lines, int from)
    {
        var text = new System.Text.StringBuilder();
        var marked = from > 0 && QuoteMarks.IsQuoted(lines[from - 1]);
        for (var i = from; i < lines.Count; i++)
        {
            var line = lines[i];
            if (marked && QuoteMarks.IsQuoted(line))
            {
                line = line.TrimStart()[1..];
                if (line is [' ', ..])
                    line = line[1..];
            }
            else if (marked && line.Length > 0)
            {
                break;
            }

            text.Append(line).Append('\n');
        }

        return text.ToString();
    }
}
