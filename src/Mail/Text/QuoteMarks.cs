namespace CrmSync.Mail.Text;

/// <summary>Lines that are quoted, or that announce a quoted mail.</summary>
internal static class QuoteMarks
{
    private const int MostFields = 9;
    private const int LongestQuoteLine = 55; // from here on a mail program may have broken the line of the quoted mail

    private static readonly PhraseEdges Announcements = new(PhraseFile.Read("quote-separators.txt", "framed"));
    private static readonly PhraseEdges Openings = new(PhraseFile.Read("quote-separators.txt", "opening"));
    private static readonly string[] AnswerAbove = PhraseFile.Read("quote-separators.txt", "above");
    private static readonly PhraseSet AnyAnswerAbove = new(AnswerAbove);

    /// <summary>A line that starts with a quote mark. One mark directly before "From " is the mbox format's doing, not a quote.</summary>
    public static bool IsQuoted(ReadOnlySpan<char> line, bool conflicts = true)
    {
        var text = line.TrimStart();
        return !text.IsEmpty
            && text[0] is '>' or '›'
            && !text.StartsWith(">From ")
            && !(conflicts && text.StartsWith(">>>>>>> "))
            && line.Length - text.Length <= 4;
    }

    /// <summary>Whether the next line that is not blank is quoted.</summary>
    public static bool QuoteFollows(TextLines lines, int from)
    {
        for (var i = from; i < lines.Count && i < from + 6; i++)
        {
            if (!lines[i].IsWhiteSpace())
                return lines.IsQuoted(i);
        }

        return false;
    }

    /// <summary>
    /// The end of a quoted line that a mail program broke off: it bears no mark, but the line above is a long one that goes on, and this
    /// one goes on with it.
    /// </summary>
    public static bool IsBrokenQuote(TextLines lines, int at)
    {
        if (at == 0 || !lines.IsQuoted(at - 1) || !IsQuoted(lines[at - 1]))
            return false;
        var above = lines[at - 1].TrimEnd();
        if (above.Length < LongestQuoteLine || !(char.IsLetterOrDigit(above[^1]) || above[^1] is ',' or '-'))
            return false;
        var line = lines[at].Trim();
        return !line.IsEmpty
            && line.Length < above.Length
            && !char.IsUpper(line[0])
            && (at + 1 >= lines.Count || lines[at + 1].IsWhiteSpace() || lines.IsQuoted(at + 1));
    }

    /// <summary>
    /// "-----Original Message-----" and its kin in other languages, the opening line of Apple's forwards, or by its shape a line of words
    /// between rules above a block of header lines.
    /// </summary>
    public static bool IsSeparator(TextLines lines, int at)
    {
        var line = lines[at];
        if (line.Length is < 6 or > 200)
            return false;

        var text = line.Trim();
        if (text.IsEmpty)
            return false;
        if (text[^1] is ':' or '：' && Openings.Contains(text[..^1].TrimEnd()))
            return true;

        if (text[0] is not ('-' or '_' or '*' or '=' or '#' or '~' or '<' or '|'))
            return false;
        var inner = text.Trim("-_*=#~ <>|");
        if (inner.IsEmpty || text.Length - inner.Length < 3)
            return false;
        if (Announcements.Begin(inner))
            return true;

        return text[0] is '-' or '_' or '='
            && inner.Length < 60
            && text.Length - inner.Length >= 8
            && text[^1] == text[0]
            && BlockFollows(lines, at + 1);
    }

    /// <summary>What ticket systems put above the mail they send: "Please reply above this line".</summary>
    public static bool IsAnswerAbove(ReadOnlySpan<char> line)
    {
        if (line.Length is < 8 or > 160 || !AnyAnswerAbove.IsIn(line))
            return false;
        var text = line.Trim(" \t-_*=#~<>|[]().:!\u00A0");
        if (text.Length > 110 || line.Contains('?'))
            return false;
        foreach (var phrase in AnswerAbove)
        {
            if (
                text.Contains(phrase, StringComparison.OrdinalIgnoreCase)
                && (text.Length < phrase.Length + 40 || line.Length - text.Length >= 4)
            )
                return true;
        }

        return false;
    }

