using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Evaluation;

/// <summary>A rule ready to be asked: its place in the file and its condition.</summary>
/// <param name="Index">The place in file order.</param>
internal sealed record Planned<TRule>(TRule Rule, int Index, Test? When)
    where TRule : Rule
{
    public bool Observed => Rule.Mode == Mode.Observe;

    public BusinessCalendar Calendar => Rule.Calendar;
}

/// <summary>A limit ready to be asked.</summary>
/// <param name="Index">The place in file order.</param>
internal sealed record PlannedLimit(Limit Limit, int Index, Test? When);

/// <summary>The rules of one kind: those in force, and those that are only observed, each of which is evaluated by itself.</summary>
internal sealed record PlannedRules<TRule>(Planned<TRule>[] Enforced, Planned<TRule>[] Observed)
    where TRule : Rule
{
    public bool Any => Enforced.Length + Observed.Length > 0;

    /// <summary>Every rule, for kinds whose rules do not compete.</summary>
    public Planned<TRule>[] All { get; } = [.. Enforced, .. Observed];

    /// <summary>The rules among which the first match wins: those in force together, each observed one alone.</summary>
    public Planned<TRule>[][] Competing { get; } =
    [.. Enforced.Length > 0 ? [Enforced] : Array.Empty<Planned<TRule>[]>(), .. Observed.Select(rule => new[] { rule })];
}

/// <summary>The policy with every name looked up once.</summary>
internal sealed class Plan
{
    private readonly Dictionary<EmailAddress, int> people = [];
    private readonly Dictionary<string, int> peopleById = new(StringComparer.Ordinal);
    private readonly int[] firstTeam;
    private readonly Dictionary<string, int> segmentNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> caseNumbers = new(StringComparer.Ordinal);

    public Plan(CompanyPolicy policy)
    {
        if (policy.Calendars.Values.Append(policy.DefaultCalendar).FirstOrDefault(c => c.IsNeverOpen) is { } never)
            throw new ArgumentException(
                $"The calendar \"{never.Name}\" is never open, so no business time can be counted in it.",
                nameof(policy));

        Policy = policy;
        Book = new ContactBook(policy);
        Entries = policy.Contacts.ToLookup(entry => Book.Organisation(entry.Primary), StringComparer.Ordinal);
        for (var i = 0; i < policy.People.Count; i++)
        {
            peopleById.TryAdd(policy.People[i].Id, i);
            foreach (var address in policy.People[i].Also.Prepend(policy.People[i].Email).Concat(policy.People[i].Telephones))
                people.TryAdd(address, i);
        }

        DefaultOwner = Person(policy.DefaultOwner.Id) is var owner and >= 0
            ? owner
            : throw new ArgumentException("defaults.owner is not in people.", nameof(policy));
        firstTeam = [.. policy.People.Select(p => TeamNumber(policy, p.Id))];
        Start = policy.Start is { } start ? policy.DefaultCalendar.StartOfDay(start) : long.MinValue;

        Segments = [.. policy.Segments.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];
        for (var i = 0; i < Segments.Length; i++)
            segmentNumbers[Segments[i].Name] = i;

        SegmentMembers = [.. Segments.Select(s => new Membership(s.Addresses, s.Domains, s.Tags))];
        Cases = [.. policy.Cases.Values.OrderBy(c => c.Name, StringComparer.Ordinal)];
        for (var i = 0; i < Cases.Length; i++)
            caseNumbers[Cases[i].Name] = i;

        SentToAsked =
        [
            .. policy
                .Cases.Values.Select(c => c.OpensOn)
                .Concat(policy.Rules.Select(r => r.When))
                .OfType<Condition>()
                .SelectMany(Test.SentToAsked),
        ];
        CaseOpenings = [.. Cases.Select(c => Test.From(c.OpensOn, this)!)];
        Assign = [.. policy.Assign.Select(a => (a, Test.From(a.When, this)))];

        Respond = Rules<RespondRule>();
        ReturnCalls =
        [
            .. Respond.Competing
                .Select(rules => Array.FindAll(rules, planned => planned.Rule.MissedCalls))
                .Where(rules => rules.Length > 0),
        ];
        Resolve = Rules<ResolveRule>();
        Chase = Rules<ChaseRule>();
        StayInTouch = Rules<StayInTouchRule>();
        FollowUp = Rules<FollowUpRule>();
        Successors = new Planned<FollowUpRule>(Retirement.CreateRule(policy), policy.Rules.Count, null);
        Dates = Rules<DateRule>();
        Notices = Rules<NoticeRule>();
        Handovers = Rules<HandoverRule>();
        Watches = Rules<WatchRule>();

        Limits = LimitsWith(Mode.Enforce);
        ObservedLimits = LimitsWith(Mode.Observe);
    }

    public CompanyPolicy Policy { get; private set; }

    /// <summary>Takes in who is away now; nothing else of the people may differ.</summary>
    public void Replace(IReadOnlyList<Person> away) => Policy = Policy with { People = away };

    public ContactBook Book { get; }

    /// <summary>What the policy says of people, by their organisation.</summary>
    public ILookup<string, ContactEntry> Entries { get; }

    /// <summary>The local midnight before which nothing triggers an item.</summary>
    public long Start { get; }

    /// <summary>An index into <c>people</c>.</summary>
    public int DefaultOwner { get; }

    public BusinessCalendar Calendar => Policy.DefaultCalendar;

    public Segment[] Segments { get; }

    public Membership[] SegmentMembers { get; }

    /// <summary>By name, so that case numbers mean the same in every run.</summary>
    public CaseDefinition[] Cases { get; }

