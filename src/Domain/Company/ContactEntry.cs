using System.Globalization;

namespace CrmSync.Domain.Company;

/// <summary>An entry of <c>contacts</c>: addresses that are one person, and what is known about them.</summary>
public sealed record ContactEntry(EmailAddress Primary, Place Place)
{
    public string? Name { get; init; }

    public IReadOnlyList<EmailAddress> Aliases { get; init; } = [];

    /// <summary>Their telephones: a call from or to one is a call with them.</summary>
    public IReadOnlyList<CardTelephone> Telephones { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Dates by field name.</summary>
    public IReadOnlyDictionary<string, ContactDate> Dates { get; init; } = new Dictionary<string, ContactDate>();

    /// <summary>The name of where they work, as a directory says; null where none does.</summary>
    public string? Organisation { get; init; }

    /// <summary>Who of us looks after them unless <c>assign</c> says otherwise, as a directory writes it; null where none does.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether no entry of <c>contacts</c> is behind it, only a directory.</summary>
    public bool IsImported { get; init; }

    /// <summary>What is known of them, each with who says so.</summary>
    public IReadOnlyList<ContactFact> Facts { get => field ?? Written(); init; }

    /// <summary>What the policy says.</summary>
    private List<ContactFact> Written()
    {
        var facts = new List<ContactFact>();
        if (IsImported)
            return facts;

        if (Name is not null)
            facts.Add(new ContactFact(FactKind.Name, Name, Place.ToString(), Place));

        foreach (var telephone in Telephones)
            facts.Add(new ContactFact(FactKind.Telephone, telephone.Shown, Place.ToString(), Place));

        foreach (var (field, date) in Dates)
            facts.Add(new ContactFact(FactKind.Date, $"{field} {date}", Place.ToString(), Place) { Field = field, Date = date });

        foreach (var tag in Tags)
            facts.Add(new ContactFact(FactKind.Tag, tag, Place.ToString(), Place));

        return facts;
    }
}

/// <summary>A yearly day (<c>MM-DD</c>: year is null) or a full date.</summary>
public sealed record ContactDate(int? Year, int Month, int Day)
{
    public override string ToString() => Year is { } year
        ? string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{Month:00}-{Day:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{Month:00}-{Day:00}");
}
