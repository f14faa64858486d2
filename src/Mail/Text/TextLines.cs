using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>The lines of a mail's text, and which of them its HTML marked as quoted.</summary>
internal sealed class TextLines
{
    private readonly int[] starts; // where each line begins, and behind them the place behind the end of the last
    private readonly bool[]? marked;
    private readonly bool conflicts; // the marks of a merge conflict look like quotes

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">The text; lines end with LF.</param>
    /// <param name="quoted">Stretches of it that the HTML it was made from marked as quoted, in order.</param>
    public TextLines(string text, IReadOnlyList<TextSpan> quoted)
    {
        Text = text;
        starts = FindStarts(text);
        conflicts = text.Contains("<<<<<<<", StringComparison.Ordinal);
        if (quoted.Count == 0)
            return;

        marked = new bool[Count];
        for (var i = 0; i < Count; i++)
        {
            foreach (var span in quoted)
                marked[i] |= starts[i] >= span.Start && starts[i] < span.End;
        }
    }

    public string Text { get; }

    public int Count => starts.Length - 1;

    public ReadOnlySpan<char> this[int index] => Text.AsSpan(starts[index], starts[index + 1] - starts[index] - 1);

    /// <summary>Whether a line is quoted, by its own mark or by the HTML it was made from.</summary>
    public bool IsQuoted(int index) => marked is not null && marked[index] || QuoteMarks.IsQuoted(this[index], conflicts);

    /// <summary>Whether all lines before <paramref name="index"/> are empty.</summary>
    public bool IsFirst(int index) => starts[index] == index;

    private static int[] FindStarts(string text)
    {
        var found = new int[text.AsSpan().Count('\n') + 2];
        for (var line = 1; line < found.Length - 1; line++)
            found[line] = text.IndexOf('\n', found[line - 1]) + 1;
        found[^1] = text.Length + 1;
        return found;
    }
}
