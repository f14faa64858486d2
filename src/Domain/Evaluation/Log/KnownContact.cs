using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>Somebody outside whom we know (policy-language.md section 5), as of one moment.</summary>
/// <param name="Primary">The address they are listed under.</param>
public sealed record KnownContact(EmailAddress Primary)
{
    /// <summary>As the policy calls them, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The primary and its aliases.</summary>
    public required IReadOnlyList<EmailAddress> Addresses { get; init; }

    public required string Organisation { get; init; }

    /// <summary>The id of the person who looks after them.</summary>
    public required string Owner { get; init; }

    /// <summary>The id of the person <c>assign</c> or a directory names, whoever is away or has left.</summary>
    public required string AssignedTo { get; init; }

    /// <summary>The tags they bear, whoever gave them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Their birthday as the policy, a note or a directory says; null where none does.</summary>
    public ContactDate? Birthday { get; init; }

    /// <summary>What the policy and directories say of them.</summary>
    public IReadOnlyList<ContactFact> Facts { get; init; } = [];

    /// <summary>The names of the segments they are in, in ordinal order.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    public Instant? FirstContact { get; init; }

    public Instant? LastContact { get; init; }

    /// <summary>Human mails from them.</summary>
    public int Received { get; init; }

    /// <summary>Human mails to them.</summary>
    public int Sent { get; init; }

    public int Mailings { get; init; }

    /// <summary>Meetings held with them.</summary>
    public int Meetings { get; init; }

    /// <summary>Calls with them that were answered and count.</summary>
    public int Calls { get; init; }

    /// <summary>Everybody we know at a moment, by organisation and address.</summary>
    public static IReadOnlyList<KnownContact> At(RunningPolicy policy, Instant now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var at = now.ToUnixTimeTicks();
        policy.Advance(at, long.MinValue);
        var view = new View(policy.Plan, policy.Log, new PeopleOnDuty(policy.Plan, at), at);
        return
        [
            .. policy
                .Log.Organisations.SelectMany(organisation => organisation.Contacts)
                .Where(contact => History.Compute(view, contact).Exists)
                .Select(contact => From(view, contact))
                .OrderBy(contact => contact.Organisation, StringComparer.Ordinal)
                .ThenBy(contact => contact.Primary.Value, StringComparer.Ordinal),
        ];
    }

    private static KnownContact From(View view, ContactNode contact)
    {
        var history = History.Compute(view, contact);
        var traits = Traits.Compute(view, contact);
        return new KnownContact(contact.Primary)
        {
            Name = contact.Entry?.Name,
            Addresses = contact.Addresses,
            Organisation = contact.Organisation.Name,
            Owner = view.Plan.Id(Ownership.Owner(view, contact)),
            AssignedTo = view.Plan.Id(Ownership.Assigned(view, contact).Person),
            Tags = traits.Tags,
            Birthday = NotedDates.Find(view, contact, PeopleDirectory.BirthdayField),
            Facts = contact.Entry?.Facts ?? [],
            Segments = [.. view.Plan.Segments.Where((_, number) => traits.IsIn(number)).Select(segment => segment.Name)],
            FirstContact = history.Touches.Count == 0 ? null : Instant.FromUnixTimeTicks(history.Touches[0].At),
            LastContact = history.Touches.Count == 0 ? null : Instant.FromUnixTimeTicks(history.Touches[^1].At),
            Received = history.Touches.Count(touch => touch.Kind == TouchKind.In),
            Sent = history.Touches.Count(touch => touch.Kind == TouchKind.Out),
            Mailings = history.Mailings.Count,
            Meetings = history.Meetings.Count,
            Calls = history.Touches.Count(touch => touch.Kind == TouchKind.Spoke),
        };
    }
}
