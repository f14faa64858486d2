using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;
using static CrmSync.Domain.Evaluation.Sentences;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Tells, for one contact, what every rule made of the log and why: the evaluation itself is asked, nothing is worked out a second way.
/// </summary>
internal sealed class Explainer
{
    private const int MostNotCounted = 3;

    private readonly View view;
    private readonly ContactNode contact;
    private readonly Findings findings;
    private readonly Dictionary<Draft, HeldItem> judged = [];
    private readonly DateTimeZone zone;

    public Explainer(View view, ContactNode contact)
    {
        this.view = view;
        this.contact = contact;
        zone = view.Plan.Calendar.Zone;
        var limits = new Limits(view);
        findings = OrganisationResult.Find(view, contact.Organisation);
        foreach (var draft in findings.Drafts.Where(d => d.IsInitiative))
            judged[draft] = limits.Judge(draft);

        Slots.Assign([.. judged.Values]);
    }

    public Explanation Explain(string? rule) => new(
        contact.Primary, Header(), [.. view.Plan.Policy.Rules.Where(r => rule is null || r.Name == rule).SelectMany(Explain)]);

    private string Header()
    {
        var traits = Traits.Compute(view, contact);
        var plan = view.Plan;
        var segments = plan.Segments.Where((_, i) => traits.IsIn(i)).Select(s => s.Name).ToArray();
        var header =
            $"{contact.Primary}   org {contact.Organisation.Name}   segments "
                + $"{(segments.Length == 0 ? "none" : string.Join(", ", segments))}";
        if (traits.Tags.Count > 0)
            header += $"   tags {string.Join(", ", traits.Tags)}";
        if (contact.Addresses.Length > 1)
            header += $"   also {string.Join(", ", contact.Addresses.Skip(1))}";

        return header + $"   owner {Owner()}";
    }

    private string Owner()
    {
        var plan = view.Plan;
        var assigned = Ownership.Assigned(view, contact);
        var owner = Ownership.Owner(view, contact);
        var how =
            assigned.Entry == KeptOwner.Directory ? contact.Entry!.Facts.First(fact => fact.Kind == FactKind.Owner).Source
                : assigned.Entry == KeptOwner.Default ? "defaults.owner"
                : $"assign #{plan.Assign[assigned.Entry].Entry.Number}: {Choice(plan.Assign[assigned.Entry].Entry)}";
        return owner == assigned.Person
            ? $"{plan.Id(owner)} ({how})"
            : $"{plan.Id(owner)} for {plan.Id(assigned.Person)} ({how}{Absence(assigned.Person)})";
    }

