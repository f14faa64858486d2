using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Status;
using CrmSync.Worker.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Asks the policy and writes what is due when it is rung; <see cref="SendJob"/> is rung when there is something to send, and
/// <see cref="PostJob"/> when there is something to post.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class PolicyJob(
    DigestDispatch dispatch,
    FreshHarvest fresh,
    UnitLook look,
    PolicyAtWork atWork,
    IClock clock,
    TimeProvider time,
    JobRunner runner,
    JobTroubles troubles,
    RoundPing ping,
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
        IReadOnlyList<Trouble> unwritten = [];
        var began = time.GetTimestamp();
        using var trace = Traces.Begin("policy");
        var trouble = await runner.Run(
            JobTroubles.Policy,
            Longest,
            async ct => unwritten = await Ask(context.Scheduler, ct),
            stop.Token);
        Meters.NotePolicy(time.GetElapsedTime(began));
        foreach (var one in unwritten)
            log.LogError("{Job}: {Problem}", JobTroubles.Policy, one);

        trouble ??= unwritten.Count == 0 ? null : string.Join("; ", unwritten);
        await failures.Guard(
            JobTroubles.Policy,
            () => troubles.Note(JobTroubles.Policy, trouble, clock.GetCurrentInstant(), stop.Token),
            stop.Token);
        if (trouble is null && !stop.IsCancellationRequested)
            await failures.Guard("status.ping", () => ping.Send(stop.Token), stop.Token);
        else
            trace.MarkFailed(JobTroubles.Policy);
    }

    /// <returns>What could not be written for reasons nobody expected.</returns>
    private async Task<IReadOnlyList<Trouble>> Ask(IScheduler scheduler, CancellationToken ct)
    {
        IReadOnlyList<Trouble> unwritten = [];
        var isIdle = false;

        // What cannot be found out this way is found out over the whole log.
        await failures.Guard("items of organisations", async () => isIdle = await IsIdle(ct), ct);
        if (!isIdle)
            unwritten = await WriteDue(ct);

        if (dispatch.CanSend && await dispatch.HasUnsent(ct))
            await scheduler.TriggerJob(SendJob.Key, ct);

        if (dispatch.CanSend && await dispatch.HasUnposted(ct))
            await scheduler.TriggerJob(PostJob.Key, ct);

        return unwritten;
    }

    /// <summary>Whether there is nothing to be written: then the log need not be known as a whole.</summary>
    private async Task<bool> IsIdle(CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var items = await look.CatchUp(now, ct);
        if (dispatch.CanSend && await dispatch.IsAnythingDue(now, items, ct))
            return false;

        if (items is not null)
            Meters.NoteItems(items);

        return true;
    }

    private async Task<IReadOnlyList<Trouble>> WriteDue(CancellationToken ct)
    {
        var (stale, unwritten) = await Use((policy, now) => WriteWhenFresh(policy, now, ct), ct);
        if (stale.Count > 0)
        {
            // Whatever becomes of the reading, mails are written; nobody waits for the policy meanwhile.
            await failures.Guard("accounts that mails rest on", () => Read(stale, ct), ct);
            unwritten = await Use((policy, now) => Write(policy, now, ct), ct);
        }

        return unwritten;
    }

    private Task<T> Use<T>(Func<RunningPolicy, Instant, Task<T>> work, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        return atWork.Use(now, policy => work(policy, now), ct);
    }

    /// <summary>Writes what is due, unless accounts are to be read first: then these are named.</summary>
    private async Task<(IReadOnlySet<string> Stale, IReadOnlyList<Trouble> Unwritten)> WriteWhenFresh(
        RunningPolicy policy,
        Instant now,
        CancellationToken ct)
    {
        IReadOnlySet<string> stale = new HashSet<string>();
        IReadOnlyList<Trouble> unwritten = [];

        // Without a way for mails to leave, the policy is asked for reports only.
        if (dispatch.CanSend)
        {
            // What cannot be found out keeps no mail from being written.
            var moment = CreateMoment(policy, now);
            await failures.Guard("accounts that mails rest on", async () => stale = await dispatch.AccountsToRead(moment, ct), ct);
            if (stale.Count == 0)
                unwritten = await Write(policy, now, ct);
        }

        Meters.NoteItems(policy.EvaluateLately(now, now));
        await failures.Guard("owners and organisations for reports", () => atWork.WriteCards(policy, now, ct), ct);
        return (stale, unwritten);
    }

    private Task<IReadOnlyList<Trouble>> Write(RunningPolicy policy, Instant now, CancellationToken ct) =>
        dispatch.Write(CreateMoment(policy, now), ct);

    private PolicyMoment CreateMoment(RunningPolicy policy, Instant now) =>
        new(policy.Policy, now) { Running = policy, Erasures = atWork.Erasures };

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
