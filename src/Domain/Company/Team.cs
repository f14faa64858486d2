namespace CrmSync.Domain.Company;

/// <summary>A team by the ids of its people, with shared addresses whose mail counts as the team's.</summary>
public sealed record Team(string Id, string? Lead, IReadOnlyList<string> Members, IReadOnlyList<EmailAddress> Mailboxes);
