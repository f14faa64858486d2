namespace CrmSync.Domain.Company;

/// <summary>
/// What directories say of people, by address and by telephone. It makes nobody a contact: it completes what is known of those the log or
/// the policy names, and what <c>contacts</c> says stands.
/// </summary>
public sealed class PeopleDirectory
{
    /// <summary>The field of a date in which a birthday stands.</summary>
    public const string BirthdayField = "birthday";

    private static readonly Place Nowhere = new("directories", 1, 1);

    private readonly Dictionary<EmailAddress, List<DirectoryCard>> byAddress = [];
    private readonly Dictionary<EmailAddress, ContactEntry> entries = [];
    private readonly IReadOnlyList<DirectoryCard> cards;

    /// <param name="cards">In the order of their directories: what an earlier one says of somebody goes before what a later one
    /// says.</param>
    public PeopleDirectory(IReadOnlyList<DirectoryCard> cards)
    {
        this.cards = cards;
        foreach (var card in cards)
        {
            foreach (var address in card.Addresses)
            {
                if (!byAddress.TryGetValue(address, out var list))
                    byAddress[address] = list = [];

                list.Add(card);
            }
        }

        foreach (var address in byAddress.Keys)
            entries[address] = Complete(new ContactEntry(address, Nowhere) { IsImported = true });
    }

    /// <summary>Nobody.</summary>
    public static PeopleDirectory Empty { get; } = new([]);

    public IReadOnlyList<DirectoryCard> Cards => cards;

    /// <summary>What is known of an address the policy does not name; null for nothing.</summary>
    public ContactEntry? Find(EmailAddress address) => entries.GetValueOrDefault(address);

    /// <summary>An entry of <c>contacts</c> with what directories say besides.</summary>
    public ContactEntry Complete(ContactEntry entry)
    {
        if (byAddress.Count == 0)
            return entry;

        var found = entry.Aliases.Prepend(entry.Primary).SelectMany(CardsWith).Distinct().ToList();
        if (found.Count == 0)
            return entry;

        var facts = entry.Facts.ToList();
        foreach (var card in found)
            AddFacts(card, facts);

        return entry with
        {
            Name = entry.Name ?? First(found, card => card.Name),
            Organisation = First(found, card => card.Organisation),
            Owner = First(found, card => card.Owner),
            Tags = [.. entry.Tags.Concat(found.SelectMany(card => card.Tags)).Distinct(StringComparer.Ordinal)],
            Dates = DatesWith(entry, found),
            Facts = facts,
        };
    }

    private List<DirectoryCard> CardsWith(EmailAddress address) => byAddress.GetValueOrDefault(address) ?? [];

    private static string? First(List<DirectoryCard> cards, Func<DirectoryCard, string?> said) =>
        cards.Select(said).FirstOrDefault(value => value is not null);

    private static IReadOnlyDictionary<string, ContactDate> DatesWith(ContactEntry entry, List<DirectoryCard> cards)
    {
        if (entry.Dates.ContainsKey(BirthdayField) || cards.Find(card => card.Birthday is not null)?.Birthday is not { } birthday)
            return entry.Dates;

        return new Dictionary<string, ContactDate>(entry.Dates, StringComparer.Ordinal) { [BirthdayField] = birthday };
    }

    /// <summary>Adds what a card says and nobody said before: a name, an organisation, an owner and a birthday are said once.</summary>
    private static void AddFacts(DirectoryCard card, List<ContactFact> facts)
    {
        AddOnce(FactKind.Name, card.Name);
        AddOnce(FactKind.Organisation, card.Organisation);
        foreach (var telephone in card.Telephones)
            AddEach(FactKind.Telephone, telephone.Shown);

        if (card.Birthday is { } birthday && !facts.Exists(fact => fact is { Kind: FactKind.Date, Field: BirthdayField }))
        {
            facts.Add(
                new ContactFact(FactKind.Date, $"{BirthdayField} {birthday}", card.Source) { Field = BirthdayField, Date = birthday });
        }

        foreach (var tag in card.Tags)
            AddEach(FactKind.Tag, tag);

        AddOnce(FactKind.Owner, card.Owner);

        void AddOnce(FactKind kind, string? value)
        {
            if (value is not null && !facts.Exists(fact => fact.Kind == kind))
                facts.Add(new ContactFact(kind, value, card.Source));
        }

        void AddEach(FactKind kind, string value)
        {
            if (!facts.Exists(fact => fact.Kind == kind && fact.Value == value))
                facts.Add(new ContactFact(kind, value, card.Source));
        }
    }
}
