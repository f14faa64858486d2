using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>What the policy makes of every organisation at a moment, each judged by itself.</summary>
/// <param name="Evaluator">The policy, with the people who were said to be one.</param>
/// <param name="Kept">The items.</param>
/// <param name="Coverage">How far each account had been read.</param>
/// <param name="Now">The moment.</param>
/// <param name="Erasures">How often people had been erased before.</param>
internal sealed record JudgedLog(
    Evaluator Evaluator, KeptItems Kept, IReadOnlyList<AccountCoverage> Coverage, Instant Now, long Erasures)
{
    private EvaluationResult? evaluation;

    /// <summary>The policy.</summary>
    public CompanyPolicy Policy => Evaluator.Policy;

    /// <summary>The items with what is not certain about them; nothing of those that ended.</summary>
    public EvaluationResult Evaluation => evaluation ??= Kept.List(Coverage, Now);

    /// <summary>Of organisations that were judged and are not kept: until when there is anything to tell beside their items.</summary>
    public IReadOnlyDictionary<string, Instant> Told { get; init; } = new Dictionary<string, Instant>();

    /// <summary>Whether all others are kept, so that the database knows the same of them.</summary>
    public bool IsKept { get; init; } = true;

    /// <summary>The names of the accounts that items rest on.</summary>
    /// <param name="asked">Which items.</param>
    public IReadOnlySet<string> AccountsBehind(Func<Item, bool> asked) => Kept.AccountsBehind(asked, Coverage, Now);
}
