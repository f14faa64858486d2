using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Puts together what was found for each organisation, and says what is not certain about it as far as accounts have been read.
/// </summary>
internal static class Listing
{
    /// <param name="results">Of each organisation, evaluated and not to change before <paramref name="now"/>.</param>
    /// <param name="until">When something can change that is no organisation's own.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="now">The moment.</param>
    /// <param name="closedSince">Items that ended earlier are not listed; null lists all.</param>
    public static EvaluationResult List(
        IEnumerable<OrganisationResult> results,
        long until,
        Coverage? coverage,
        Instant now,
        Instant? closedSince)
    {
        var items = new List<Item>();
        var observed = new List<Item>();
        var closed = new List<ClosedItem>();
        var observedClosed = new List<ClosedItem>();
        var next = until;
        foreach (var result in results)
        {
            AddDoubts(items, result.Items);
            AddDoubts(observed, result.Observed);
            AddSince(closed, result.Closed);
            AddSince(observedClosed, result.ObservedClosed);
            next = Math.Min(next, result.NextChange);
        }

        if (coverage is not null)
            next = Math.Min(next, Math.Min(coverage.NextLag(now.ToUnixTimeTicks()), NextAccusation([.. items, .. observed])));

        items.Sort(ItemOrder.Compare);
        observed.Sort(ItemOrder.Compare);
        closed.Sort(ItemOrder.Compare);
        observedClosed.Sort(ItemOrder.Compare);
        return new EvaluationResult(now)
        {
            Items = items,
            Observed = observed,
            Closed = closed,
            ObservedClosed = observedClosed,
            NextChange = next == long.MaxValue ? null : Instant.FromUnixTimeTicks(next),
            Coverage = coverage?.Accounts ?? [],
        };

        void AddDoubts(List<Item> into, FoundItem[] from)
        {
            foreach (var found in from)
                into.Add(coverage is null ? found.Item : coverage.Doubt(found.Item, found.RestsOn, now));
        }

        void AddSince(List<ClosedItem> into, ClosedItem[] from)
        {
            foreach (var item in from)
            {
                if (closedSince is null || item.At >= closedSince)
                    into.Add(item);
            }
        }
    }

    /// <summary>When the first accusation that waits is told though not everything was read, or <see cref="long.MaxValue"/>.</summary>
    private static long NextAccusation(List<Item> items)
    {
        var next = long.MaxValue;
        foreach (var item in items)
        {
            if (item.Held)
                next = Math.Min(next, Coverage.ToldAnyway(item).ToUnixTimeTicks());
        }

        return next;
    }
}
