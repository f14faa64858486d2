namespace CrmSync.Domain.Company;

/// <summary>
/// Who is ours (policy-language.md section 4): the domains and addresses of <c>us</c>, everybody in <c>people</c> and <c>teams</c>, the
/// command mailbox.
/// </summary>
public sealed class InternalAddresses
{
    private readonly HashSet<EmailAddress> addresses;
    private readonly IReadOnlyList<string> domains;
    private readonly EmailAddress? commandMailbox;

    public InternalAddresses(CompanyProfile company)
    {
        domains = company.Us.Domains;
        commandMailbox = company.Us.CommandMailbox;
        addresses =
        [
            .. company.Us.Addresses,
            .. company.People.SelectMany(person => person.Also.Prepend(person.Email)),
            .. company.Teams.SelectMany(team => team.Mailboxes),
        ];
    }

    public bool Contains(EmailAddress address) =>
        addresses.Contains(address) || ContainsDomain(address.Domain) || IsCommandMailbox(address);

    /// <summary>Whether a domain, or the host part of a List-Id, is under one of ours.</summary>
    public bool ContainsDomain(string domain)
    {
        foreach (var ours in domains)
        {
            if (DomainNames.IsUnder(domain, ours))
                return true;
        }

        return false;
    }

    /// <summary>Whether it is the command mailbox, plain or with a verb (<c>crmsync+done@</c>).</summary>
    public bool IsCommandMailbox(EmailAddress address)
    {
        if (commandMailbox is null)
            return false;

        if (address == commandMailbox)
            return true;

        var plus = address.Value.IndexOf('+', StringComparison.Ordinal);
        return plus > 0
            && address.Domain == commandMailbox.Domain
            && address.Value.AsSpan(0, plus).SequenceEqual(commandMailbox.LocalPart);
    }
}
