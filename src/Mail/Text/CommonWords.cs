using System.Buffers;

namespace CrmSync.Mail.Text;

/// <summary>
/// The few words of which each of many phrases of one purpose holds one. A look for them is far cheaper than one for the phrases and says
/// whether that is worth its time.
/// </summary>
internal sealed class CommonWords
{
    private const int ShortestWord = 5;

    private readonly SearchValues<string> ascii;
    private readonly PhraseSet others;

    public CommonWords(IEnumerable<string> phrases)
    {
        var left = phrases.ToList();
        var chosen = new List<string>();
        while (left.Count > 0)
        {
            var word = left
                .SelectMany(WordsIn)
                .CountBy(word => word, StringComparer.OrdinalIgnoreCase)
                .OrderByDescending(pair => pair.Value)
                .ThenByDescending(pair => pair.Key.Length)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal)
                .First()
                .Key;
            chosen.Add(word);
            left.RemoveAll(phrase => phrase.Contains(word, StringComparison.OrdinalIgnoreCase));
        }

        ascii = SearchValues.Create([.. chosen.Where(w => System.Text.Ascii.IsValid(w))], StringComparison.OrdinalIgnoreCase);

        // The library's search is fast for ASCII alone.
        others = new PhraseSet(chosen.Where(w => !System.Text.Ascii.IsValid(w)));
    }

    /// <summary>Whether the text holds one of the words; without one it holds none of the phrases.</summary>
    public bool MayBeIn(ReadOnlySpan<char> text) =>
        text.ContainsAny(ascii) || others.IsIn(text);

    /// <summary>The longer words of a phrase; the phrase itself where it has none.</summary>
    private static IEnumerable<string> WordsIn(string phrase) =>
        phrase.Split(' ').Where(word => word.Length >= ShortestWord).DefaultIfEmpty(phrase);
}
