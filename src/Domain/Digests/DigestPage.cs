using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>One reader's digest while it is put together: numbers run through all its sections, and an item is told once.</summary>
internal sealed class DigestPage
{
    /// <summary>How long an item waits for an account that could not be read.</summary>
    private static readonly Duration MostReserve = Duration.FromHours(24);

    private readonly DigestFacts facts;
    private readonly DueDigest run;
    private readonly DigestHistory history;
    private readonly Instant since;
    private readonly ReaderClock clock;
    private readonly ItemWords words;
    private readonly StaffSections staff;
    private readonly ManagerSections manager;
    private readonly IReadOnlySet<string> scope;
    private readonly List<ListedItem> listed = [];

    public DigestPage(DigestFacts facts, PeopleBook people, DueDigest run, DigestHistory history, Instant since)
    {
        this.facts = facts;
        this.run = run;
        this.history = history;
        this.since = since;
        clock = new ReaderClock((run.Reader.Calendar ?? facts.Policy.DefaultCalendar).Zone, facts.Now);
        words = new ItemWords(people, clock);
        scope = ScopeOf(facts.Policy, run);
        staff = new StaffSections(facts, people, clock, run.Reader, since, history, run.Definition.MaxItems);
        manager = new ManagerSections(facts, people, clock, scope, since, run.Definition.MaxItems);
    }

    /// <summary>What has been told so far.</summary>
    public IReadOnlyList<ListedItem> Listed => listed;

    /// <summary>A section by its name in the policy; null when there is nothing to say in it.</summary>
    public DigestSection? Section(string name) => name switch
    {
        SectionNames.Overdue => Items(name, "Overdue", Urgency.Late, "overdue", Mine.Where(item => item.State == ItemState.Overdue)),
        SectionNames.DueToday => Items(name, "Due today", Urgency.Soon, "due today", Mine.Where(IsDueToday)),
        SectionNames.ToDo => Items(name, "To do", Urgency.Calm, "to do", Mine.Where(item => item.State == ItemState.Open && !IsDueToday(item))),
        SectionNames.MeetingsToday => staff.MeetingsToday(),
        SectionNames.News => staff.News(),
        SectionNames.HeldBack => staff.HeldBack(),
        SectionNames.NeedsYou => Items(name, "Needs you", Urgency.Late, "escalated", facts.Evaluation.Items.Where(IsEscalatedToReader)),
        SectionNames.AtRisk => Items(name, "At risk", Urgency.Soon, "at risk", Theirs.Where(item => item.Rule is WatchRule && item.State == ItemState.Open)),
        SectionNames.Handovers => Items(name, "Handovers", Urgency.Calm, "handover", Theirs.Where(item => item.Rule is HandoverRule && item.State is ItemState.Open or ItemState.Overdue)),
        SectionNames.OverdueByOwner => manager.OverdueByOwner(),
        SectionNames.Cases => manager.Cases(),
        SectionNames.OverContacted => manager.OverContacted(),
        SectionNames.Expired => manager.Expired(),
        SectionNames.Numbers => manager.Numbers(),
        SectionNames.Health => manager.Health(),
        _ => throw new ArgumentException($"There is no section \"{name}\"; the policy should have been refused.", nameof(name)),
    };

    /// <summary>What the reader is to act on; signals are for managers.</summary>
    private IEnumerable<Item> Mine => facts.Evaluation.Items.Where(item => item.Owner == run.Reader.Id && item.Rule is not WatchRule && !(item.HiddenUntil > facts.Now));

    private IEnumerable<Item> Theirs => facts.Evaluation.Items.Where(item => scope.Contains(item.Owner));

    private bool IsDueToday(Item item) => item.State == ItemState.Open && item.Due is { } due && clock.DateOf(due) <= clock.Today;

    private ItemSection? Items(string name, string title, Urgency urgency, string state, IEnumerable<Item> items)
    {
        var told = items.Where(item => !IsReserved(item) && listed.TrueForAll(line => line.Item != item.Id))
            .OrderBy(item => item.Due ?? Instant.MaxValue).ThenByDescending(item => item.Rule.Priority == 0).ThenBy(item => item.Opened).ThenBy(item => item.Id, StringComparer.Ordinal)
            .ToList();
        if (told.Count == 0)
            return null;

        var lines = new List<ItemLine>();
        var still = new List<ItemLine>();
        var more = 0;
        foreach (var item in told)
        {
            if (listed.Count >= run.Definition.MaxItems)
            {
                more++;
                continue;
            }

            var number = listed.Count + 1;
            listed.Add(new ListedItem(number, item.Id, item.State, item.Due));
            (history.IsUnchanged(item) ? still : lines).Add(words.Line(number, item, run.Reader.Id, IsNew(item), state));
        }

        return new ItemSection(name, title, urgency) { Lines = lines, StillOpen = still, More = more };
    }

    /// <summary>Not told before; in a first mail, what came up since the one before would have been due.</summary>
    private bool IsNew(Item item) => history.Last is null ? item.Opened > since : !history.Listed(item.Id);

    /// <summary>Rests on mail that may have come to an account nobody could read: waits a day, unless it was told already.</summary>
    private bool IsReserved(Item item) =>
        item.Unsure.Count > 0
        && !history.Listed(item.Id)
        && facts.Now < (item.State == ItemState.Overdue && item.Due is { } due ? due : item.Opened) + MostReserve;

    /// <summary>A step that has come told it to the reader, and not because it is theirs anyway.</summary>
    private bool IsEscalatedToReader(Item item) =>
        item.Owner != run.Reader.Id && item.Steps.Take(item.Level).Any(step => step.To == run.Reader.Id);

    /// <summary>
    /// Whose items a reader may see: their own and those of the people below them. Who manages nobody but is named as a reader of the digest was meant to see
    /// everything.
    /// </summary>
    private static IReadOnlySet<string> ScopeOf(CompanyPolicy policy, DueDigest run)
    {
        var id = run.Reader.Id;
        var everybody = run.Definition.Readers == DigestReaders.People && !Chain.IsManager(policy, id);
        return everybody ? policy.People.Select(person => person.Id).ToHashSet(StringComparer.Ordinal) : Chain.Below(policy, id);
    }
}
