namespace CrmSync.Mail.Text;

/// <summary>Titles of meetings that say they were cancelled, as Outlook leaves them in the calendars of those who were invited.</summary>
public static class CancelledTitle
{
    private static readonly string[] Phrases =
    [
        .. PhraseFile.Read("cancelled-titles.txt", "title").OrderByDescending(phrase => phrase.Length),
    ];

    /// <summary>
    /// Whether a title says so: by a phrase with a colon or a dash behind it, by one in brackets, or by being one. A title that merely
    /// begins with such a word is about something else.
    /// </summary>
    public static bool Is(string? title)
    {
        var text = title.AsSpan().Trim();
        if (text.IsEmpty)
            return false;

        var isBracketed = text[0] is '[' or '(' or '【' or '（';
        if (isBracketed)
            text = text[1..].TrimStart();
        foreach (var phrase in Phrases)
        {
            if (!text.StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
                continue;

            var rest = text[phrase.Length..].TrimStart();
            if (isBracketed ? rest is [']' or ')' or '】' or '）', ..] : EndsPhrase(rest, text[phrase.Length..]))
                return true;
        }

        return false;
    }

    /// <summary>French typography puts a blank before the colon; a dash without blanks is part of a word.</summary>
    private static bool EndsPhrase(ReadOnlySpan<char> rest, ReadOnlySpan<char> written) =>
        rest.IsEmpty
        || rest[0] is ':' or '：' or '–' or '—'
        || (rest[0] == '-' && written[0] != '-' && rest.Length > 1 && char.IsWhiteSpace(rest[1]));
}
