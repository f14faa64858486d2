using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>What calendars show at a moment, by whose it is.</summary>
/// <param name="Policy">What it follows from.</param>
/// <param name="ByOwner">The items.</param>
/// <param name="At">The moment.</param>
/// <param name="Erasures">How often people had been erased then.</param>
internal sealed record OpenItems(CompanyPolicy Policy, ILookup<string, Item> ByOwner, Instant At, long Erasures)
{
    /// <summary>Asks the policy.</summary>
    /// <param name="running">The policy over the log.</param>
    /// <param name="now">The moment.</param>
    /// <param name="erasures">How often people had been erased before it read the log.</param>
    public static OpenItems From(RunningPolicy running, Instant now, long erasures) =>
        new(
            running.Policy,
            running.EvaluateLately(now, now).Items
                .Where(item => FeedEntry.Shows(item, item.Owner, now))
                .ToLookup(item => item.Owner, StringComparer.Ordinal),
            now,
            erasures);
}
