namespace CrmSync.Domain.Company;

/// <summary>An entry of <c>contacts</c>: addresses that are one person, and what is known about them.</summary>
public sealed record ContactEntry(EmailAddress Primary, Place Place)
{
    public string? Name { get; init; }

    public IReadOnlyList<EmailAddress> Aliases { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Dates by field name.</summary>
    public IReadOnlyDictionary<string, ContactDate> Dates { get; init; } = new Dictionary<string, ContactDate>();
}

/// <summary>A yearly day (<c>MM-DD</c>: year is null) or a full date.</summary>
public sealed record ContactDate(int? Year, int Month, int Day);
