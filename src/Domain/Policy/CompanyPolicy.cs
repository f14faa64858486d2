using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Policy;

/// <summary>Where something stands in the policy files: file name as the author knows it, line and column from 1.</summary>
public sealed record Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}

/// <summary>A finished policy: read, validated, names resolved, lists from files included, defaults applied (policy.md sections 2 to 10 and 15).</summary>
public sealed record CompanyPolicy
{
    /// <summary>Short hash over the policy files and the lists they name; shown as the version.</summary>
    public required string Version { get; init; }

    /// <summary>Local midnight before which nothing triggers an item; null means no start was given.</summary>
    public LocalDate? Start { get; init; }

    public required OurSide Us { get; init; }

    public required BusinessCalendar DefaultCalendar { get; init; }

    public required Person DefaultOwner { get; init; }

    public LengthOfTime EpisodeGap { get; init; } = new(30, TimeUnit.Day);

    public required IReadOnlyDictionary<string, BusinessCalendar> Calendars { get; init; }

    /// <summary>In file order.</summary>
    public required IReadOnlyList<Person> People { get; init; }

    /// <summary>In file order: somebody in several teams counts for the first.</summary>
    public IReadOnlyList<Team> Teams { get; init; } = [];

    public IReadOnlyDictionary<string, Segment> Segments { get; init; } = new Dictionary<string, Segment>();

    public IReadOnlyList<ContactEntry> Contacts { get; init; } = [];

    public Privacy Privacy { get; init; } = new();

    public ClassifySettings Classify { get; init; } = new();

    public IReadOnlyDictionary<string, Marker> Markers { get; init; } = new Dictionary<string, Marker>();

    public IReadOnlyDictionary<string, CaseDefinition> Cases { get; init; } = new Dictionary<string, CaseDefinition>();

    public IReadOnlyList<AssignEntry> Assign { get; init; } = [];

    /// <summary>In file order, disabled ones included.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>In file order, disabled ones included.</summary>
    public IReadOnlyList<Limit> Limits { get; init; } = [];

    /// <summary>The open time in which immediate mails may go out.</summary>
    public BusinessCalendar? NotificationHours { get; init; }

    public IReadOnlyList<DigestDefinition> Digests { get; init; } = [];
}

/// <summary><c>us</c>: who is internal, besides people, teams and accounts.</summary>
/// <param name="Domains">With subdomains; lower case.</param>
/// <param name="Addresses">Single addresses; those of the accounts in crmsync.yaml are added by whoever builds the policy.</param>
public sealed record OurSide(IReadOnlyList<string> Domains, IReadOnlyList<EmailAddress> Addresses)
{
    /// <summary>The address of the command mailbox, if there is one.</summary>
    public EmailAddress? CommandMailbox { get; init; }
}

public sealed record Person(string Id, EmailAddress Email)
{
    public string? Name { get; init; }

    public IReadOnlyList<EmailAddress> Also { get; init; } = [];

    /// <summary>The id of the manager.</summary>
    public string? Manager { get; init; }

    /// <summary>Their own calendar, else the default one.</summary>
    public BusinessCalendar? Calendar { get; init; }

    public IReadOnlyList<Absence> Away { get; init; } = [];

    public LocalDate? Left { get; init; }

    /// <summary>The id of the successor.</summary>
    public string? Successor { get; init; }

    public Place? Place { get; init; }
}

/// <summary>Days away, both inclusive, local to the default calendar, with the id of the cover.</summary>
public sealed record Absence(LocalDate From, LocalDate To, string? Cover);

/// <summary>A team by the ids of its people, with shared addresses whose mail counts as the team's.</summary>
public sealed record Team(string Id, string? Lead, IReadOnlyList<string> Members, IReadOnlyList<EmailAddress> Mailboxes);

/// <summary>A named group of contacts: in it by address, domain or tag, or by being in none of <see cref="NotIn"/>. Lists from files are included.</summary>
public sealed record Segment(string Name, Place Place)
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    public IReadOnlyList<string> Domains { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null unless the segment is defined by <c>not_in</c>.</summary>
    public IReadOnlyList<string>? NotIn { get; init; }
}

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

public sealed record Privacy
{
    public PrivacyFilter NoCapture { get; init; } = new();

    public PrivacyFilter MetadataOnly { get; init; } = new();

    /// <summary>How long bodies are kept; null: as long as the line.</summary>
    public LengthOfTime? Retain { get; init; }
}

public sealed record PrivacyFilter
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    /// <summary>With subdomains.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>In lower case.</summary>
    public IReadOnlyList<string> SubjectHas { get; init; } = [];
}

public sealed record ClassifySettings
{
    public IReadOnlyList<string> AutoSubjects { get; init; } = [];

    public IReadOnlyList<string> PublicDomains { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementCore { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementMore { get; init; } = [];
}

/// <summary>Phrases looked for on word boundaries without case.</summary>
public sealed record Marker(string Name, IReadOnlyList<string> AnyOf, Place Place)
{
    public bool InSubject { get; init; } = true;

    public bool InText { get; init; } = true;

    /// <summary>Null: both directions.</summary>
    public Direction? Direction { get; init; }
}

/// <summary><c>cases.&lt;name&gt;</c> (policy.md section 9).</summary>
public sealed record CaseDefinition(string Name, Condition OpensOn, Place Place)
{
    /// <summary>Whether the <c>resolved</c> command closes it.</summary>
    public bool ClosesOnResolved { get; init; }

    public LengthOfTime? QuietFor { get; init; }
}

/// <summary>An entry of <c>assign</c>.</summary>
public sealed record AssignEntry(int Number, Condition? When, OwnerChoice Owner, bool PerOrganisation, Place Place);

/// <summary>Who an <c>assign</c> entry names.</summary>
public abstract record OwnerChoice
{
    public sealed record ThePerson(string Id) : OwnerChoice;

    public sealed record LeadOf(string Team) : OwnerChoice;

    public sealed record FirstContact : OwnerChoice;

    public sealed record LastContact : OwnerChoice;
}

/// <summary><c>when</c> (policy.md section 7). A list means any of.</summary>
public abstract record Condition
{
    public sealed record All(IReadOnlyList<Condition> Of) : Condition;

    public sealed record Any(IReadOnlyList<Condition> Of) : Condition;

    public sealed record Not(Condition Of) : Condition;

    public sealed record InSegment(IReadOnlyList<string> Names) : Condition;

    public sealed record HasTag(IReadOnlyList<string> Tags) : Condition;

    public sealed record HasAddress(IReadOnlyList<EmailAddress> Addresses) : Condition;

    public sealed record InDomain(IReadOnlyList<string> Domains) : Condition;

    public sealed record OwnedBy(IReadOnlyList<string> People) : Condition;

    public sealed record OwnedByTeam(IReadOnlyList<string> Teams) : Condition;

    public sealed record InCase(IReadOnlyList<string> Cases) : Condition;

    public sealed record HasMarker(IReadOnlyList<string> Markers) : Condition;

    public sealed record SentTo(IReadOnlyList<EmailAddress> Addresses) : Condition;

    /// <summary>Texts in lower case.</summary>
    public sealed record SubjectHas(IReadOnlyList<string> Texts) : Condition;

    /// <summary>Texts in lower case.</summary>
    public sealed record TextHas(IReadOnlyList<string> Texts) : Condition;
}
