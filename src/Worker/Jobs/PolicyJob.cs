using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Asks the policy and sends what is due when it is rung.</summary>
[DisallowConcurrentExecution]
internal sealed class PolicyJob(
    DigestDesk desk,
    FreshHarvest fresh,
    PolicyAtWork atWork,
    IClock clock,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<PolicyJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await failures.Guard("digests", () => Ask(stop.Token), stop.Token);
    }

    private async Task Ask(CancellationToken ct)
    {
        var stale = await Use((policy, now) => SendWhenFresh(policy, now, ct), ct);
        if (stale.Count == 0)
            return;

        // Whatever becomes of the reading, mails leave; nobody waits for the policy meanwhile.
        await failures.Guard("accounts that mails rest on", () => Read(stale, ct), ct);
        await Use(
            async (policy, now) =>
            {
                await Send(policy, now, ct);
                return true;
            },
            ct);
    }

    private Task<T> Use<T>(Func<RunningPolicy, Instant, Task<T>> work, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        return atWork.Use(now, policy => work(policy, now), ct);
    }

    /// <summary>Sends what is due, unless accounts are to be read first: then these are named.</summary>
    private async Task<IReadOnlySet<string>> SendWhenFresh(RunningPolicy policy, Instant now, CancellationToken ct)
    {
        // Without a way for mails to leave, the policy is asked for reports only.
        IReadOnlySet<string> stale = new HashSet<string>();
        if (desk.CanSend)
        {
            stale = await desk.AccountsToRead(new PolicyLook(policy.Policy, now) { Running = policy }, ct);
            if (stale.Count == 0)
                await Send(policy, now, ct);
        }

        await atWork.WriteCards(policy, now, ct);
        return stale;
    }

    private async Task Read(IReadOnlySet<string> accounts, CancellationToken ct)
    {
        foreach (var summary in await fresh.Read(accounts, clock.GetCurrentInstant(), ct))
        {
            if (summary.Problem is { } problem)
                log.LogWarning("account {Account}: {Problem}", summary.Account, problem);
        }
    }

    private async Task Send(RunningPolicy policy, Instant now, CancellationToken ct)
    {
        var report = await desk.Send(new PolicyLook(policy.Policy, now) { Running = policy }, lease: null, ct);
        foreach (var sent in report.Sent)
            log.LogInformation("digest {Digest} left for {Reader}", sent.Digest, sent.Reader);

        foreach (var problem in report.Problems)
            log.LogWarning("{Problem}", problem);
    }
}
