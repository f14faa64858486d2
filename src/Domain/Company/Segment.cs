namespace CrmSync.Domain.Company;

/// <summary>
/// A named group of contacts: in it by address, domain or tag, or by being in none of <see cref="NotIn"/>. Lists from files are included.
/// </summary>
public sealed record Segment(string Name, Place Place)
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    public IReadOnlyList<string> Domains { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null unless the segment is defined by <c>not_in</c>.</summary>
    public IReadOnlyList<string>? NotIn { get; init; }
}
