using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Policy;

/// <summary>
/// A finished policy: read, validated, names resolved, lists from files included, defaults applied (policy-language.md sections 2 to 10 and
/// 15).
/// </summary>
public sealed record CompanyPolicy : CompanyProfile
{
    /// <summary>Short hash over the policy files and the lists they name; shown as the version.</summary>
    public required string Version { get; init; }

    /// <summary>Local midnight before which nothing triggers an item; null means no start was given.</summary>
    public LocalDate? Start { get; init; }

    public LengthOfTime EpisodeGap { get; init; } = new(30, TimeUnit.Day);

    /// <summary>
    /// What says in the title of an entry of one of our people's own calendars that they are away; null for the usual words of three
    /// languages.
    /// </summary>
    public IReadOnlyList<string>? AbsenceWords { get; init; }

    public IReadOnlyDictionary<string, CaseDefinition> Cases { get; init; } = new Dictionary<string, CaseDefinition>();

    public IReadOnlyList<AssignEntry> Assign { get; init; } = [];

    /// <summary>In file order, disabled ones included.</summary>
    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>In file order, disabled ones included.</summary>
    public IReadOnlyList<Limit> Limits { get; init; } = [];

    /// <summary>The open time in which immediate mails may go out.</summary>
    public BusinessCalendar? NotificationHours { get; init; }

    /// <summary>The names of the webhooks to which immediate mails are posted as well.</summary>
    public IReadOnlyList<string> NotificationWebhooks { get; init; } = [];

    public IReadOnlyList<DigestDefinition> Digests { get; init; } = [];
}
