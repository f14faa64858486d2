using CrmSync.Domain.Company;

namespace CrmSync.Domain.Policy;

/// <summary>An entry of <c>assign</c>.</summary>
public sealed record AssignEntry(int Number, Condition? When, OwnerChoice Owner, bool PerOrganisation, Place Place);

/// <summary>Who an <c>assign</c> entry names.</summary>
public abstract record OwnerChoice
{
    public sealed record ThePerson(string Id) : OwnerChoice;

    public sealed record TeamLead(string Team) : OwnerChoice;

    public sealed record FirstContact : OwnerChoice;

    public sealed record LastContact : OwnerChoice;
}
