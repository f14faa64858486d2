using CrmSync.Domain.Time;

namespace CrmSync.Domain.Company;

/// <summary>Who we are (policy-language.md sections 3 to 6): our addresses, people, teams, calendars, segments, privacy, markers.</summary>
public abstract record CompanyProfile
{
    public required OurSide Us { get; init; }

    public required BusinessCalendar DefaultCalendar { get; init; }

    public required Person DefaultOwner { get; init; }

    public required IReadOnlyDictionary<string, BusinessCalendar> Calendars { get; init; }

    /// <summary>In file order.</summary>
    public required IReadOnlyList<Person> People { get; init; }

    /// <summary>In file order: somebody in several teams counts for the first.</summary>
    public IReadOnlyList<Team> Teams { get; init; } = [];

    public IReadOnlyDictionary<string, Segment> Segments { get; init; } = new Dictionary<string, Segment>();

    public IReadOnlyList<ContactEntry> Contacts { get; init; } = [];

    /// <summary>What directories say of people besides.</summary>
    public PeopleDirectory Directory { get; init; } = PeopleDirectory.Empty;

    public Privacy Privacy { get; init; } = new();

    public ClassifySettings Classify { get; init; } = new();

    public IReadOnlyDictionary<string, Marker> Markers { get; init; } = new Dictionary<string, Marker>();

    /// <summary>Which of our people is meant by an id, an address or a full name, in any case; null for nobody.</summary>
    public Person? FindPerson(string written) =>
        People.FirstOrDefault(person => person.Id.Equals(written, StringComparison.OrdinalIgnoreCase))
        ?? (EmailAddress.TryParse(written, out var address)
            ? People.FirstOrDefault(person => person.Email == address || person.Also.Contains(address))
            : People.FirstOrDefault(person => written.Equals(person.Name, StringComparison.OrdinalIgnoreCase)));
}
