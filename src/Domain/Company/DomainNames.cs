using System.Globalization;
using System.Text;

namespace CrmSync.Domain.Company;

/// <summary>Comparison of domain names by their labels, in the one spelling all of them have here.</summary>
public static class DomainNames
{
    private const string Encoded = "xn--";

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>
    /// The spelling by which a domain is compared and shown: lower case, and the letters it means where it was written for the wire
    /// (<c>xn--kping-jua.example</c> is <c>köping.example</c>, RFC 5891).
    /// </summary>
    public static string Normalize(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        var lower = domain.ToLowerInvariant();
        if (lower.Contains(Encoded, StringComparison.Ordinal))
        {
            try
            {
                lower = Idn.GetUnicode(lower).ToLowerInvariant();
            }
            catch (ArgumentException)
            {
                // Somebody made up a label that encodes nothing: it is compared as it is written.
                return lower;
            }
        }

        return Ascii.IsValid(lower) ? lower : Composed(lower);
    }

    /// <summary>The spelling for the wire, as Message-IDs, links and other servers want it.</summary>
    public static string ToAscii(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        try
        {
            return Ascii.IsValid(domain) ? domain : Idn.GetAscii(domain);
        }
        catch (ArgumentException)
        {
            // No name anybody could register; whoever is handed it will say so.
            return domain;
        }
    }

    /// <summary>Whether <paramref name="domain"/> is <paramref name="parent"/> or a subdomain of it. Both normalized.</summary>
    public static bool IsUnder(ReadOnlySpan<char> domain, ReadOnlySpan<char> parent) =>
        parent.Length > 0
        && domain.EndsWith(parent, StringComparison.Ordinal)
        && (domain.Length == parent.Length || domain[domain.Length - parent.Length - 1] == '.');

    /// <summary>With accents and letters as one character each, as keyboards differ; broken text stays as it is.</summary>
    private static string Composed(string text)
    {
        try
        {
            return text.Normalize();
        }
        catch (ArgumentException)
        {
            return text;
        }
    }
}
