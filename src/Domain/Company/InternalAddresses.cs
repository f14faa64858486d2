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

    /// <summary>Those of a company.</summary>
    public InternalAddresses(CompanyProfile company)
        : this(
            company.Us,
            company.People.SelectMany(person => person.Also.Prepend(person.Email).Concat(person.Telephones)),
            company.Teams.SelectMany(team => team.Mailboxes))
    {
    }

    /// <summary>Those of its parts.</summary>
    /// <param name="us">Domains, single addresses, the command mailbox.</param>
    /// <param name="people">All addresses of our people.</param>
    /// <param name="mailboxes">Shared mailboxes of teams.</param>
    public InternalAddresses(OurSide us, IEnumerable<EmailAddress> people, IEnumerable<EmailAddress> mailboxes)
    {
        ArgumentNullException.ThrowIfNull(us);
        domains = us.Domains;
        commandMailbox = us.CommandMailbox;
        addresses = [.. us.Addresses, .. people, .. mailboxes];
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
