namespace CrmSync.Domain.Company;

/// <summary>What a directory says of one person (interface.md section 3, <c>directories</c>).</summary>
/// <param name="Source">Where it says so: a file with its line, an address book, a mailbox.</param>
public sealed record DirectoryCard(string Source)
{
    public string? Name { get; init; }

    /// <summary>The first is the one a call from a telephone of theirs counts for.</summary>
    public IReadOnlyList<EmailAddress> Addresses { get; init; } = [];

    public IReadOnlyList<CardTelephone> Telephones { get; init; } = [];

    /// <summary>The name of where they work; which organisation an address belongs to follows from its domain alone.</summary>
    public string? Organisation { get; init; }

    /// <summary>The day of the year.</summary>
    public ContactDate? Birthday { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Who of us looks after them: an id, an address or a name, as written.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether the telephones are those of a place, not of a person.</summary>
    public bool IsPlace { get; init; }
}

/// <summary>A telephone of somebody.</summary>
/// <param name="Number">In the form of E.164: <c>+</c>, the country and the number, digits only.</param>
/// <param name="Shown">As people read it.</param>
public sealed record CardTelephone(string Number, string Shown)
{
    /// <summary>The address under which calls name it.</summary>
    public EmailAddress Address => EmailAddress.FromTelephone(Number);

    /// <summary>Whether it has an extension: then the number is that of a switchboard, not this person's alone.</summary>
    public bool IsShared { get; init; }
}
