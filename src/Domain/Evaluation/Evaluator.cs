using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Turns the log into items: <c>items = f(policy, log, now)</c> (policy-language.md section 1). It never reads a clock, and the order in
/// which interactions are handed over changes nothing.
/// </summary>
/// <exception cref="ArgumentException">The policy names something it does not have, or one of its calendars is never open: mistakes
/// validation reports.</exception>
public sealed class Evaluator(CompanyPolicy policy)
{
    private readonly Plan plan = new(policy);

    public CompanyPolicy Policy => plan.Policy;

    /// <summary>What the policy makes of a log at a moment.</summary>
    /// <param name="log">The interactions and how far accounts have been read.</param>
    /// <param name="now">The moment; interactions learned of later do not exist.</param>
    /// <param name="closedSince">Items that ended earlier are not listed; null lists all that the log tells of.</param>
    public EvaluationResult Evaluate(ContactLogSnapshot log, Instant now, Instant? closedSince = null) =>
        Run(log, now).Evaluate(now, closedSince);

    /// <summary>Why the policy does or does not ask for anything about a contact; null when nobody has that address.</summary>
    /// <param name="log">The interactions.</param>
    /// <param name="address">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="rule">The name of the only rule to explain, or null for all.</param>
    public Explanation? Explain(ContactLogSnapshot log, EmailAddress address, Instant now, string? rule = null)
    {
        var running = Run(log, now);
        return running.Explain(address, now, rule)?.WithTold(running.Plan, log.Interactions, now);
    }

    /// <summary>Begins to read what the policy looks at to judge the organisation of a contact.</summary>
    /// <param name="contact">Any address of the contact.</param>
    /// <remarks>People who are one by what was said (<see cref="JoinedPeople"/>) must be one in the policy already.</remarks>
    public OrganisationReading Read(EmailAddress contact) => new(plan, [plan.Book.Organisation(contact)]);

    /// <summary>The same for several organisations at once.</summary>
    /// <param name="organisations">Their names.</param>
    public OrganisationReading Read(IReadOnlyCollection<string> organisations) => new(plan, organisations);

    /// <summary>The organisation somebody outside belongs to; null for one of us.</summary>
    public string? FindOrganisation(EmailAddress address) => plan.Book.IsOurs(address) ? null : plan.Book.Organisation(address);

    /// <summary>Lists items that were kept of organisations; of none yet.</summary>
    public KeptItems CreateList() => new(plan);

    private RunningPolicy Run(ContactLogSnapshot log, Instant now)
    {
        var joined = SeenAbsences.Apply(JoinedPeople.Apply(plan.Policy, log.Interactions, now), log.Interactions, now);
        var running = new RunningPolicy(ReferenceEquals(joined, plan.Policy) ? plan : new Plan(joined));
        running.Put(log.Interactions);
        running.Cover(log.Coverage);
        return running;
    }
}
