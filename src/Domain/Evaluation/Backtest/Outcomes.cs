using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>Goes through what was found for every organisation and tells what became of the promises whose due has come.</summary>
internal sealed class Outcomes(Plan plan, LogIndex log, Coverage? coverage, Instant now)
{
    private readonly View view = new(plan, log, new PeopleOnDuty(plan, now.ToUnixTimeTicks()), now.ToUnixTimeTicks());

    /// <summary>What became of an item that ended; null where it was called off.</summary>
    /// <param name="closed">The item.</param>
    /// <param name="isSure">Whether nothing that could hold an earlier answer is unread.</param>
    public static OutcomeKind? Kind(ClosedItem closed, bool isSure) => closed switch
    {
        { As: ItemClosing.Cancelled } => null,
        { ByHand: true } => OutcomeKind.ByHand,
        { As: ItemClosing.Met } => OutcomeKind.InTime,
        { As: ItemClosing.Satisfied } when closed.At <= closed.Due => OutcomeKind.InTime,
        _ when !isSure => OutcomeKind.Unsure,
        { As: ItemClosing.Expired } => OutcomeKind.NotYet,
        _ => OutcomeKind.Late,
    };

    /// <summary>What fell due since a moment, in no particular order.</summary>
    public IEnumerable<Outcome> Since(Instant since)
    {
        foreach (var organisation in log.Organisations)
        {
            var result = organisation.Result!;
            var isAsked = false;
            foreach (
                var item in result.Items.Select(found => found.Item)
                    .Where(item => item.State == ItemState.Overdue && item.Rule.Kind.IsPromise))
            {
                if (item.Due is { } due && since <= due)
                {
                    isAsked = true;
                    var kind = IsSure(item.Rule, item.About, item.Contact!, due) ? OutcomeKind.NotYet : OutcomeKind.Unsure;
                    yield return new Outcome(item.Rule, OwnerAt(item.Contact!, due), due, kind, now - item.Opened);
                }
            }

            foreach (var closed in result.Closed)
            {
                if (closed.Due is not { } due || due < since || due >= now || !closed.Rule.Kind.IsPromise)
                    continue;

                var isSure = closed.As == ItemClosing.Met || IsSure(closed.Rule, closed.About, closed.Contact!, due);
                if (Kind(closed, isSure) is { } kind)
                {
                    isAsked = true;
                    yield return new Outcome(closed.Rule, OwnerAt(closed.Contact!, due), due, kind, closed.At - closed.Opened);
                }
            }

            if (isAsked)
                LogIndex.Release(organisation);
        }
    }

    private bool IsSure(Rule rule, string thread, Company.EmailAddress contact, Instant due)
    {
        var at = due.ToUnixTimeTicks();
        return coverage is null
            || (
                coverage.IsSure(at, null) ?? coverage.IsSure(at, RestsOn.For(view, rule, log.FindThread(thread), Owner(contact)))!.Value
            );
    }

    private int Owner(Company.EmailAddress contact) => Ownership.Owner(view, log.Find(contact)!);

    /// <summary>Who was to act when it was due: by what had happened before, and by who was there on that day.</summary>
    private string OwnerAt(Company.EmailAddress contact, Instant due)
    {
        var assigned = Ownership.At(view, log.Find(contact)!, due.ToUnixTimeTicks()).Person;
        return plan.Id(PeopleOnDuty.Resolve(plan, assigned, plan.Calendar.Date(due), away: true));
    }
}
