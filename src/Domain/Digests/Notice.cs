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
/// Which steps are to be told now (policy-language.md section 15): what falls due within ten minutes goes into one mail, outside of the
/// open hours it waits for the next opening, and neither holds for rules marked urgent. Whether somebody was told already is not known
/// here; the ledger knows.
/// </summary>
public sealed class NoticePlan(CompanyPolicy policy)
{
    /// <summary>How long a step waits for others to the same reader.</summary>
    public static readonly Duration Bundling = Duration.FromMinutes(10);

    /// <summary>
    /// What each reader is to be told at the moment of the evaluation; readers in the order of their ids, steps by their items' due time.
    /// </summary>
    /// <param name="evaluation">The items at the moment.</param>
    /// <param name="withHeld">Also what waits until accounts are read.</param>
    public IReadOnlyList<(string Reader, IReadOnlyList<Notice> Notices)> DueAt(EvaluationResult evaluation, bool withHeld = false)
    {
        var pending = evaluation.Items.Where(item => withHeld || !item.Held).SelectMany(item => Steps(item, evaluation.Now)).ToList();
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
    private IEnumerable<(Notice Notice, Instant Leaves)> Steps(Item item, Instant now)
    {
        if (item.Due is not { } due)
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

/// <summary>A step of an item that was told.</summary>
/// <param name="To">The id of who was told.</param>
/// <param name="Step">As <see cref="Notice.Step"/> has it.</param>
public sealed record NotifiedStep(string To, string Step)
{
    /// <summary>
    /// The steps of an item that have been told by a moment if mails leave as soon as they may: several that were late when they became
    /// known, or when accounts were read at last, are one, the highest. What the hours and the bundling of mails delay counts as told.
    /// </summary>
    public static IReadOnlyList<NotifiedStep> At(Item item, Instant now)
    {
        var told = new List<NotifiedStep>();
        if (item.Due is not { } due)
            return told;

        if (item.WarnAt is { } warn && Instant.Max(warn, item.KnownSince) is var warned && warned <= due && warned <= now)
            told.Add(new NotifiedStep(item.Owner, Notice.Warning));

        if (item.ToldState != ItemState.Overdue)
            return told;

        var free = item.Unread.Count == 0 ? item.KnownSince : Instant.Max(item.KnownSince, Coverage.ToldAnyway(item));
        for (var i = 0; i < Math.Min(item.Level, item.Steps.Count); i++)
        {
            var isOvertaken = i + 1 < item.Level && item.Steps[i + 1].At <= free;
            if (item.Steps[i].Via == Via.Email && !isOvertaken)
                told.Add(new NotifiedStep(item.Steps[i].To, FormattableString.Invariant($"escalate-{i + 1}")));
        }

        return told;
    }
}
