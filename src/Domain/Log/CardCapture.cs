using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>What may be kept of what a directory says (policy-language.md section 5).</summary>
/// <param name="company">Who is ours, and what privacy asks for.</param>
public sealed class CardCapture(CompanyProfile company)
{
    private readonly InternalAddresses ours = new(company);
    private readonly Privacy privacy = company.Privacy;

    /// <summary>
    /// Null for one of us and for people of whom nothing is kept; without the birthday where only what headers say is.
    /// </summary>
    public DirectoryCard? Keep(DirectoryCard card)
    {
        if (card.Addresses.Any(ours.Contains))
            return null;

        EmailAddress[] addresses = [.. card.Addresses.Where(address => !privacy.NoCapture.Covers(address))];
        if (addresses.Length < card.Addresses.Count)
            return null;

        return card.Birthday is not null && addresses.Any(privacy.MetadataOnly.Covers) ? card with { Birthday = null } : card;
    }
}
