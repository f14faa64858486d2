using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>One reader's digest while it is put together: numbers run through all its sections, and an item is told once.</summary>
internal sealed class DigestPage
{
    /// <summary>More would not fit in a mail; those left out are asked for with <c>brief</c>.</summary>
    private const int MostDossiers = 8;

    private readonly DigestFacts facts;
    private readonly PeopleBook people;
    private readonly DueDigest run;
    private readonly DigestHistory history;
    private readonly Instant since;
    private readonly ReaderClock clock;
    private readonly ItemWords words;
    private readonly BriefWriter briefs;
    private readonly StaffSections staff;
    private readonly ManagerSections manager;
    private readonly HashSet<string> scope;
    private readonly List<ListedItem> listed = [];
    private Doubts? doubts;
    private int dossiers;

    public DigestPage(DigestFacts facts, PeopleBook people, DueDigest run, DigestHistory history, Instant since)
    {
        this.facts = facts;
        this.people = people;
        this.run = run;
        this.history = history;
        this.since = since;
        clock = ReaderClock.From(facts.Policy, run.Reader, facts.Now);
        var sight = new Sight(facts.Policy, run.Reader.Id);
        words = new ItemWords(people, clock) { Cases = facts.Cases, Sight = sight };
        briefs = new BriefWriter(facts, people, clock, sight);
        scope = DigestScope.Owners(facts.Policy, run);
        staff = new StaffSections(facts, people, clock, run.Reader, since, history, run.Definition.MaxItems);
        manager = new ManagerSections(facts, people, clock, scope, since, run.Definition.MaxItems);
    }

    /// <summary>What has been told so far.</summary>
    public IReadOnlyList<ListedItem> Listed => listed;

    /// <summary>
    /// What is not certain about many of the items that have been told so far; null when that stands on their lines, if anywhere.
    /// </summary>
    public string? Reservation => doubts?.Head;

    /// <summary>The sections of a digest that have something to say, in order.</summary>
    /// <param name="sections">As the policy names them.</param>
    public IReadOnlyList<DigestSection> Sections(IReadOnlyList<string> sections)
    {
        var names = sections.Distinct(StringComparer.Ordinal).ToList();
        var told = new HashSet<string>(StringComparer.Ordinal);
        var items = names.ToDictionary(
            name => name,
            name =>
                Items(name)
                    ?.Where(item => told.Add(item.Id))
                    .OrderBy(item => item.Due ?? Instant.MaxValue)
                    .ThenByDescending(item => item.Rule.Priority == 0)
                    .ThenBy(item => item.Opened)
                    .ThenBy(item => item.Id, StringComparer.Ordinal)
                    .ToList()
                ?? [],
            StringComparer.Ordinal);

        // Each section with something in it has a line at least, the rest of the room goes to the most urgent.
        var room = run.Definition.MaxItems;
        var shown = names.ToDictionary(name => name, name => items[name].Count > 0 && room-- > 0 ? 1 : 0, StringComparer.Ordinal);
        foreach (var name in names.Where(name => shown[name] == 1))
        {
            var more = Math.Clamp(items[name].Count - 1, 0, Math.Max(0, room));
            shown[name] += more;
            room -= more;
        }

        doubts = new Doubts(facts.Evaluation, names.SelectMany(name => items[name].Take(shown[name])), people, clock);
        return
        [
            .. names
                .Select(name => Items(name) is null ? Section(name) : Section(name, items[name], shown[name]))
                .OfType<DigestSection>(),
        ];
    }

    /// <summary>The items of a section, whether they fit or not; null for a section of something else.</summary>
    private IEnumerable<Item>? Items(string name) => name switch
    {
        SectionNames.Overdue => Mine.Where(item => item.ToldState == ItemState.Overdue),
        SectionNames.DueToday => Mine.Where(IsDueToday),
        SectionNames.ToDo => Mine.Where(item => item.ToldState == ItemState.Open && !IsDueToday(item)),
        SectionNames.NeedsYou => facts.Evaluation.Items.Where(IsEscalatedToReader),
        SectionNames.AtRisk => Theirs.Where(item => item is { Rule: WatchRule { IsGood: false }, State: ItemState.Open }),
        SectionNames.Handovers => Theirs.Where(item => item.Rule is HandoverRule && item.State is ItemState.Open or ItemState.Overdue),
        _ => null,
    };

