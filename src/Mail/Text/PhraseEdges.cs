using System.Collections.Frozen;

namespace CrmSync.Mail.Text;

/// <summary>
/// Phrases of two characters and more that a line may begin or end with, without case, by these two: only few of them have to be compared
/// with any line.
/// </summary>
internal sealed class PhraseEdges
{
    private readonly FrozenDictionary<int, string[]> beginnings;
    private readonly FrozenDictionary<int, string[]> ends;

    public PhraseEdges(IEnumerable<string> phrases)
    {
        var all = phrases.ToList();
        beginnings = all.GroupBy(p => Pair(p[0], p[1])).ToFrozenDictionary(group => group.Key, group => group.ToArray());
        ends = all.GroupBy(p => Pair(p[^2], p[^1])).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>The phrases that begin with the first two characters of a text.</summary>
    public ReadOnlySpan<string> WithBeginning(ReadOnlySpan<char> text) =>
        text.Length < 2 ? [] : beginnings.GetValueOrDefault(Pair(text[0], text[1]));

    /// <summary>The phrases that end with the last two characters of a text.</summary>
    public ReadOnlySpan<string> WithEnd(ReadOnlySpan<char> text) =>
        text.Length < 2 ? [] : ends.GetValueOrDefault(Pair(text[^2], text[^1]));

    /// <summary>Whether one of the phrases begins the text.</summary>
    public bool Begin(ReadOnlySpan<char> text)
    {
        foreach (var phrase in WithBeginning(text))
        {
            if (text.StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether one of the phrases begins the text, or goes on where the text ends.</summary>
    public bool MayBegin(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
            return true;
        foreach (var phrase in WithBeginning(text))
        {
            var length = Math.Min(text.Length, phrase.Length);
            if (text[..length].Equals(phrase.AsSpan(0, length), StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether the text is one of the phrases.</summary>
    public bool Contains(ReadOnlySpan<char> text)
    {
        foreach (var phrase in WithBeginning(text))
        {
            if (text.Equals(phrase, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static int Pair(char first, char second) => (char.ToLowerInvariant(first) << 16) | char.ToLowerInvariant(second);
}
