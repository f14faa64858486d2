namespace CrmSync.Domain.Log;

/// <summary>Finds questions: the one rule of what asks, for mails, tests of policy and commands.</summary>
public static class QuestionMark
{
    /// <summary>
    /// The marks that end, or in Spanish begin, a question: Latin, full width, small and vertical forms, Arabic, Armenian, Ethiopic, Vai,
    /// Bamum, Coptic, reversed, the double ones and those among the emoji.
    /// </summary>
    private static readonly System.Buffers.SearchValues<char> Marks = System.Buffers.SearchValues.Create("?？﹖︖؟՞፧⳺⳻꘏꛷⸮⁇⁈⁉‽¿❓❔;\u037E");

    /// <summary>
    /// Whether a question mark of any script stands in the text outside of web addresses; one that ends an address asks ("did you see
    /// https://x.example/?"). The Greek mark is a semicolon: it asks behind a Greek word.
    /// </summary>
    public static bool IsIn(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Marks) is >= 0 and var at)
        {
            if (rest[at] is ';' or '\u037E')
            {
                if (
                    rest[..at].TrimEnd("»)”\"'…. ") is [.., var before]
                    && IsGreek(before)
                    && (at + 1 == rest.Length || !char.IsLetterOrDigit(rest[at + 1]))
                )
                    return true;
                rest = rest[(at + 1)..];
                continue;
            }

            var start = at;
            while (start > 0 && at - start < 2000 && !char.IsWhiteSpace(rest[start - 1]))
                start--;
            var end = at + 1;
            while (
                end < rest.Length
                && rest[end] is '?' or '!' or '.' or ',' or ')' or '>' or ']' or '"' or '\'' or '*' or '_' or '»' or '”' or '’'
            )
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

    private static bool IsGreek(char c) => c is >= '\u0370' and <= '\u03FF' or >= '\u1F00' and <= '\u1FFF';

    private static bool IsAddress(ReadOnlySpan<char> word) =>
        word.Contains("://", StringComparison.Ordinal)
        || word.Contains("www.", StringComparison.OrdinalIgnoreCase)
        || word.Contains("mailto:", StringComparison.OrdinalIgnoreCase)
        || word.IndexOf('/') > 0 && word[..word.IndexOf('/')].Contains('.');
}
