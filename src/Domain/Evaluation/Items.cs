using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>An item, and the accounts that could hold what it misses.</summary>
internal sealed record FoundItem(Item Item, RestsOn RestsOn);

/// <summary>Makes finished items of drafts: owner, state, steps, coverage, id.</summary>
internal static class Items
{
    /// <summary>Eight characters of base 32: short enough to type, long enough that two items never meet.</summary>
    private const int IdLength = 8;

    /// <summary>A promise or a signal, which no limit holds.</summary>
    public static FoundItem Describe(View view, Draft draft) => Make(view, draft, draft.Opened, held: null, HiddenUntil(view, draft));

    /// <summary>An initiative with what the limits said.</summary>
    public static FoundItem Describe(View view, HeldItem item)
    {
        var found = Make(view, item.Draft, item.Opened, item.Holds.Count > 0 ? item.Holds[0] : null, hiddenUntil: null);
        return item.WouldHold.Count == 0
            ? found
            : found with
            {
                Item = found.Item with { WouldBeHeldBy = [.. item.WouldHold.Select(h => h.By)] },
            };
    }

    public static ClosedItem Describe(View view, Ending ending)
    {
        var (rule, about, contact, key, opened, dueAt) = ending.Item;
        var id = Id(rule, about, key);
        return new ClosedItem(id, rule, about, ending.As, Instant.FromUnixTimeTicks(ending.At))
        {
            Contact = contact.Primary,
            Owner = view.Plan.Id(Ownership.Owner(view, contact, rule, about, id, opened)),
            Opened = Instant.FromUnixTimeTicks(opened),
            Due = dueAt is { } due and < long.MaxValue ? Instant.FromUnixTimeTicks(due) : null,
            KnownAt = Instant.FromUnixTimeTicks(Math.Max(ending.At, ending.KnownAt)),
            ClosedBy = ending.By?.Id,
            ByHand = ending.By is { Kind: LineKind.Command, Verb: CommandVerb.Done },
            Reason = ending.Reason,
        };
    }

    private static FoundItem Make(View view, Draft draft, long opened, Hold? held, Instant? hiddenUntil)
    {
        var owner = Ownership.Owner(view, draft.Contact, draft.Rule, draft.About, Id(draft.Rule, draft.About, draft.Key), draft.Opened);
        var due = draft.DueFrom(opened);
        var overdue = held is null && !draft.Paused && view.Passed(due);
        var steps = due == long.MaxValue ? [] : Steps(view, draft, owner, due);
        var level = 0;
        for (var i = 0; overdue && i < steps.Length; i++)
        {
            if (view.Reached(steps[i].At.ToUnixTimeTicks()))
                level++;
        }

        var item = new Item
        {
            Id = Id(draft.Rule, draft.About, draft.Key),
            Rule = draft.Rule,
            About = draft.About,
            Contact = draft.Contact.Primary,
            Owner = view.Plan.Id(owner),
            State = held is not null ? held.Kind == LimitKind.Snooze ? ItemState.Snoozed : ItemState.Suppressed
                : draft.Paused ? ItemState.Paused
                : overdue ? ItemState.Overdue
                : ItemState.Open,
            Opened = Instant.FromUnixTimeTicks(opened),
            Due = due == long.MaxValue ? null : Instant.FromUnixTimeTicks(due),
            Level = level,
            By = held?.By,
            Until = held is { Until: < long.MaxValue } ? Instant.FromUnixTimeTicks(held.Until) : null,
            KnownSince = Instant.FromUnixTimeTicks(Math.Max(draft.Trigger?.Seen ?? long.MinValue, opened)),
            WarnAt =
                draft.Rule.Warn is { } warn && due < long.MaxValue ? Instant.FromUnixTimeTicks(draft.Calendar.Before(due, warn)) : null,
            Steps = steps,
            HiddenUntil = hiddenUntil,
            Trigger = draft.Trigger?.Id,
            Reason = draft.Reason,
        };
        return new FoundItem(item, RestsOn.For(view, draft, owner));
    }

    private static ItemStep[] Steps(View view, Draft draft, int owner, long due)
    {
        var steps = new ItemStep[draft.Rule.Escalate.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            var step = draft.Rule.Escalate[i];
            steps[i] = new ItemStep(
                Instant.FromUnixTimeTicks(draft.Calendar.Deadline(due, step.After)),
                Recipient(view, step.To, owner),
                step.Via);
        }

        return steps;
    }

    /// <summary>Whom a step tells, as of now; nobody there means the default owner.</summary>
    private static string Recipient(View view, string to, int owner)
    {
        var plan = view.Plan;
        var person = to switch
        {
            "owner" => owner,
            "manager" => plan.Person(plan.Policy.People[owner].Manager),
            "lead" => plan.Person(plan.Team(owner)?.Lead),
            _ => plan.Person(to),
        };
        return plan.Id(view.StandIn(person >= 0 ? person : plan.DefaultOwner));
    }

    private static Instant? HiddenUntil(View view, Draft draft)
    {
        foreach (var span in Limits.Snoozes(view, draft))
        {
            if (view.Reached(span.From) && !view.Reached(span.To))
                return Instant.FromUnixTimeTicks(span.To);
        }

        return null;
    }

    private static string Id(Rule rule, string about, string key) =>
        StableHash.Print(StableHash.Compute(rule.Name, about, key), IdLength).ToUpperInvariant();
}
