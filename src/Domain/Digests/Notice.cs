using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>A step of an item that somebody is told of by a mail of its own.</summary>
/// <param name="Item">The item.</param>
/// <param name="Step"><c>warn</c>, or <c>escalate-1</c> and so on in the order of the rule.</param>
/// <param name="Reader">The id of who is told, as of now.</param>
public sealed record Notice(Item Item, string Step, string Reader)
{
    public const string Warning = "warn";

    public bool IsWarning => Step == Warning;
}

/// <summary>
/// Which steps are to be told now (policy.md section 15): what falls due within ten minutes goes into one mail, outside of the open hours
/// it waits for the next opening, and neither holds for rules marked urgent. Whether somebody was told already is not known here; the
/// ledger knows.
/// </summary>
public sealed class NoticePlan(CompanyPolicy policy)
{
    /// <summary>How long a step waits for others to the same reader.</summary>
    public static readonly Duration Bundling = Duration.FromMinutes(10);

    /// <summary>How long an item waits for an account that could not be read.</summary>
    private static readonly Duration MostReserve = Duration.FromHours(24);

    /// <summary>
    /// What each reader is to be told at the moment of the evaluation; readers in the order of their ids, steps by their items' due time.
    /// </summary>
    public IReadOnlyList<(string Reader, IReadOnlyList<Notice> Notices)> DueAt(EvaluationResult evaluation)
    {
        var pending = evaluation.Items.SelectMany(item => StepsOf(item, evaluation.Now)).ToList();
        return
        [
            .. pending.GroupBy(step => step.Notice.Reader, StringComparer.Ordinal)
                .Where(group => group.Any(step => step.Leaves <= evaluation.Now))
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group =>
                    (
                        group.Key,
                        (IReadOnlyList<Notice>)
                            [
                                .. group
                                    .Select(step => step.Notice)
                                    .OrderBy(notice => notice.Item.Due)
                                    .ThenBy(notice => notice.Item.Id, StringComparer.Ordinal),
                            ])),
        ];
    }

    /// <summary>The steps that have come, with the moment each may leave.</summary>
    private IEnumerable<(Notice Notice, Instant Leaves)> StepsOf(Item item, Instant now)
    {
        if (item.Due is not { } due || (item.Unsure.Count > 0 && now < due + MostReserve))
            yield break;

        if (
            item.State == ItemState.Open
            && item.WarnAt is { } warn
            && warn <= now
            && now <= due
            && !(item.HiddenUntil > now)
            && Leaves(item, warn, now) is { } warnAt)
            yield return (new Notice(item, Notice.Warning, item.Owner), warnAt);

        // Several steps late when first seen: only the highest is told.
        if (
            item.Level > 0
            && item.Level <= item.Steps.Count
            && item.Steps[item.Level - 1] is { Via: Via.Email } step
            && Leaves(item, step.At, now) is { } stepAt)
            yield return (new Notice(item, FormattableString.Invariant($"escalate-{item.Level}"), step.To), stepAt);
    }

    private Instant? Leaves(Item item, Instant moment, Instant now)
    {
        // What we learned of late cannot have been bundled with what was told before.
        var known = Instant.Max(moment, item.KnownSince);
        if (item.Rule.Urgent)
            return known;

        if (policy.NotificationHours is not { } hours)
            return known + Bundling;

        // A step of the last open minutes leaves after closing; what was missed longer than that waits for the morning.
        var leaves = hours.Roll(known) + Bundling;
        return hours.IsOpen(now) || now <= leaves + Bundling ? leaves : null;
    }
}
