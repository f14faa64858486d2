using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>Asks the policy about one organisation, over the lines of the log that concern it alone.</summary>
internal sealed class OrganisationLog(ContactLog log, HarvestedLog harvested)
{
    /// <summary>Why the policy does or does not ask for anything about a contact; null when nobody has that address.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="contact">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="rule">The name of the only rule to explain, or null for all.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Explanation?> Explain(
        CompanyPolicy policy, EmailAddress contact, Instant now, string? rule, CancellationToken ct)
    {
        var reading = new Evaluator(await WithJoinedPeople(policy, now, ct)).Read(contact);
        var coverage = await harvested.Coverage(ct);
        Explanation? explanation = null;
        await Answer(reading, now, () => reading.TryExplain(contact, now, rule, coverage, out explanation), ct);
        return explanation;
    }

    /// <summary>What the policy makes of the organisation of a contact.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="contact">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<EvaluationResult> Evaluate(CompanyPolicy policy, EmailAddress contact, Instant now, CancellationToken ct)
    {
        var reading = new Evaluator(await WithJoinedPeople(policy, now, ct)).Read(contact);
        var coverage = await harvested.Coverage(ct);
        EvaluationResult? result = null;
        await Answer(reading, now, () => reading.TryAsk(running => running.Evaluate(now), coverage, out result), ct);
        return result!;
    }

    /// <summary>Reads what is wanted until a question about organisations can be answered.</summary>
    /// <param name="reading">Of which organisations.</param>
    /// <param name="now">Lines seen later do not exist.</param>
    /// <param name="tryAnswer">False while lines are missing.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Answer(OrganisationReading reading, Instant now, Func<bool> tryAnswer, CancellationToken ct)
    {
        var known = new HashSet<long>();
        do
        {
            while (reading.Wanted is { } wanted)
                reading.Take(await log.Read(wanted, now, ct, known));
        }
        while (!tryAnswer());
    }

    /// <summary>The policy with the people who were said to be one.</summary>
    public async Task<CompanyPolicy> WithJoinedPeople(CompanyPolicy policy, Instant now, CancellationToken ct)
    {
        var joins = await log.Read(JoinedPeople.Joins, now, ct);
        return joins.Count == 0
            ? policy
            : JoinedPeople.Apply(policy, [.. joins, .. await log.Read(JoinedPeople.TakingBack(joins), now, ct)], now);
    }
}
