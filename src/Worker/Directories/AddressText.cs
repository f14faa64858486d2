using CrmSync.Domain.Company;

namespace CrmSync.Worker.Directories;

/// <summary>Reads addresses as address books write them: <c>mailto:</c>, with a name before them, several in one field.</summary>
internal static class AddressText
{
    /// <summary>The addresses in some texts, each once.</summary>
    public static IReadOnlyList<EmailAddress> In(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text.Split([';', ',', '\n', ' ', '\t', '|'])).Select(Find).OfType<EmailAddress>().Distinct()];

    private static EmailAddress? Find(string text)
    {
        var plain = text.Trim().Trim('<', '>', '"', '\'', '(', ')');
        if (plain.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            plain = plain[7..].Split('?')[0];

        return EmailAddress.TryParse(plain, out var address) && address.Domain.Length > 0
            && !address.Value.StartsWith("tel:", StringComparison.Ordinal)
            ? address
            : null;
    }
}
