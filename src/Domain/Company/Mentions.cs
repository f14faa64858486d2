using System.Text;
using System.Text.RegularExpressions;

namespace CrmSync.Domain.Company;

/// <summary>Finds addresses and telephone numbers wherever they stand: in a text, a header, an id, or the name of a file.</summary>
public static partial class Mentions
{
    /// <summary>
    /// What two ways of writing one telephone number have in common: with and without the country, with and without the leading zero.
    /// </summary>
    private const int TelephoneDigits = 8;

    private const int FewestDigits = 7;
    private const int MostDigits = 15;

    private static readonly string[] FileEndings = [".ics", ".eml", ".vcf", ".html"];

    /// <summary>
    /// Every address in a text, also where a list or a mail server wrote one address into another
    /// (<c>bounce+jane=acme.example@list.example</c>), and where a URL or a file name holds it.
    /// </summary>
    public static IEnumerable<EmailAddress> AddressesIn(string? text)
    {
        if (text is null || !(text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal)))
            yield break;

        foreach (Match match in Address().Matches(text))
        {
            foreach (var address in Readings(Written(text, match)))
                yield return address;
        }
    }

    /// <summary>The telephone numbers in a text, each as <see cref="Telephone"/> writes it.</summary>
    public static IEnumerable<string> TelephonesIn(string? text)
    {
        if (text is null)
            yield break;

        foreach (Match match in Number().Matches(text))
        {
            if (Telephone(match.Value) is { } number)
                yield return number;
        }
    }

    /// <summary>The last digits of a telephone number, which all ways of writing it share; null for what is none.</summary>
    public static string? Telephone(string text)
    {
        var digits = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
                digits.Append(c);
        }

        return digits.Length is < FewestDigits or > MostDigits
            ? null
            : digits.ToString(Math.Max(0, digits.Length - TelephoneDigits), Math.Min(TelephoneDigits, digits.Length));
    }

    /// <summary>The text with something else in the place of some addresses.</summary>
    /// <param name="text">The text.</param>
    /// <param name="which">Those to be replaced.</param>
    /// <param name="by">What takes their place.</param>
    public static string Replace(string text, Func<EmailAddress, bool> which, string by) =>
        Address()
            .Replace(
                text,
                match =>
                    Written(text, match) is var written && Readings(written).Any(which) ? match.Value[..^written.Length] + by : match.Value
            );

    /// <summary>The run of characters without the letter of an escape of JSON: <c>\njane@acme.example</c>.</summary>
    private static string Written(string text, Match match) =>
        match.Index > 0 && text[match.Index - 1] == '\\' && match.Value[0] is 'n' or 'r' or 't' ? match.Value[1..] : match.Value;

    /// <summary>The addresses one run of characters may stand for.</summary>
    private static IEnumerable<EmailAddress> Readings(string written)
    {
        var at = written.LastIndexOf('@');
        var (before, after) = at >= 0 ? (written[..at], written[(at + 1)..]) : Split(written, "%40");
        foreach (var ending in FileEndings)
        {
            if (
                after.EndsWith(ending, StringComparison.OrdinalIgnoreCase)
                && EmailAddress.TryParse($"{before}@{after[..^ending.Length]}", out var inFileName))
                yield return inFileName;
        }

        if (EmailAddress.TryParse($"{before}@{after}", out var plain))
            yield return plain;

        // What stands before the address in a URL, a list of parameters, or quotes.
        for (var i = 0; i < before.Length - 1; i++)
        {
            if (
                before[i] is '=' or '/' or '?' or '&' or '\'' or '`' or '|' or '{'
                && EmailAddress.TryParse($"{before[(i + 1)..]}@{after}", out var behind))
                yield return behind;
        }

        var equals = before.LastIndexOf('=');
        if (equals <= 0 || equals == before.Length - 1)
            yield break;

        // Variable envelope return paths: bounce+jane=acme.example@..., and those of forwarders: SRS0=hash=tt=acme.example=jane@...
        var (left, right) = (before[..equals], before[(equals + 1)..]);
        for (var start = 0; start >= 0; start = NextWord(left, start))
        {
            if (EmailAddress.TryParse($"{left[start..]}@{right}", out var embedded) && right.Contains('.', StringComparison.Ordinal))
                yield return embedded;
        }

        if (left.LastIndexOf('=') is >= 0 and var domain && EmailAddress.TryParse($"{right}@{left[(domain + 1)..]}", out var forwarded))
            yield return forwarded;
    }

    /// <summary>Where the next word of the part before an address begins; -1 when there is none.</summary>
    private static int NextWord(string text, int from)
    {
        var at = text.AsSpan(from).IndexOfAny("+-=");
        return at < 0 || from + at + 1 >= text.Length ? -1 : from + at + 1;
    }

    private static (string Before, string After) Split(string text, string separator)
    {
        var at = text.LastIndexOf(separator, StringComparison.Ordinal);
        return (text[..at], text[(at + separator.Length)..]);
    }

    [GeneratedRegex(
        @"[\p{L}\p{N}_.!#$%&'*+/=?^`{|}~-]+(@|%40)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(
        @"\+?\(?[0-9]([ ().\-/]{0,3}[0-9]){6,17}",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
