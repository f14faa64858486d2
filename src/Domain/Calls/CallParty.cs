using CrmSync.Domain.Company;

namespace CrmSync.Domain.Calls;

/// <summary>A side of a call as a row names it.</summary>
/// <param name="Address">A telephone, an extension, or the address of an account of ours.</param>
/// <param name="Name">As written beside it, or null.</param>
public sealed record CallParty(EmailAddress Address, string? Name = null);