    /// <summary>
    /// A block like From/Sent/To/Subject that mail programs put above the mail they answer, or the To/cc/Subject of Lotus Notes. It is
    /// known by its shape (a block of short labels, an address and a moment); the labels of known languages stand in for an address that is
    /// missing.
    /// </summary>
    public static bool HeaderBlockAt(TextLines lines, int at)
    {
        var first = HeaderFields.TryRead(lines[at], out var firstLabel, out var firstValue);
        if (!first)
            return false;

        var seen = firstLabel;
        var known = firstLabel == HeaderLabel.None ? 0 : 1;
        var fields = 1;
        var blanks = 0;
        var hasAddress = IsMailbox(firstValue);
        var opensWithPerson = hasAddress && HasBrackets(firstValue);
        var hasMoment = HeaderFields.HasMoment(firstValue);
        var loose = 0;
        for (var i = at + 1; i < lines.Count && fields < MostFields; i++)
        {
            var line = lines[i];
            if (line.IsWhiteSpace())
            {
                // Converters put a blank line between the fields; two in a row end the block.
                if (++blanks > 1 || fields < 2 && firstLabel == HeaderLabel.None)
                    break;
                continue;
            }

            if (lines.IsQuoted(i) != lines.IsQuoted(at) || !HeaderFields.TryRead(line, out var label, out var value))
            {
                // A long list of recipients goes on in the next line.
                if (
                    blanks > 0
                    || ++loose > 2
                    || !line.Contains('@')
                        && !char.IsWhiteSpace(line[0])
                        && !lines[i - 1].TrimEnd().EndsWith(";")
                )
                    break;
                hasAddress |= line.Contains('@');
                continue;
            }

            // Behind a blank line only a known label goes on; what else has a colon is the author's.
            if (blanks > 0 && label == HeaderLabel.None)
                break;
            blanks = 0;
            fields++;
            if (label != HeaderLabel.None)
                known++;
            seen |= label;
            hasAddress |= IsMailbox(value);
            hasMoment |= HeaderFields.HasMoment(value);
        }

        var others = known - 1;
        if (firstLabel.HasFlag(HeaderLabel.From))
        {
            if (others >= 2 && (hasAddress || seen.HasFlag(HeaderLabel.Subject) && (hasMoment || seen.HasFlag(HeaderLabel.To))))
                return true;
            if (others >= 2 && hasMoment && (seen & (HeaderLabel.Sent | HeaderLabel.To)) == (HeaderLabel.Sent | HeaderLabel.To))
                return true;
            if (others >= 1 && hasAddress && hasMoment && fields >= 3)
                return true;
        }

        if (
            firstLabel.HasFlag(HeaderLabel.To)
            && others >= 2
            && (seen & (HeaderLabel.Copy | HeaderLabel.Subject)) != HeaderLabel.None
            && (hasAddress || hasMoment || seen.HasFlag(HeaderLabel.Copy))
        )
            return true;
        if (
            (firstLabel & (HeaderLabel.Subject | HeaderLabel.Date)) != HeaderLabel.None
            && others >= 3
            && seen.HasFlag(HeaderLabel.From)
            && hasAddress)
            return true;

        // A language nobody listed: four short labels, a person with an address at the top, a moment.
        return opensWithPerson && hasMoment && fields >= (known > 0 ? 3 : 4);
    }

    /// <summary>Notes writes name and time on lines of their own above its block; they belong to the quote.</summary>
    public static void DropIntroduction(List<string> own)
    {
        var end = own.Count;
        var dropped = 0;
        while (end > 0 && dropped < 3)
        {
            var line = own[end - 1].AsSpan().Trim();
            if (line.IsEmpty)
            {
                end--;
                continue;
            }

            if (
                line.Length > 100
                || line.ContainsAny('?', '!')
                || !Attribution.HasDate(line)
                    && !(dropped > 0 && (line.Contains('@') || line.Contains('/') && !line.Contains(". ", StringComparison.Ordinal)))
            )
                break;

            // A sentence of the author that names a day is none; Notes writes nothing but name and time.
            if (dropped == 0 && line[^1] is '.' or ',')
                break;
            end--;
            dropped++;
        }

        if (dropped > 0)
            own.RemoveRange(end, own.Count - end);
    }

    private static bool BlockFollows(TextLines lines, int from)
    {
        for (var i = from; i < lines.Count && i < from + 4; i++)
        {
            if (!lines[i].IsWhiteSpace())
                return HeaderBlockAt(lines, i);
        }

        return false;
    }

    private static bool IsMailbox(ReadOnlySpan<char> value)
    {
        var at = value.IndexOf('@');
        return at > 0 && at + 1 < value.Length && !char.IsWhiteSpace(value[at - 1]) && !char.IsWhiteSpace(value[at + 1]);
    }

    private static bool HasBrackets(ReadOnlySpan<char> value) =>
        value.IndexOfAny('<', '[', '(') is >= 0 and var open && value[open..].Contains('@');
}
