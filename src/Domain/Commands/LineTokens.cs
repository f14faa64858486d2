using System.Globalization;
using System.Text.RegularExpressions;

namespace CrmSync.Domain.Commands;

internal enum TokenKind
{
    Word,

    /// <summary>One to three digits by themselves.</summary>
    Number,

    /// <summary>Letters and digits, as items are called.</summary>
    Id,

    /// <summary>One character that is neither.</summary>
    Mark,
}

/// <summary>A word, number or mark of a line.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">In lower case, with straight apostrophes and hyphens.</param>
/// <param name="Start">Where it begins in the line.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End)
{
    public int Number => int.Parse(Text, CultureInfo.InvariantCulture);
}

/// <summary>Takes a line apart.</summary>
internal static partial class LineTokens
{
    /// <summary>More than anybody writes in a line that is a command.</summary>
    private const int Most = 200;

    public static Token[] In(string line)
    {
        var tokens = new List<Token>();
        for (var match = Any().Match(line); match.Success && tokens.Count < Most; match = match.NextMatch())
        {
            var text = match.Value.ToLowerInvariant().Replace('’', '\'').Replace('‘', '\'').Replace('‐', '-').Replace('‑', '-');
            var kind =
                match.Groups["id"].Success ? TokenKind.Id
                : match.Groups["number"].Success ? TokenKind.Number
                : match.Groups["word"].Success ? TokenKind.Word
                : TokenKind.Mark;
            tokens.Add(new Token(kind, text, match.Index, match.Index + match.Length));
        }

        return [.. tokens];
    }

    /// <summary>A date and a length such as <c>3d</c> are words; so is everything of letters and digits that is no id.</summary>
    [GeneratedRegex(
        @"(?<word>\d{4}-\d{1,2}-\d{1,2}|n°|\d{1,3}(?:h|d|w|mo|st|nd|rd|th|er|hours?|days?|weeks?|months?|tagen?|tage?|wochen?|monaten?|"
            + @"jours?|semaines?|mois|heures?|stunden?)(?!\w)|\d{4,}(?!\w))|(?<id>(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{5,10}(?!\w))|"
            + @"(?<number>\d{1,3}(?![\w°]))|(?<word>[\p{L}\p{M}\p{N}_]+(?:['’‘‐‑@.-][\p{L}\p{M}\p{N}_]+)*(?:['’](?=\s))?)|(?<mark>\S)",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Any();
}