    private ItemSection? Section(string name, List<Item> items, int shown) => items.Count == 0 ? null : name switch
    {
        SectionNames.Overdue => Items(name, Titles.Overdue, Urgency.Late, ToldAs.Overdue, items, shown),
        SectionNames.DueToday => Items(name, Titles.DueToday, Urgency.Soon, ToldAs.DueToday, items, shown),
        SectionNames.ToDo => Items(name, Titles.ToDo, Urgency.Calm, ToldAs.ToDo, items, shown),
        SectionNames.NeedsYou => Items(name, Titles.NeedsYou, Urgency.Late, ToldAs.Escalated, items, shown),
        SectionNames.AtRisk => Items(name, Titles.AtRisk, Urgency.Soon, ToldAs.AtRisk, items, shown),
        _ => Items(name, Titles.Handovers, Urgency.Calm, ToldAs.Handover, items, shown),
    };

    /// <summary>A section of something else than items; null when there is nothing to say in it.</summary>
    private DigestSection? Section(string name) => name switch
    {
        SectionNames.MeetingsToday => staff.MeetingsToday(),
        SectionNames.News => IsForManagers ? manager.News() : staff.News(),
        SectionNames.Proposals => staff.Proposals(listed),
        SectionNames.HeldBack => staff.HeldBack(),
        SectionNames.OverdueByOwner => manager.OverdueByOwner(),
        SectionNames.Cases => manager.Cases(),
        SectionNames.OverContacted => manager.OverContacted(),
        SectionNames.Expired => manager.Expired(),
        SectionNames.Numbers => manager.Numbers(run.Definition.Numbers),
        SectionNames.Health => manager.Health(),
        _ => throw new ArgumentException($"There is no section \"{name}\"; the policy should have been refused.", nameof(name)),
    };

    /// <summary>Whether news are those of the people below the reader, who is told their own by another digest.</summary>
    private bool IsForManagers => run.Definition is { Readers: DigestReaders.Managers, Sections: null };

    private IEnumerable<Item> Mine => facts.Evaluation.Items.Where(item => OwnItems.Include(item, run.Reader.Id, facts.Now));

    private IEnumerable<Item> Theirs => facts.Evaluation.Items.Where(item => scope.Contains(item.Owner));

    private IDigestPhrases Titles => clock.Words.Digests;

    private bool IsDueToday(Item item) => item.ToldState == ItemState.Open && item.Due is { } due && clock.Date(due) <= clock.Today;

    private ItemSection Items(string name, string title, Urgency urgency, ToldAs state, List<Item> items, int shown)
    {
        var lines = new List<ItemLine>();
        var still = new List<ItemLine>();
        foreach (var item in items.Take(shown))
        {
            var number = listed.Count + 1;
            listed.Add(new ListedItem(number, item.Id, item.ToldState, item.Due));
            var line = words.Line(number, item, run.Reader.Id, IsNew(item), state, doubts!.About(item));
            if (history.IsUnchanged(item))
                still.Add(line);
            else
                lines.Add(line with { Dossier = Dossier(item) });
        }

        return new ItemSection(name, title, urgency) { Lines = lines, StillOpen = still, More = items.Count - shown };
    }

    /// <summary>What whoever takes over a customer should know of them.</summary>
    private Brief? Dossier(Item item)
    {
        if (item is not { Rule: HandoverRule, Contact: { } contact } || item.Owner != run.Reader.Id || dossiers >= MostDossiers)
            return null;

        dossiers++;
        return briefs.Write(contact, item.Id);
    }

    /// <summary>Not told before; in a first mail, what came up since the one before would have been due.</summary>
    private bool IsNew(Item item) =>
        (history.Last is null ? item.Opened > since : !history.Listed(item.Id))
        && !facts.Told[run.Reader.Id].Any(told => told.Item == item.Id && told.At < facts.Now);

    /// <summary>A step that has come told it to the reader, and not because it is theirs anyway.</summary>
    private bool IsEscalatedToReader(Item item) =>
        item.Owner != run.Reader.Id && !item.Held && item.Steps.Take(item.Level).Any(step => step.To == run.Reader.Id);
}
