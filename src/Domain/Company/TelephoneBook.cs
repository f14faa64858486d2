namespace CrmSync.Domain.Company;

/// <summary>
/// Whose telephone a number is (policy-language.md section 5). What <c>contacts</c> says goes before what directories say; a number that
/// fits several people is that of their organisation, and of nobody when they have none in common.
/// </summary>
internal sealed class TelephoneBook
{
    private readonly Dictionary<EmailAddress, EmailAddress> people = [];
    private readonly Dictionary<EmailAddress, string> organisations = [];
    private readonly ILookup<EmailAddress, EmailAddress> byPerson;
    private readonly ILookup<string, EmailAddress> byOrganisation;

    /// <param name="company">Whose contacts and directories name telephones.</param>
    /// <param name="primary">The primary address of whoever has one.</param>
    /// <param name="organisation">The organisation of a primary address.</param>
    public TelephoneBook(
        CompanyProfile company, Func<EmailAddress, EmailAddress> primary, Func<EmailAddress, string> organisation)
    {
        var ours = company.People.SelectMany(person => person.Telephones).ToHashSet();
        var claims = new Dictionary<EmailAddress, List<Claim>>();
        foreach (var contact in company.Contacts)
            Claim(contact.Telephones, contact.Primary, isPlace: false);

        var written = claims.Keys.ToHashSet();
        foreach (var card in company.Directory.Cards)
        {
            if (card.Addresses.Count > 0)
                Claim(card.Telephones.Where(telephone => !written.Contains(telephone.Address)), primary(card.Addresses[0]), card.IsPlace);
        }

        foreach (var (telephone, all) in claims)
            Settle(telephone, all, organisation);

        byPerson = people.ToLookup(one => one.Value, one => one.Key);
        byOrganisation = organisations.ToLookup(one => one.Value, one => one.Key, StringComparer.Ordinal);

        void Claim(IEnumerable<CardTelephone> telephones, EmailAddress person, bool isPlace)
        {
            foreach (var telephone in telephones)
            {
                var address = telephone.Address;
                if (ours.Contains(address))
                    continue;

                if (!claims.TryGetValue(address, out var all))
                    claims[address] = all = [];

                all.Add(new Claim(person, isPlace || telephone.IsShared));
            }
        }
    }

    /// <summary>The primary address of the only person who has it; null when there is none, or several.</summary>
    public EmailAddress? FindPerson(EmailAddress telephone) => people.GetValueOrDefault(telephone);

    /// <summary>The organisation whose people have it; null where nobody is known to, or people of several.</summary>
    public string? FindOrganisation(EmailAddress telephone) => organisations.GetValueOrDefault(telephone);

    /// <summary>The telephones that are a person's alone.</summary>
    public IEnumerable<EmailAddress> Find(EmailAddress person) => byPerson[person];

    /// <summary>The telephones of an organisation and its people.</summary>
    public IReadOnlyList<EmailAddress> In(string organisation) => [.. byOrganisation[organisation]];

    private void Settle(EmailAddress telephone, List<Claim> claims, Func<EmailAddress, string> organisation)
    {
        var holders = claims.Select(claim => claim.Person).Distinct().ToList();
        if (holders.Count == 1 && claims.TrueForAll(claim => !claim.IsShared))
            people[telephone] = holders[0];

        if (holders.Select(organisation).Distinct(StringComparer.Ordinal).ToList() is [var only])
            organisations[telephone] = only;
    }

    /// <summary>Somebody who is said to have a telephone.</summary>
    private sealed record Claim(EmailAddress Person, bool IsShared);
}
