using System.Globalization;
using CrmSync.Domain.Company;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>
/// Whether a domain speaks for an author, as DMARC understands it (RFC 7489 section 3.1): both have the same organisational domain.
/// </summary>
internal static class Alignment
{
    private static readonly IdnMapping Idn = new();

    public static bool Holds(string domain, EmailAddress author) =>
        Organisation(domain) is { } organisation && organisation == Organisation(author.Domain);

    /// <summary>What somebody registered; null for a public suffix, which is nobody's, and for what is no domain.</summary>
    private static string? Organisation(string domain)
    {
        try
        {
            return PublicSuffixList.Known.RegistrableDomain(Idn.GetAscii(domain.Trim().TrimEnd('.').ToLowerInvariant()));
        }
        catch (ArgumentException)
        {
            // Labels too long or empty: no domain anybody could have registered.
            return null;
        }
    }
}
