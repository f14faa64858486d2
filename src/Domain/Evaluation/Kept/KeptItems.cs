using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>The open items of organisations that were judged before, each by itself, under one policy.</summary>
public sealed class KeptItems
{
    private readonly UnitForm form;
    private readonly Plan plan;
    private readonly Dictionary<string, OrganisationResult> results = new(StringComparer.Ordinal);

    internal KeptItems(Plan plan) => (this.plan, form) = (plan, new UnitForm(plan));

    /// <summary>Takes in what was kept of organisations, in the place of what was known of them.</summary>
    public void Put(IEnumerable<Unit> units)
    {
        ArgumentNullException.ThrowIfNull(units);
        foreach (var unit in units)
        {
            if (unit.Items is null)
                results.Remove(unit.Organisation);
            else
                results[unit.Organisation] = form.Read(unit.Items);
        }
    }

    /// <summary>
    /// The items with what is not certain about them, as a moment sees them at which none of the organisations has anything else to say;
    /// nothing of those that ended.
    /// </summary>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="now">The moment.</param>
    public EvaluationResult List(IReadOnlyList<AccountCoverage>? coverage, Instant now) =>
        Listing.List(results.Values, long.MaxValue, Covered(coverage), now, closedSince: now);

    /// <summary>
    /// The organisations that have to be judged again because of how far accounts have been read by now: a late answer that was counted, or
    /// was not, is sure.
    /// </summary>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    public IReadOnlyList<string> Outdated(IReadOnlyList<AccountCoverage>? coverage)
    {
        var known = Covered(coverage);
        return [.. results.Where(one => Array.Exists(one.Value.Watched, late => !late.StillHolds(known))).Select(one => one.Key)];
    }

    /// <summary>The names of the accounts that items rest on: those that could hold what would close them.</summary>
    /// <param name="asked">Which items.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="now">The moment.</param>
    public IReadOnlySet<string> AccountsBehind(Func<Item, bool> asked, IReadOnlyList<AccountCoverage>? coverage, Instant now) =>
        Covered(coverage)?.AccountsBehind(results.Values, asked, now) ?? new HashSet<string>();

    private Coverage? Covered(IReadOnlyList<AccountCoverage>? coverage) =>
        coverage is null ? null : new Coverage(coverage, plan.Policy.Us.CommandMailbox);
}
