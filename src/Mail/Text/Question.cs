namespace CrmSync.Mail.Text;

/// <summary>Finds questions.</summary>
public static class Question
{
    /// <summary>
    /// Whether a question mark stands in the text outside of web addresses; one that ends an address asks ("did you see
    /// https://x.example/?").
    /// </summary>
    public static bool IsIn(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAny('?', '？', '؟') is >= 0 and var at)
        {
            var start = at;
            while (start > 0 && at - start < 2000 && !char.IsWhiteSpace(rest[start - 1]))
                start--;
            var end = at + 1;
            while (end < rest.Length && rest[end] is '?' or '!' or '.' or ',' or ')' or '>' or ']' or '"' or '\'' or '*' or '_')
                end++;
            var last = end == rest.Length || char.IsWhiteSpace(rest[end]);
            if (last || !IsAddress(rest[start..at]))
                return true;

            // On to the end of the address, so that each character is looked at once.
            while (end < rest.Length && !char.IsWhiteSpace(rest[end]))
                end++;
            rest = rest[end..];
        }

        return false;
    }

    private static bool IsAddress(ReadOnlySpan<char> word) =>
        word.Contains("://", StringComparison.Ordinal)
        || word.Contains("www.", StringComparison.OrdinalIgnoreCase)
        || word.Contains("mailto:", StringComparison.OrdinalIgnoreCase)
        || word.IndexOf('/') > 0 && word[..word.IndexOf('/')].Contains('.');
}
