using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The policy over a log that grows: only organisations whose log changed, or whose next moment of change has come, are evaluated again,
/// and the result is the same as that of a full evaluation. Not safe for use by several threads at once.
/// </summary>
public sealed class RunningPolicy
{
    private readonly Plan plan;
    private readonly PartOfLog? part;
    private readonly LogIndex log;
    private Coverage? coverage;
    private Coverage? lastCoverage;
    private PeopleOnDuty? people;
    private long lastNow = long.MinValue;
    private long lastClosedSince;

    /// <summary>Begins with an empty log.</summary>
    public RunningPolicy(CompanyPolicy policy)
        : this(new Plan(policy))
    {
    }

    /// <param name="plan">The policy.</param>
    /// <param name="part">Where only the lines of some organisations come: which; those it is read for are evaluated alone.</param>
    internal RunningPolicy(Plan plan, PartOfLog? part = null)
    {
        this.plan = plan;
        this.part = part;
        log = new LogIndex(plan, part);
    }

    public CompanyPolicy Policy => plan.Policy;

    /// <summary>How many organisations the last evaluation looked at.</summary>
    public int LookedAt { get; private set; }

    internal LogIndex Log => log;

    internal Plan Plan => plan;

    /// <summary>
    /// Adds interactions, or replaces those with the same id (derived again after a change of configuration, a merged thread, a moved
    /// meeting).
    /// </summary>
    public void Put(IEnumerable<Interaction> interactions)
    {
        foreach (var interaction in interactions)
            log.Put(interaction);
    }

    /// <summary>Takes interactions out of the log (<c>forget</c>).</summary>
    public void Remove(IEnumerable<string> ids)
    {
        foreach (var id in ids)
            log.Remove(id);
    }

    /// <summary>Takes in who of our people is away by now: owners change, and every item is looked at again.</summary>
    /// <param name="ours">The people of the policy, of whom nothing but their absences differs.</param>
    public void Replace(IReadOnlyList<Person> ours)
    {
        plan.Replace(ours);
        (people, lastNow) = (null, long.MaxValue);
    }

    /// <summary>Says how far each account has been read; null means everything has been.</summary>
    public void Cover(IReadOnlyList<AccountCoverage>? accounts) =>
        coverage = accounts is null ? null : new Coverage(accounts, plan.Policy.Us.CommandMailbox);

    /// <summary>What the policy makes of the log at a moment.</summary>
    /// <param name="now">The moment; it may lie before that of the last evaluation, which then has to begin anew.</param>
    /// <param name="closedSince">Items that ended earlier are not listed; null lists all. Should move forward only, or everything is
    /// evaluated again.</param>
    public EvaluationResult Evaluate(Instant now, Instant? closedSince = null)
    {
        Advance(now.ToUnixTimeTicks(), closedSince?.ToUnixTimeTicks() ?? long.MinValue);
        return Listed(now, closedSince);
    }

    /// <summary>
    /// The same for whoever needs the items that ended lately only: the others are known still, for the next who asks, but in a log of
    /// years they are many.
    /// </summary>
    /// <param name="now">See <see cref="Evaluate"/>.</param>
    /// <param name="closedSince">Items that ended earlier are not listed; any moment.</param>
    public EvaluationResult EvaluateLately(Instant now, Instant closedSince)
    {
        Advance(now.ToUnixTimeTicks(), long.MinValue);
        return Listed(now, closedSince);
    }

    private EvaluationResult Listed(Instant now, Instant? closedSince) =>
        Listing.List(log.Organisations.Select(organisation => organisation.Result!), people!.Until, coverage, now, closedSince);

    /// <summary>
    /// What became of the promises that fell due between two moments, as far as is known at the second (policy-language.md section 15).
    /// </summary>
    /// <param name="since">The first; what fell due earlier is left out.</param>
    /// <param name="now">The moment of the last evaluation.</param>
    public IReadOnlyList<Outcome> PromisesDue(Instant since, Instant now) => [.. new Outcomes(plan, log, coverage, now).Since(since)];

    /// <summary>Why the policy does or does not ask for anything about a contact; null when nobody has that address.</summary>
    /// <param name="address">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="rule">The name of the only rule to explain, or null for all.</param>
    public Explanation? Explain(EmailAddress address, Instant now, string? rule = null)
    {
        var at = now.ToUnixTimeTicks();
        if (log.Find(address) is not { } contact)
            return null;

        log.Renew(contact.Organisation);
        return new Explainer(new View(plan, log, new PeopleOnDuty(plan, at), at) { Coverage = coverage }, contact).Explain(rule);
    }

    /// <summary>Whether limits let one of us write to somebody of our own accord; null when nobody has that address.</summary>
    /// <param name="address">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    public WritingAdvice? MayWrite(EmailAddress address, Instant now)
    {
        if (log.Find(address) is not { } contact)
            return null;

        var advice = Advice.From(ViewAt, contact, now.ToUnixTimeTicks());
        LogIndex.Release(contact.Organisation);
        return advice;

        View ViewAt(long at)
        {
            log.Renew(contact.Organisation);
            return new View(plan, log, new PeopleOnDuty(plan, at), at);
        }
    }

    /// <summary>
    /// Replays the log between two moments, at every instant at which something can change and at each digest time, and counts what the
    /// policy would have asked for. Full coverage is assumed.
    /// </summary>
    public BacktestReport Backtest(Instant from, Instant to) => new Replay(plan, log, from.ToUnixTimeTicks(), to.ToUnixTimeTicks()).Run();

    /// <summary>Brings every organisation's result up to a moment.</summary>
    internal void Advance(long now, long closedSince)
    {
        if (people is null || now < lastNow || now >= people.Until)
            people = new PeopleOnDuty(plan, now);

        var all = now < lastNow || closedSince < lastClosedSince;
        var stale = Stale(all, now);
        foreach (var organisation in stale)
            log.Renew(organisation);

        foreach (var organisation in stale)
        {
            Replace(organisation, OrganisationResult.From(plan, log, people, organisation, now, closedSince, coverage));
            LogIndex.Release(organisation);
        }

        LookedAt = stale.Count;
        log.Touched.Clear();
        (lastNow, lastClosedSince, lastCoverage) = (now, closedSince, coverage);
    }

    private static void Replace(OrganisationNode organisation, OrganisationResult result)
    {
        foreach (var other in organisation.Result?.Others ?? [])
            other.AskedBy.Remove(organisation);

        foreach (var other in result.Others)
            other.AskedBy.Add(organisation);

        (organisation.Result, organisation.NextChange) = (result, result.NextChange);
    }

    private HashSet<OrganisationNode> Stale(bool all, long now)
    {
        if (all)
            return [.. log.Organisations];

        var stale = new HashSet<OrganisationNode>(log.Touched);
        foreach (var organisation in log.Organisations)
        {
            if (organisation.Result is null || organisation.NextChange <= now || IsOutdated(organisation.Result))
                stale.Add(organisation);
        }

        // Two organisations can share a thread or a meeting: what changes for one can change the items of the other.
        foreach (var organisation in stale.ToArray())
            stale.UnionWith(organisation.AskedBy);

        if (part is not null)
            stale.IntersectWith(log.Organisations);

        return stale;
    }

    /// <summary>Whether a late answer that a watch counted, or did not, is sure by now.</summary>
    private bool IsOutdated(OrganisationResult result) =>
        !ReferenceEquals(coverage, lastCoverage) && Array.Exists(result.Watched, late => !late.StillHolds(coverage));
}
