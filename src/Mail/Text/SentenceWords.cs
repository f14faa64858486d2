namespace CrmSync.Mail.Text;

/// <summary>A word, number or mark of a sentence.</summary>
/// <param name="Text">In lower case, with straight apostrophes.</param>
/// <param name="Start">Where it begins in the sentence.</param>
internal readonly record struct SentenceWord(string Text, int Start)
{
    /// <summary>The number it is, or -1.</summary>
    public int Number =>
        Text.Length is > 0 and <= 4 && char.IsAsciiDigit(Text[0])
            ? int.Parse(Text, System.Globalization.CultureInfo.InvariantCulture)
            : -1;

    /// <summary>Whether letters that make a number ordinal stood directly behind it: <c>8th</c>, <c>1er</c>.</summary>
    public bool IsOrdinal { get; init; }
}

/// <summary>Takes a sentence apart into words, for readers that look at what stands before and behind a word.</summary>
internal static class SentenceWords
{
    private const int Most = 400;

    private static readonly string[] Ordinals = ["st", "nd", "rd", "th", "er", "re", "e", "ère", "ème", "eme"];

    /// <summary>Where a phrase stands in a sentence as whole words, or -1.</summary>
    public static int Find(string sentence, string phrase)
    {
        for (
            var at = sentence.IndexOf(phrase, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = sentence.IndexOf(phrase, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + phrase.Length;
            if ((at == 0 || !char.IsLetterOrDigit(sentence[at - 1])) && (end == sentence.Length || !char.IsLetterOrDigit(sentence[end])))
                return at;
        }

        return -1;
    }

    public static List<SentenceWord> Read(string sentence)
    {
        var words = new List<SentenceWord>();
        for (var i = 0; i < sentence.Length && words.Count < Most;)
        {
            var start = i;
            if (char.IsWhiteSpace(sentence[i]))
            {
                i++;
                continue;
            }

            if (char.IsAsciiDigit(sentence[i]))
            {
                while (i < sentence.Length && char.IsAsciiDigit(sentence[i]))
                    i++;
                var number = sentence[start..i];
                var letters = i;
                while (letters < sentence.Length && char.IsLetter(sentence[letters]))
                    letters++;
                var isOrdinal = Array.IndexOf(Ordinals, sentence[i..letters].ToLowerInvariant()) >= 0;
                words.Add(new SentenceWord(number, start) { IsOrdinal = isOrdinal });
                i = isOrdinal ? letters : i;
                continue;
            }

            if (!char.IsLetter(sentence[i]))
            {
                words.Add(new SentenceWord(sentence[i].ToString(), start));
                i++;
                continue;
            }

            while (i < sentence.Length && (char.IsLetter(sentence[i]) || IsApostrophe(sentence, i)))
                i++;
            words.Add(new SentenceWord(sentence[start..i].ToLowerInvariant().Replace('’', '\''), start));
        }

        return words;
    }

    /// <summary>One within a word: "jusqu'au".</summary>
    private static bool IsApostrophe(string sentence, int at) =>
        sentence[at] is '\'' or '’' && at + 1 < sentence.Length && char.IsLetter(sentence[at + 1]);
}
