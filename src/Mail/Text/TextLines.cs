using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>The lines of a mail's text, and which of them its HTML marked as quoted.</summary>
internal sealed class TextLines
{
    private readonly string[] lines;
    private readonly bool[]? marked;
    private readonly bool conflicts; // the marks of a merge conflict look like quotes

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">The text; lines end with LF.</param>
    /// <param name="quoted">Stretches of it that the HTML it was made from marked as quoted, in order.</param>
    public TextLines(string text, IReadOnlyList<TextSpan> quoted)
    {
        Text = text;
        lines = text.Split('\n');
        conflicts = text.Contains("<<<<<<<", StringComparison.Ordinal);
        if (quoted.Count == 0)
            return;

        marked = new bool[lines.Length];
        var at = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (var span in quoted)
                marked[i] |= at >= span.Start && at < span.End;
            at += lines[i].Length + 1;
        }
    }

    public string Text { get; }

    public int Count => lines.Length;

    public string this[int index] => lines[index];

    /// <summary>Whether a line is quoted, by its own mark or by the HTML it was made from.</summary>
    public bool IsQuoted(int index) => marked is not null && marked[index] || QuoteMarks.IsQuoted(lines[index], conflicts);

    /// <summary>Whether all lines before <paramref name="index"/> are blank.</summary>
    public bool IsFirst(int index) => !lines.AsSpan(0, index).ContainsAnyExcept("");
}
