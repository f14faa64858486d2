namespace CrmSync.Mail.Cards;

/// <summary>A card of an address book: what it says of one person, as written (RFC 6350, RFC 2426, vCard 2.1).</summary>
/// <param name="Line">The line of its file it begins on.</param>
public sealed record VCard(int Line)
{
    public string? Uid { get; init; }

    /// <summary>The name as shown, or put together from its parts.</summary>
    public string? Name { get; init; }

    /// <summary>Addresses as written, the preferred one first.</summary>
    public IReadOnlyList<string> Emails { get; init; } = [];

    public IReadOnlyList<VCardTelephone> Telephones { get; init; } = [];

    /// <summary>The name of where they work, without departments.</summary>
    public string? Organisation { get; init; }

    /// <summary>Month and day of birth; null where the card does not give both.</summary>
    public (int Month, int Day)? Birthday { get; init; }

    /// <summary>What it stands for.</summary>
    public VCardKind Kind { get; init; }
}

/// <summary>What a card stands for.</summary>
public enum VCardKind
{
    Person,

    /// <summary>A company or a place: its telephones are nobody's own.</summary>
    Organisation,

    /// <summary>A list of other cards.</summary>
    Group,
}

/// <summary>A telephone number as written.</summary>
/// <param name="Value">The number, or a <c>tel:</c> URI.</param>
/// <param name="IsFax">Whether nobody speaks there: a fax, a pager, a modem.</param>
public sealed record VCardTelephone(string Value, bool IsFax);
