namespace CrmSync.Domain.Company;

/// <summary>What a fact is about.</summary>
public enum FactKind
{
    Name,
    Organisation,
    Telephone,
    Date,
    Tag,
    Owner,
}

/// <summary>Something a directory or the policy says of a contact.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Value">As people read it; of a date its field and day.</param>
/// <param name="Source">Where it is said.</param>
/// <param name="Place">The same where the policy says it, or null.</param>
public sealed record ContactFact(FactKind Kind, string Value, string Source, Place? Place = null)
{
    /// <summary>The field of a date.</summary>
    public string? Field { get; init; }

    public ContactDate? Date { get; init; }
}
