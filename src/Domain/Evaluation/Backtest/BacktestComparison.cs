namespace CrmSync.Domain.Evaluation;

/// <summary>Holds two replays of one log side by side.</summary>
internal sealed class BacktestComparison(BacktestReport before, BacktestReport after)
{
    private readonly ILookup<string, BacktestItem> listedBefore = Listed(before);
    private readonly ILookup<string, BacktestItem> listedAfter = Listed(after);
    private readonly ILookup<string, BacktestItem> heldBefore = Held(before);
    private readonly ILookup<string, BacktestItem> heldAfter = Held(after);
    private readonly ILookup<string, BacktestItem> allAfter = after.Items.Values.ToLookup(item => item.Rule, StringComparer.Ordinal);

    /// <summary>In the order of the file after, then what only the file before has; rules before limits.</summary>
    public IReadOnlyList<BacktestDifference> Differences() =>
        [
            .. after
                .Rules.Concat(before.Rules)
                .Select(rule => rule.Name)
                .Distinct(StringComparer.Ordinal)
                .Select(InRule)
                .OfType<BacktestDifference>(),
            .. after
                .Limits.Concat(before.Limits)
                .Select(limit => limit.Name)
                .Distinct(StringComparer.Ordinal)
                .Select(InLimit)
                .OfType<BacktestDifference>(),
        ];

    private BacktestDifference? InRule(string name)
    {
        var (was, now) = (before.Rules.FirstOrDefault(rule => rule.Name == name), after.Rules.FirstOrDefault(rule => rule.Name == name));
        var changed = allAfter[name]
            .Where(item => before.Items.TryGetValue(item.Id, out var other) && !EndsAlike(other, item))
            .Select(item => (Before: before.Items[item.Id], After: item))
            .OrderBy(pair => pair.After.Opened)
            .ThenBy(pair => pair.After.Id, StringComparer.Ordinal)
            .ToList();
        var difference = Between(
            new BacktestDifference(name, IsLimit: false) { RuleBefore = was, RuleAfter = now },
            listedBefore[name],
            listedAfter[name]) with
        {
            Changed = changed.Count,
            ChangedExample = changed.Count == 0 ? null : changed[0],
        };
        return difference.Added + difference.Removed + difference.Changed == 0 && CountAlike(was, now) ? null : difference;
    }

    private BacktestDifference? InLimit(string name)
    {
        var (was, now) = (
            before.Limits.FirstOrDefault(limit => limit.Name == name),
            after.Limits.FirstOrDefault(limit => limit.Name == name));
        var difference = Between(
            new BacktestDifference(name, IsLimit: true) { LimitBefore = was, LimitAfter = now },
            heldBefore[name],
            heldAfter[name]);
        return difference.Added + difference.Removed == 0 && was == now ? null : difference;
    }

    private static BacktestDifference Between(
        BacktestDifference difference,
        IEnumerable<BacktestItem> here,
        IEnumerable<BacktestItem> there)
    {
        var (was, now) = (
            here.ToDictionary(item => item.Id, StringComparer.Ordinal),
            there.ToDictionary(item => item.Id, StringComparer.Ordinal));
        var (added, removed) = (Only(now, was), Only(was, now));
        return difference with
        {
            Added = added.Count,
            AddedExample = added.FirstOrDefault(),
            Removed = removed.Count,
            RemovedExample = removed.FirstOrDefault(),
        };
    }

    private static List<BacktestItem> Only(Dictionary<string, BacktestItem> here, Dictionary<string, BacktestItem> there) =>
        [
            .. here
                .Values.Where(item => !there.ContainsKey(item.Id))
                .OrderBy(item => item.Opened)
                .ThenBy(item => item.Id, StringComparer.Ordinal),
        ];

    private static bool EndsAlike(BacktestItem one, BacktestItem other) =>
        one.As == other.As
        && one.EndedAt == other.EndedAt
        && one.Due == other.Due
        && one.Opened == other.Opened
        && one.HeldBy.SequenceEqual(other.HeldBy, StringComparer.Ordinal);

    private static bool CountAlike(BacktestRule? one, BacktestRule? other) =>
        one is not null && other is not null
        && one with { SuppressedBy = other.SuppressedBy, WouldSuppress = other.WouldSuppress } == other
        && IsEqual(one.SuppressedBy, other.SuppressedBy) && IsEqual(one.WouldSuppress, other.WouldSuppress);

    private static bool IsEqual(IReadOnlyDictionary<string, int> one, IReadOnlyDictionary<string, int> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var count) && count == entry.Value);

    private static ILookup<string, BacktestItem> Listed(BacktestReport report) =>
        report.Items.Values.Where(item => item.Listed).ToLookup(item => item.Rule, StringComparer.Ordinal);

    private static ILookup<string, BacktestItem> Held(BacktestReport report) =>
        report
            .Items.Values.SelectMany(item => item.HeldBy.Select(limit => (limit, item)))
            .ToLookup(one => one.limit, one => one.item, StringComparer.Ordinal);
}
