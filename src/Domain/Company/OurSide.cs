namespace CrmSync.Domain.Company;

/// <summary><c>us</c>: who is internal, besides people, teams and accounts.</summary>
/// <param name="Domains">With subdomains; lower case.</param>
/// <param name="Addresses">Single addresses; those of the accounts in crmsync.yaml are added by whoever builds the policy.</param>
public sealed record OurSide(IReadOnlyList<string> Domains, IReadOnlyList<EmailAddress> Addresses)
{
    /// <summary>The address of the command mailbox, if there is one.</summary>
    public EmailAddress? CommandMailbox { get; init; }
}