    public Test[] CaseOpenings { get; }

    public (AssignEntry Entry, Test? When)[] Assign { get; }

    /// <summary>Whether cases open on facts about the contact, which can change though the thread does not.</summary>
    public bool CasesAskForContacts => Policy.Cases.Values.Any(c => Test.AsksForContact(c.OpensOn));

    /// <summary>The addresses that <c>to:</c> asks for.</summary>
    public HashSet<string> SentToAsked { get; }

    public PlannedRules<RespondRule> Respond { get; }

    /// <summary>Of the <c>respond</c> rules those for calls that nobody answered, as they compete.</summary>
    public Planned<RespondRule>[][] ReturnCalls { get; }

    public PlannedRules<ResolveRule> Resolve { get; }

    public PlannedRules<ChaseRule> Chase { get; }

    public PlannedRules<StayInTouchRule> StayInTouch { get; }

    public PlannedRules<FollowUpRule> FollowUp { get; }

    /// <summary>Has us write to whoever follows somebody who has left.</summary>
    public Planned<FollowUpRule> Successors { get; }

    public PlannedRules<DateRule> Dates { get; }

    public PlannedRules<NoticeRule> Notices { get; }

    public PlannedRules<HandoverRule> Handovers { get; }

    public PlannedRules<WatchRule> Watches { get; }

    /// <summary>The limits in force, in order of precedence (policy-language.md section 10), those of a kind in file order.</summary>
    public PlannedLimit[] Limits { get; }

    /// <summary>The limits that only tell what they would hold, in the same order.</summary>
    public PlannedLimit[] ObservedLimits { get; }

    /// <summary>The index of the person who has an address, or -1: a shared mailbox is nobody.</summary>
    public int PersonAt(EmailAddress address) => people.GetValueOrDefault(address, -1);

    /// <summary>The index of the person with an id, or -1.</summary>
    public int Person(string? id) => id is null ? -1 : peopleById.GetValueOrDefault(id, -1);

    /// <summary>The index of the person a directory writes as an id, an address or a name; -1 for nobody of ours.</summary>
    public int PersonCalled(string? written) => written is null ? -1 : Person(Policy.FindPerson(written)?.Id);

    public string Id(int person) => Policy.People[person].Id;

    /// <summary>The team somebody counts for, or null: the first in the file that names them as lead or member.</summary>
    public Team? Team(int person) => firstTeam[person] < 0 ? null : Policy.Teams[firstTeam[person]];

    public int SegmentNumber(string name) =>
        segmentNumbers.TryGetValue(name, out var number)
            ? number
            : throw new ArgumentException($"The policy has no segment \"{name}\".", nameof(name));

    public int CaseNumber(string name) =>
        caseNumbers.TryGetValue(name, out var number)
            ? number
            : throw new ArgumentException($"The policy has no case \"{name}\".", nameof(name));

    public static string[] Strings(IReadOnlyList<string> list) => list.Count == 0 ? [] : [.. list];

    private static int TeamNumber(CompanyPolicy policy, string person)
    {
        for (var i = 0; i < policy.Teams.Count; i++)
        {
            if (policy.Teams[i].Lead == person || policy.Teams[i].Members.Contains(person))
                return i;
        }

        return -1;
    }

    private PlannedRules<TRule> Rules<TRule>()
        where TRule : Rule
    {
        var all = Policy
            .Rules.Select((rule, index) => (rule as TRule, index))
            .Where(r => r.Item1 is not null && r.Item1.Mode != Mode.Disabled)
            .Select(r => new Planned<TRule>(r.Item1!, r.index, Test.From(r.Item1!.When, this)))
            .ToArray();
        return new PlannedRules<TRule>([.. all.Where(r => !r.Observed)], [.. all.Where(r => r.Observed)]);
    }

    private PlannedLimit[] LimitsWith(Mode mode) =>
    [
        .. Policy.Limits.Select((limit, index) => new PlannedLimit(limit, index, Test.From(limit.When, this)))
            .Where(l => l.Limit.Mode == mode).OrderBy(l => Precedence(l.Limit)),
    ];

    private static int Precedence(Limit limit) => limit switch
    {
        DoNotContactLimit => 0,
        BlackoutLimit => 1,
        CooldownLimit => 2,
        CapLimit => 3,
        _ => throw new ArgumentException($"The limit {limit.GetType().Name} is not known here.", nameof(limit)),
    };
}

/// <summary>A set of contacts named by address, domain (with subdomains) or tag.</summary>
internal sealed class Membership(IReadOnlySet<EmailAddress> addresses, IReadOnlyList<string> domains, IReadOnlyList<string> tags)
{
    private readonly HashSet<string> domainSet = [.. domains];

    public IReadOnlyList<string> Tags { get; } = tags;

    /// <summary>Whether an address or domain of the set names the contact; any alias may.</summary>
    public bool Names(ContactNode contact)
    {
        foreach (var address in contact.Addresses)
        {
            if ((addresses.Count > 0 && addresses.Contains(address)) || (domainSet.Count > 0 && HoldsDomain(address)))
                return true;
        }

        return false;
    }

    private bool HoldsDomain(EmailAddress address)
    {
        var lookup = domainSet.GetAlternateLookup<ReadOnlySpan<char>>();
        var domain = address.Value.AsSpan(address.Value.LastIndexOf('@') + 1);
        while (true)
        {
            if (lookup.Contains(domain))
                return true;

            var dot = domain.IndexOf('.');
            if (dot < 0)
                return false;

            domain = domain[(dot + 1)..];
        }
    }
}
