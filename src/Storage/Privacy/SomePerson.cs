using CrmSync.Domain.Company;

namespace CrmSync.Storage.Privacy;

/// <summary>Somebody outside who asks what is held about them, or to be erased.</summary>
/// <param name="Addresses">Every address of theirs, the one asked for first.</param>
public sealed record SomePerson(IReadOnlyList<EmailAddress> Addresses)
{
    /// <summary>What the configuration calls them; names in the log are found besides.</summary>
    public IReadOnlyCollection<string> Names { get; init; } = [];

    /// <summary>Telephone numbers as anybody writes them; those in notes about them are found besides.</summary>
    public IReadOnlyCollection<string> Telephones { get; init; } = [];

    /// <summary>The ids of the policy's items about them.</summary>
    public IReadOnlyCollection<string> Items { get; init; } = [];
}
