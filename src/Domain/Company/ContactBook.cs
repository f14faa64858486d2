namespace CrmSync.Domain.Company;

/// <summary>
/// Which addresses are one person and where that person belongs, as far as the policy says (policy-language.md section 5), and what is
/// known of them. Nothing is guessed from dots or <c>+</c> parts, and a directory joins no addresses.
/// </summary>
public sealed class ContactBook
{
    private readonly Dictionary<EmailAddress, ContactEntry> entries = [];
    private readonly InternalAddresses ours;
    private readonly Organisations organisations;
    private readonly PeopleDirectory directory;
    private readonly TelephoneBook telephones;

    public ContactBook(CompanyProfile company)
    {
        ours = new InternalAddresses(company);
        organisations = new Organisations(company.Classify.PublicDomains);
        directory = company.Directory;
        foreach (var written in company.Contacts)
        {
            var entry = directory.Complete(written);
            entries.TryAdd(entry.Primary, entry);
            foreach (var alias in entry.Aliases)
                entries.TryAdd(alias, entry);
        }

        telephones = new TelephoneBook(company, PrimaryByEmail, organisations.Organisation);
    }

    /// <summary>Whether the address is ours, not a contact's.</summary>
    public bool IsOurs(EmailAddress address) => ours.Contains(address);

    /// <summary>The primary address of whoever has <paramref name="address"/>; itself unless <c>contacts</c> merges it.</summary>
    public EmailAddress Primary(EmailAddress address) =>
        address.IsTelephone ? telephones.FindPerson(address) ?? address : PrimaryByEmail(address);

    /// <summary>All addresses of a person: the primary, aliases, and telephones that are theirs alone.</summary>
    public EmailAddress[] Addresses(EmailAddress primary) =>
        [primary, .. FindEntry(primary)?.Aliases ?? [], .. telephones.Find(primary)];

    /// <summary>Telephones of people of an organisation, and those that several of them share.</summary>
    public IReadOnlyList<EmailAddress> Telephones(string organisation) => telephones.In(organisation);

    /// <summary>What <c>contacts</c> and directories say of whoever has the address, or null.</summary>
    public ContactEntry? FindEntry(EmailAddress address)
    {
        var known = Primary(address);
        return entries.GetValueOrDefault(known) ?? directory.Find(known);
    }

    /// <summary>
    /// The organisation of whoever has the address: the registrable domain of the primary, or the address at a public mail domain. A
    /// telephone that is no single person's is the organisation's whose people have it, else one of its own.
    /// </summary>
    public string Organisation(EmailAddress address)
    {
        var primary = Primary(address);
        return primary.IsTelephone ? telephones.FindOrganisation(primary) ?? primary.Value : organisations.Organisation(primary);
    }

    private EmailAddress PrimaryByEmail(EmailAddress address) =>
        entries.Count > 0 && entries.TryGetValue(address, out var entry) ? entry.Primary : address;
}
