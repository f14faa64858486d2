using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>What calendars show at a moment, by whose it is.</summary>
/// <param name="Policy">What it follows from.</param>
/// <param name="ByOwner">The items.</param>
/// <param name="At">The moment.</param>
/// <param name="Erasures">How often people had been erased then.</param>
internal sealed record OpenItems(CompanyPolicy Policy, ILookup<string, Item> ByOwner, Instant At, long Erasures)
{
    /// <param name="judged">What the policy makes of every organisation.</param>
    public static OpenItems From(JudgedLog judged) =>
        new(
            judged.Policy,
            judged.Evaluation.Items
                .Where(item => FeedEntry.Shows(item, item.Owner, judged.Now))
                .ToLookup(item => item.Owner, StringComparer.Ordinal),
            judged.Now,
            judged.Erasures);
}
