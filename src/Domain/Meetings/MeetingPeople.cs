using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Who stands behind the addresses of a meeting: the same person under several, or nobody, as with rooms, calendars and programs that take
/// notes (policy-language.md section 6).
/// </summary>
public sealed class MeetingPeople
{
    private const string GoogleCalendars = "calendar.google.com";
    private const string CloudRouting = "imip.me.com";

    private static readonly NoteTakers NoteTakers = new();

    private readonly Dictionary<EmailAddress, EmailAddress> primaries = [];
    private readonly NameList bots;

    /// <summary>Who the company knows.</summary>
    public MeetingPeople(ReadingRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        bots = rules.Classify.Bots;
        foreach (var known in rules.People.Concat(rules.Aliases))
        {
            foreach (var other in known.Others)
                primaries.TryAdd(other, known.Primary);
        }
    }

    private MeetingPeople() => bots = new NameList();

    /// <summary>Nobody has a second address, and only the programs everybody knows are nobody.</summary>
    public static MeetingPeople Strangers { get; } = new();

    /// <summary>Whether somebody has a second address.</summary>
    public bool HasAliases => primaries.Count > 0;

    /// <summary>The one address of whoever has <paramref name="address"/>.</summary>
    public EmailAddress Primary(EmailAddress address) => primaries.GetValueOrDefault(address, address);

    /// <summary>
    /// Whether an address is nobody's: a resource or a calendar of Google's (the placeholder it puts where it hides the organizer, too), or
    /// a program that takes notes.
    /// </summary>
    public bool IsNobody(EmailAddress address, string? name)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIn(GoogleCalendars)
            || bots.Addresses.Contains(address)
            || bots.Domains.Any(address.IsIn)
            || NoteTakers.Include(address, name);
    }

    /// <summary>Whether an address only carries answers to an organizer whose own address is another one (iCloud).</summary>
    public static bool IsRouting(EmailAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsIn(CloudRouting);
    }
}
