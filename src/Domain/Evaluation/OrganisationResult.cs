using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>What the policy makes of one organisation at one moment.</summary>
internal sealed record OrganisationResult(
    FoundItem[] Items,
    FoundItem[] Observed,
    ClosedItem[] Closed,
    ClosedItem[] ObservedClosed,
    long NextChange)
{
    /// <summary>
    /// The late answers that watches looked at: when accounts were read that hold more of these, the result no longer holds.
    /// </summary>
    public WatchedLateness[] Watched { get; init; } = [];

    /// <summary>The other organisations it rests on (<see cref="View.Others"/>).</summary>
    public OrganisationNode[] Others { get; init; } = [];

    /// <summary>
    /// Runs every kind of rule over the organisation's threads and contacts, then lets the limits judge what they found. Nothing here looks
    /// at another organisation's items.
    /// </summary>
    public static OrganisationResult From(
        Plan plan,
        LogIndex log,
        PeopleOnDuty people,
        OrganisationNode organisation,
        long now,
        long closedSince,
        Coverage? coverage)
    {
        var view = new View(plan, log, people, now) { Judged = organisation, ClosedSince = closedSince, Coverage = coverage };
        var found = Find(view, organisation);

        var items = new List<FoundItem>();
        var observed = new List<FoundItem>();
        var held = new List<HeldItem>();
        var limits = new Limits(view);
        foreach (var draft in found.Drafts)
        {
            if (draft.IsInitiative)
                held.Add(limits.Judge(draft));
            else
                (draft.Rule.Mode == Mode.Observe ? observed : items).Add(Evaluation.Items.Describe(view, draft));
        }

        Slots.Assign(held);
        foreach (var item in held)
            (item.Draft.Rule.Mode == Mode.Observe ? observed : items).Add(Evaluation.Items.Describe(view, item));

        var closed = new List<ClosedItem>();
        var observedClosed = new List<ClosedItem>();
        foreach (var ending in found.Endings)
            (ending.Item.Rule.Mode == Mode.Observe ? observedClosed : closed).Add(Evaluation.Items.Describe(view, ending));

        return new OrganisationResult([.. items], [.. observed], [.. closed], [.. observedClosed], view.Next)
        {
            Watched = [.. found.Watched],
            Others = [.. view.Others],
        };
    }

    /// <summary>What the rules find, before limits.</summary>
    public static Findings Find(View view, OrganisationNode organisation)
    {
        var found = new Findings(organisation);
        foreach (var thread in organisation.Threads)
        {
            var facts = ThreadFacts.Compute(view, thread);
            Respond.Evaluate(view, facts, found);
            Resolve.Evaluate(view, facts, found);
            Chase.Evaluate(view, facts, found);
        }

        Respond.EvaluateCalls(view, organisation, found);
        StayInTouch.Evaluate(view, organisation, found);
        FollowUp.Evaluate(view, organisation, found);
        Dates.Evaluate(view, organisation, found);
        Notices.Evaluate(view, organisation, found);
        Handovers.Evaluate(view, organisation, found);
        Watches.Evaluate(view, organisation, found);
        return found;
    }
}
