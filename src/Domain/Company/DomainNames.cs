namespace CrmSync.Domain.Company;

/// <summary>Comparison of domain names by their labels.</summary>
public static class DomainNames
{
    /// <summary>Whether <paramref name="domain"/> is <paramref name="parent"/> or a subdomain of it. Both in lower case.</summary>
    public static bool IsUnder(ReadOnlySpan<char> domain, ReadOnlySpan<char> parent) =>
        parent.Length > 0
        && domain.EndsWith(parent, StringComparison.Ordinal)
        && (domain.Length == parent.Length || domain[domain.Length - parent.Length - 1] == '.');
}
