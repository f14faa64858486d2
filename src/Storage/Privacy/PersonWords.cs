using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Privacy;

/// <summary>What somebody is known by, to be looked for in texts of any kind.</summary>
internal sealed partial class PersonWords
{
    private readonly HashSet<EmailAddress> addresses;
    private readonly HashSet<string> telephones;
    private readonly string[] names;
    private readonly string[] fullNames;
    private readonly string[] localParts;

    public PersonWords(IEnumerable<EmailAddress> addresses, IEnumerable<string> names, IEnumerable<string> telephones)
    {
        this.addresses = [.. addresses];
        this.telephones = telephones.Select(Mentions.Telephone).OfType<string>().ToHashSet(StringComparer.Ordinal);
        this.names =
        [
            .. names
                .Select(name => Subjects.Collapse(name.Trim('"', '\'', ' ')))
                .Where(name => name.Length > 1 && !name.Contains('@', StringComparison.Ordinal))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        fullNames = [.. this.names.Where(name => name.Contains(' ', StringComparison.Ordinal))];
        localParts =
        [
            .. this.addresses.Select(address => address.LocalPart).Where(name => name.Length > 2).Distinct(StringComparer.Ordinal),
        ];
    }

    public IReadOnlyCollection<EmailAddress> Addresses => addresses;

    public IReadOnlyCollection<string> Names => names;

    /// <summary>As <see cref="Mentions.Telephone"/> writes them.</summary>
    public IReadOnlyCollection<string> Telephones => telephones;

    /// <summary>Whether an address or a telephone number stands in a text.</summary>
    public bool AreIn(string? text) =>
        text is { Length: > 0 }
        && (
            Mentions.AddressesIn(text).Any(addresses.Contains)
            || (telephones.Count > 0 && Mentions.TelephonesIn(text).Any(telephones.Contains)));

    /// <summary>Whether an address, a telephone number or the full name stands in a text, however that is kept.</summary>
    public bool AreNamedIn(string? text) =>
        text is { Length: > 0 } && (Found(text, fullNames) || (Plain(text) is { } plain && Found(plain, fullNames)));

    /// <summary>The same, and a name of one word, too: for what may be let go rather than kept.</summary>
    public bool MayBeNamedIn(string? text) =>
        text is { Length: > 0 } && (Found(text, names) || (Plain(text) is { } plain && Found(plain, names)));

    /// <summary>Whether a Message-ID or UID may hold what stands before the @ of an address.</summary>
    public bool MayBeHeldBy(string? id) =>
        id is { Length: > 0 } && Array.Exists(localParts, name => id.Contains(name, StringComparison.OrdinalIgnoreCase));

    private bool Found(string text, string[] sought)
    {
        if (AreIn(text))
            return true;

        if (sought.Length == 0)
            return false;

        var line = Subjects.Collapse(text);
        return Array.Exists(sought, name => IsWordIn(line, name));
    }

    private static bool IsWordIn(string text, string word)
    {
        for (
            var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            at >= 0;
            at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
                return true;
        }

        return false;
    }

    /// <summary>The text with the escapes of JSON and of URLs undone; null when there are none.</summary>
    private static string? Plain(string text)
    {
        var plain = text;
        if (text.Contains("\\u", StringComparison.Ordinal) || text.Contains("\\n", StringComparison.Ordinal))
            plain = Escape()
                .Replace(plain, match => match.Value == "\\n" ? "\n" : ((char)Convert.ToInt32(match.Value[2..], 16)).ToString());

        if (text.Contains('%', StringComparison.Ordinal))
            plain = Uri.UnescapeDataString(plain);

        return plain == text ? null : plain;
    }

    [GeneratedRegex(@"\\n|\\u[0-9A-Fa-f]{4}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
