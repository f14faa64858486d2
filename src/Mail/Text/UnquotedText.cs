using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>A mail's text up to the mail it quotes or forwards, every character at its place, and where its parts begin.</summary>
internal sealed class UnquotedText
{
    private readonly List<TextSpan> paragraphs = [];
    private readonly List<TextSpan> quotes = [];

    /// <summary>Takes a text apart.</summary>
    /// <param name="lines">The text.</param>
    /// <param name="names">How its author may sign.</param>
    public UnquotedText(TextLines lines, IReadOnlyList<string> names)
    {
        var text = new System.Text.StringBuilder(lines.Text.Length);
        var candidates = Attribution.Candidates(lines);
        var from = -1;
        for (var i = 0; i < lines.Count && !IsEnd(lines, i, candidates); i++)
        {
            var quoted = lines.IsQuoted(i);
            var blank = quoted || SignatureMarks.IsDelimiter(lines[i]);
            if (!blank && from < 0)
                from = text.Length;
            if (blank && from >= 0)
            {
                paragraphs.Add(new TextSpan(from, text.Length));
                from = -1;
            }

            if (!blank && Furniture.IsSigned(lines[i], names))
                SignedAt = text.Length;
            if (quoted)
            {
                quotes.Add(new TextSpan(text.Length, text.Length + lines[i].Length));
                text.Append(' ', lines[i].Length).Append('\n');
            }
            else
            {
                text.Append(lines[i]).Append('\n');
            }
        }

        if (from >= 0)
            paragraphs.Add(new TextSpan(from, text.Length));
        Text = text.ToString();
    }

    /// <summary>The text; what is quoted in it is blank.</summary>
    public string Text { get; }

    /// <summary>Where the last line begins with which people sign, or -1: what stands above it somebody wrote.</summary>
    public int SignedAt { get; } = -1;

    /// <summary>Whether a place of the whole text is quoted, or lies in a mail below this one.</summary>
    public bool IsQuoted(int place) => place >= Text.Length || quotes.Exists(quote => place >= quote.Start && place < quote.End);

    /// <summary>The paragraph a place lies in, and how many stand above and below it.</summary>
    public (TextSpan Paragraph, int Above, int Below) ParagraphAt(int place)
    {
        var index = paragraphs.FindIndex(paragraph => place < paragraph.End);
        return index < 0
            ? (new TextSpan(Text.Length, Text.Length), paragraphs.Count, 0)
            : (paragraphs[index], index, paragraphs.Count - 1 - index);
    }

    /// <summary>The paragraph above another.</summary>
    public TextSpan? ParagraphAbove(int index) => index > 0 && index <= paragraphs.Count ? paragraphs[index - 1] : null;

    private static bool IsEnd(TextLines lines, int at, bool[]? candidates) =>
        QuoteMarks.IsSeparator(lines, at)
        || QuoteMarks.HeaderBlockAt(lines, at)
        || candidates is not null && candidates[at] && Attribution.LengthAt(lines, at) > 0;
}
