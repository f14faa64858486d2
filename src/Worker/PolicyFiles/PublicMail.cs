using CrmSync.Domain.Contacts;
using CrmSync.Domain.Policy;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>The mail services anybody can have an address at.</summary>
internal static class PublicMail
{
    private static readonly string[] Known = ["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de", "web.de", "proton.me"];

    public static bool Serves(string domain, ClassifySettings classify) =>
        Known.Concat(classify.PublicDomains).Any(service => DomainNames.IsUnder(domain, service));
}
