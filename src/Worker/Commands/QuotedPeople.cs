using System.Text.RegularExpressions;

namespace CrmSync.Worker.Commands;

/// <summary>Finds who is named in the heads of mails that somebody quotes or forwards.</summary>
internal static partial class QuotedPeople
{
    private const int MostLines = 2000;

    /// <summary>The addresses in lower case: authors in the order they stand there, then whom they wrote to.</summary>
    public static IReadOnlyList<string> In(string whole)
    {
        var authors = new List<string>();
        var others = new List<string>();
        foreach (var line in whole.Split('\n').Take(MostLines))
        {
            if (line.Length > 1000 || Head().Match(line) is not { Success: true } head)
                continue;

            var found = head.Groups["author"].Success ? authors : others;
            found.AddRange(Address().Matches(line).Select(match => match.Value.ToLowerInvariant()));
        }

        // In a language nobody listed here the first labelled line with an address names the author.
        if (authors.Count + others.Count == 0)
            authors.AddRange(
                whole
                    .Split('\n')
                    .Take(MostLines)
                    .Where(line => line.Length <= 1000 && Labelled().IsMatch(line))
                    .Select(line => Address().Match(line))
                    .Where(match => match.Success)
                    .Select(match => match.Value.ToLowerInvariant())
                    .Take(1));

        return [.. authors.Concat(others).Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^[>\s*_]*\p{L}[\p{L}\p{M} .-]{0,30}[*_]*\s*[:：]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Labelled();

    /// <summary>Without backtracking: mails hold what anybody likes.</summary>
    [GeneratedRegex(
        @"^[>\s*_]*((?<author>From|Von|De|Da|Van|Från|Fra|Od)|To|An|À|Cc|Para|Aan|Till|Til|Do)[*_]*\s*:",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(
        @"[\w.!#$%&'*+/=?^{|}~-]+@[\w-]+(\.[\w-]+)+",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    /// <summary>Every address in a text, in lower case.</summary>
    public static IEnumerable<string> AddressesIn(string text) =>
        Address().Matches(text.Length > 4000 ? text[..4000] : text).Select(match => match.Value.ToLowerInvariant());
}
