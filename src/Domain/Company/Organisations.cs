using System.Collections.Frozen;

namespace CrmSync.Domain.Company;

/// <summary>
/// Which organisation an address belongs to: its registrable domain, and at public mail domains the address itself (policy-language.md
/// section 5).
/// </summary>
/// <param name="morePublicDomains"><c>classify.public_domains</c>: lower case, besides the built-in list.</param>
public sealed class Organisations(IEnumerable<string> morePublicDomains)
{
    private readonly HashSet<string> more = [.. morePublicDomains];
    private readonly Dictionary<string, string?> byDomain = new(StringComparer.Ordinal);

    /// <summary>Domains at which anybody can have a mailbox.</summary>
    public static FrozenSet<string> PublicMailDomains { get; } = ReadList();

    /// <summary>Whether mailboxes at <paramref name="domain"/> have nothing in common.</summary>
    public bool IsPublic(string domain)
    {
        for (var name = domain.AsSpan(); ; name = name[(name.IndexOf('.') + 1)..])
        {
            if (
                PublicMailDomains.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name)
                || more.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name))
                return true;

            if (!name.Contains('.'))
                return false;
        }
    }

    /// <summary>The organisation of <paramref name="address"/>: a domain, or the whole address at a public mail domain.</summary>
    public string Organisation(EmailAddress address)
    {
        var domain = address.Domain;
        string? organisation;
        lock (byDomain)
        {
            if (!byDomain.TryGetValue(domain, out organisation))
                byDomain[domain] = organisation = IsPublic(domain) ? null : PublicSuffixList.Known.RegistrableDomain(domain) ?? domain;
        }

        return organisation ?? address.Value;
    }

    private static FrozenSet<string> ReadList()
    {
        using var list = PublicSuffixList.Resource("public_mail_domains.txt");
        var domains = new List<string>();
        while (list.ReadLine() is { } line)
        {
            var domain = line.Split('#')[0].Trim();
            if (domain.Length > 0)
                domains.Add(domain);
        }

        return domains.ToFrozenSet(StringComparer.Ordinal);
    }
}