    /// <summary>What says that somebody is away today, and until when.</summary>
    private string Absence(int person)
    {
        var today = view.Plan.Calendar.Date(Instant.FromUnixTimeTicks(view.Now));
        var who = view.Plan.Policy.People[person];
        return who.Away.FirstOrDefault(away => away.Includes(today)) is { } away && !(who.Left <= today)
            ? $"; away until {Day(away.To)} by {away.Source switch
            {
                AbsenceSource.Calendar => "their calendar",
                AbsenceSource.Reply => "their automatic reply",
                _ => $"`people.{who.Id}.away`",
            }}"
            : "";
    }

    private static string Day(LocalDate date) => date.ToString("ddd d MMM uuuu", CultureInfo.InvariantCulture);

    private static string Choice(AssignEntry entry) => entry.Owner switch
    {
        OwnerChoice.ThePerson person => person.Id,
        OwnerChoice.TeamLead team => $"lead of {team.Team}",
        OwnerChoice.FirstContact => "first_contact",
        _ => "last_contact",
    } + (entry.PerOrganisation ? " per organisation" : "");

    private IEnumerable<ExplainedRule> Explain(Rule rule)
    {
        if (rule.Mode == Mode.Disabled)
        {
            yield return new ExplainedRule(rule.Kind.Name, rule.Name, rule.Place, "disabled", null, []);
            yield break;
        }

        var items = findings.Drafts.Where(d => d.Rule == rule && (d.Contact == contact || d.PerOrganisation)).ToArray();
        foreach (var draft in items)
            yield return Explain(draft);

        if (items.Length == 0)
            yield return new ExplainedRule(
                rule.Kind.Name,
                rule.Name,
                rule.Place,
                WhyNot.Explain(view, contact, rule, findings),
                null,
                Ended(rule)
            );
    }

    private ExplainedRule Explain(Draft draft)
    {
        var held = judged.GetValueOrDefault(draft);
        var found = held is null ? Items.Describe(view, draft) : Items.Describe(view, held);
        var item = view.Coverage?.Doubt(found.Item, found.RestsOn, Instant.FromUnixTimeTicks(view.Now)) ?? found.Item;
        var verdict = item.State.ToString().ToUpperInvariant()
            + (item.By is null ? "" : $" by {item.By}")
            + (
                item.Until is { } until ? $" until {When(zone, until.ToUnixTimeTicks())}"
                : item.By is null || item.State == ItemState.Snoozed ? ""
                : ", nobody knows until when")
            + (draft.Rule.Mode == Mode.Observe ? " (observed only)" : "");

        var lines = new List<ExplainedLine>
        {
            new("matched", draft.Rule.When is { } when ? "when " + ConditionWords.Describe(when) : "no condition", draft.Rule.Place),
            new("because", item.Why, null, item.Trigger),
            new(
                "opened",
                When(zone, item.Opened.ToUnixTimeTicks())
                    + (held is not null && held.Opened > draft.Opened ? $" (naturally {When(zone, draft.Opened)}; a hold ended later)" : "")
            ),
        };
        if (item.Due is { } due)
            lines.Add(
                new(
                    "due",
                    When(zone, due.ToUnixTimeTicks())
                        + (item.Level > 0 ? string.Create(CultureInfo.InvariantCulture, $", {item.Level} steps due") : "")));

        lines.AddRange(NotCounted(draft));
        if (held is not null)
            lines.AddRange(HoldWords.Explain(view, held));
        if (item.HiddenUntil is { } hidden)
            lines.Add(new("snoozed", $"hidden from the owner's digest until {When(zone, hidden.ToUnixTimeTicks())}; the clock runs on"));
        if (item.Unsure.Count > 0)
            lines.Add(new("unsure", $"could hold what closes it and lags: {string.Join(", ", item.Unsure.Select(LastRead))}"));
        if (item.Unread.Count > 0)
            lines.Add(
                new(item.Held ? "waits" : "not proven", $"not read since it was due: {string.Join(", ", item.Unread.Select(LastRead))}"));

        return new ExplainedRule(draft.Rule.Kind.Name, draft.Rule.Name, draft.Rule.Place, verdict, item, lines);
    }

    private string LastRead(string account) =>
        view.Coverage!.Accounts.First(one => one.Account == account).ReadUpTo is { } read
            ? $"{account} (last read {When(zone, read.ToUnixTimeTicks())})"
            : $"{account} (never read)";

    /// <summary>What came after the trigger and yet counts for nothing, the latest first.</summary>
    private IEnumerable<ExplainedLine> NotCounted(Draft draft)
    {
        var since = draft.Trigger?.At ?? draft.Opened;
        return view
            .Log.NotCounted(contact)
            .Where(l => l.At >= since && view.Reached(l.Seen))
            .OrderByDescending(l => l.At)
            .ThenBy(l => l.Id, StringComparer.Ordinal)
            .Take(MostNotCounted)
            .Select(l => new ExplainedLine(
                "not counted",
                $"{When(zone, l.At)} {(l.Inbound ? "inbound" : "from us")} {Quoted(l.Subject)}"
                    + (l.Reasons.Count > 0 ? $" ({string.Join("; ", l.Reasons)})" : ""),
                null,
                l.Id));
    }

    private List<ExplainedLine> Ended(Rule rule) =>
        [
            .. findings
                .Endings.Where(e => e.Item.Rule == rule && e.Item.Contact == contact)
                .OrderByDescending(e => e.At)
                .Take(1)
                .Select(e => new ExplainedLine(
                    "last one",
                    $"{e.As.ToString().ToLowerInvariant()} {When(zone, e.At)}: {e.Reason}",
                    null,
                    e.By?.Id)),
        ];
}
