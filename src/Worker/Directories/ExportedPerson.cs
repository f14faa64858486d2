using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;

namespace CrmSync.Worker.Directories;

/// <summary>Somebody we know, for another program.</summary>
internal sealed record ExportedPerson(IReadOnlyList<EmailAddress> Addresses, string? Name, string Owner)
{
    public string? Organisation { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public ContactDate? Birthday { get; init; }

    /// <summary>Telephones as people read them, extensions included.</summary>
    public IReadOnlyList<string> Telephones { get; init; } = [];

    /// <param name="contact">The contact.</param>
    /// <param name="name">How they are called.</param>
    public static ExportedPerson From(KnownContact contact, string? name) => new(contact.Addresses, name, contact.AssignedTo)
    {
        Organisation = contact.Facts.FirstOrDefault(fact => fact.Kind == FactKind.Organisation)?.Value,
        Tags = contact.Tags,
        Birthday = contact.Birthday,
        Telephones = [.. contact.Facts.Where(fact => fact.Kind == FactKind.Telephone).Select(fact => fact.Value)],
    };
}
