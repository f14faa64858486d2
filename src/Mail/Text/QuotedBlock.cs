using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>The block of header lines above a mail that is quoted or forwarded, taken apart.</summary>
internal sealed class QuotedBlock
{
    private const int MostFields = 12;

    /// <summary>Notes writes who and when on lines of their own above its block.</summary>
    private const int MostLinesAbove = 3;

    private readonly List<string> to = [];
    private readonly List<string> cc = [];

    /// <summary>Who wrote the mail; null when the block names no address of theirs.</summary>
    public Mailbox? Author { get; private set; }

    public IReadOnlyList<string> To => to;

    public IReadOnlyList<string> Cc => cc;

    public string Subject { get; private set; } = "";

    /// <summary>The moment as written.</summary>
    public string Date { get; private set; } = "";

    /// <summary>The first line below it.</summary>
    public int End { get; private set; }

    /// <summary>Reads the block that begins at a line.</summary>
    public static QuotedBlock Read(TextLines lines, int at)
    {
        var block = new QuotedBlock();
        var seen = HeaderLabel.None;
        var last = HeaderLabel.None;
        var blanks = 0;
        var i = at;
        for (var fields = 0; i < lines.Count && fields < MostFields; i++)
        {
            var line = lines[i];
            if (line.Trim("> ").IsEmpty)
            {
                if (++blanks > 1)
                    break;
                continue;
            }

            var isField = HeaderFields.TryRead(line, out var label, out var value);
            if (isField && blanks > 0 && (label == HeaderLabel.None || (seen & label) == label) || !isField && blanks > 0)
                break;
            if (!isField)
            {
                // A long list of recipients goes on in the next line.
                if (line.Contains('@') || last != HeaderLabel.None && char.IsWhiteSpace(line[0]))
                {
                    block.Add(last, line.Trim("> \t"));
                    continue;
                }

                break;
            }

            if (label != HeaderLabel.None && label != HeaderLabel.Copy && (seen & label) == label)
                break;
            block.Add(last = label == HeaderLabel.None ? block.Guess(value, isFirst: fields == 0) : label, value);
            seen |= last;
            blanks = 0;
            fields++;
        }

        block.End = i;
        if (block.Author is null && !seen.HasFlag(HeaderLabel.From))
            block.Author = AuthorAbove(lines, at);
        return block;
    }

    private void Add(HeaderLabel label, ReadOnlySpan<char> value)
    {
        if (label.HasFlag(HeaderLabel.From))
            Author ??= MailboxIn(value);
        else if (label.HasFlag(HeaderLabel.Date))
            Date = Date.Length == 0 ? value.ToString() : Date;
        else if (label.HasFlag(HeaderLabel.To))
            to.AddRange(AddressesIn(value));
        else if (label.HasFlag(HeaderLabel.Copy))
            cc.AddRange(AddressesIn(value));
        else if (label.HasFlag(HeaderLabel.Subject))
            Subject = Subject.Length == 0 ? value.ToString() : $"{Subject} {value}";
    }

    /// <summary>What a label of a language nobody listed says, by what stands behind it.</summary>
    private HeaderLabel Guess(ReadOnlySpan<char> value, bool isFirst) =>
        HeaderFields.HasMoment(value) && Date.Length == 0 ? HeaderLabel.Date
        : MailboxIn(value) is not null ? isFirst ? HeaderLabel.From : HeaderLabel.To
        : Author is not null && Subject.Length == 0 ? HeaderLabel.Subject
        : HeaderLabel.None;

    private static Mailbox? AuthorAbove(TextLines lines, int at)
    {
        var looked = 0;
        for (var i = at - 1; i >= 0 && looked < MostLinesAbove; i--)
        {
            var line = lines[i].Trim("> \t");
            if (line.IsEmpty)
                continue;
            if (QuoteMarks.IsSeparator(lines, i))
                break;
            looked++;
            if (MailboxIn(line) is { } author)
                return author;
        }

        return null;
    }

    /// <summary>The first address in a value, with the name before it: <c>Jane Moss [mailto:jane@moss.example]</c>.</summary>
    private static Mailbox? MailboxIn(ReadOnlySpan<char> value)
    {
        if (AddressAt(value, 0) is not { Start: var start, Text: { } address })
            return null;

        var name = value[..start].TrimEnd();
        if (name.EndsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            name = name[..^7];
        return new Mailbox(name.Trim(" \t<[(\"'*_,;:>|").ToString(), address);
    }

    /// <summary>The addresses in a text, in lower case.</summary>
    public static List<string> AddressesIn(ReadOnlySpan<char> value)
    {
        var found = new List<string>();
        for (var from = 0; AddressAt(value, from) is { Text: { } address, End: var end }; from = end)
        {
            if (!found.Contains(address))
                found.Add(address);
        }

        return found;
    }

    private static (int Start, int End, string? Text) AddressAt(ReadOnlySpan<char> value, int from)
    {
        for (var at = from; at < value.Length; at++)
        {
            var next = value[at..].IndexOf('@');
            if (next < 0)
                break;
            at += next;
            var start = at;
            while (start > from && IsLocal(value[start - 1]))
                start--;
            var end = at + 1;
            while (end < value.Length && (char.IsLetterOrDigit(value[end]) || value[end] is '-' or '.'))
                end++;
            while (end > at && value[end - 1] is '.' or '-')
                end--;
            if (start < at && end > at + 3 && value[(at + 1)..end].Contains('.'))
                return (start, end, value[start..end].ToString().ToLowerInvariant());
        }

        return (0, value.Length, null);
    }

    private static bool IsLocal(char c) => char.IsLetterOrDigit(c) || ".!#$%&'*+/=?^_{}~-".Contains(c, StringComparison.Ordinal);
}
