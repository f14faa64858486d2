using CrmSync.Domain.Company;

namespace CrmSync.Worker.Commands;

/// <summary>What of a colleague's own words in a mail to the address for notes is the note.</summary>
internal static class NotedWords
{
    private const int LongestGreeting = 60;

    /// <summary>A letter to the customer is in the log itself; of what it says a note keeps so much.</summary>
    private const int LongestLetter = 600;

    /// <param name="own">The author's own words, without what they quote or forward.</param>
    /// <param name="author">Whose name begins the signature.</param>
    /// <param name="isLetter">Whether they were written to somebody outside, with us in copy.</param>
    public static string Read(string own, Person author, bool isLetter)
    {
        var words = ReplyText.WithoutSignature(own.Trim(), author);
        return isLetter ? Shortened(WithoutGreeting(words)) : words;
    }

    private static string WithoutGreeting(string letter)
    {
        var end = letter.IndexOf('\n', StringComparison.Ordinal);
        return end is > 0 and <= LongestGreeting && letter[..end].TrimEnd() is [.., ',' or '!' or '，'] ? letter[end..].Trim() : letter;
    }

    /// <summary>The first paragraphs that fit.</summary>
    private static string Shortened(string letter)
    {
        if (letter.Length <= LongestLetter)
            return letter;

        var paragraph = letter.LastIndexOf("\n\n", LongestLetter, StringComparison.Ordinal);
        var end = paragraph > 0 ? paragraph : letter.LastIndexOf(' ', LongestLetter);
        return $"{letter[..(end > 0 ? end : LongestLetter)].TrimEnd()} …";
    }
}
