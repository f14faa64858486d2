using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Asks the policy and writes what is due when it is rung; <see cref="SendJob"/> is rung when there is something to send.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class PolicyJob(
    DigestDispatch desk,
    FreshHarvest fresh,
    PolicyAtWork atWork,
    IClock clock,
    TimeProvider time,
    JobRunner runner,
    JobTroubles standing,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<PolicyJob> log) : IJob
{
    /// <summary>Reading the whole log of a large company, and the accounts digests rest on, takes minutes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>More than a reading takes that ends when it is told to.</summary>
    private static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(3);

    public static JobKey Key { get; } = new("digests", JobPlaces.Policy);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var trouble = await runner.Run(JobTroubles.Policy, Longest, ct => Ask(context.Scheduler, ct), stop.Token);
        await failures.Guard(
            JobTroubles.Policy,
            () => standing.Note(JobTroubles.Policy, trouble, clock.GetCurrentInstant(), stop.Token),
            stop.Token);
    }

    private async Task Ask(IScheduler scheduler, CancellationToken ct)
    {
        var stale = await Use((policy, now) => WriteWhenFresh(policy, now, ct), ct);
        if (stale.Count > 0)
        {
            // Whatever becomes of the reading, mails are written; nobody waits for the policy meanwhile.
            await failures.Guard("accounts that mails rest on", () => Read(stale, ct), ct);
            await Use(
                async (policy, now) =>
                {
                    await Write(policy, now, ct);
                    return true;
                },
                ct);
        }

        if (desk.CanSend && await desk.HasUnsent(ct))
            await scheduler.TriggerJob(SendJob.Key, ct);
    }

    private Task<T> Use<T>(Func<RunningPolicy, Instant, Task<T>> work, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        return atWork.Use(now, policy => work(policy, now), ct);
    }

    /// <summary>Writes what is due, unless accounts are to be read first: then these are named.</summary>
    private async Task<IReadOnlySet<string>> WriteWhenFresh(RunningPolicy policy, Instant now, CancellationToken ct)
    {
        // Without a way for mails to leave, the policy is asked for reports only.
        IReadOnlySet<string> stale = new HashSet<string>();
        if (desk.CanSend)
        {
            stale = await desk.AccountsToRead(new PolicyMoment(policy.Policy, now) { Running = policy }, ct);
            if (stale.Count == 0)
                await Write(policy, now, ct);
        }

        await atWork.WriteCards(policy, now, ct);
        return stale;
    }

    private Task Write(RunningPolicy policy, Instant now, CancellationToken ct) =>
        desk.Write(new PolicyMoment(policy.Policy, now) { Running = policy }, ct);

    private async Task Read(IReadOnlySet<string> accounts, CancellationToken ct)
    {
        // An account that does not even stop when it is told to is left behind: mails do not wait for it.
        var reading = Task.Run(() => fresh.Read(accounts, clock.GetCurrentInstant(), ct), ct);
        foreach (var summary in await reading.WaitAsync(LongestReading, time, ct))
        {
            if (summary.Problem is { } problem)
                log.LogWarning("account {Account}: {Problem}", summary.Account, problem);
        }
    }
}
