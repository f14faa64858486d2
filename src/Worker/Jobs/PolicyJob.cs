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
        var judged = await atWork.CatchUp(clock.GetCurrentInstant(), ct);
        if (judged is not null)
            Meters.NoteItems(judged.Evaluation);

        // Without a way for mails to leave, the policy is asked for reports only.
        IReadOnlyList<Trouble> unwritten = [];
        if (dispatch.CanSend && await dispatch.IsAnythingDue(clock.GetCurrentInstant(), judged?.Evaluation, ct))
            unwritten = await WriteDue(judged, ct);

        if (dispatch.CanSend && await dispatch.HasUnsent(ct))
            await scheduler.TriggerJob(SendJob.Key, ct);

        if (dispatch.CanSend && await dispatch.HasUnposted(ct))
            await scheduler.TriggerJob(PostJob.Key, ct);

        return unwritten;
    }

    /// <summary>Writes what is due, once the accounts it rests on have been read.</summary>
    /// <param name="judged">The items, if they are known by now; otherwise everybody is judged first.</param>
    /// <param name="ct">Cancels.</param>
    private async Task<IReadOnlyList<Trouble>> WriteDue(JudgedLog? judged, CancellationToken ct)
    {
        judged ??= await atWork.Complete(clock.GetCurrentInstant(), ct);

        // What cannot be found out keeps no mail from being written.
        IReadOnlySet<string> stale = new HashSet<string>();
        await failures.Guard("accounts that mails rest on", async () => stale = await dispatch.AccountsToRead(judged, ct), ct);
        if (stale.Count > 0)
        {
            // Whatever becomes of the reading, mails are written; nobody waits for the policy meanwhile.
            await failures.Guard("accounts that mails rest on", () => Read(stale, ct), ct);
            judged = await atWork.Complete(clock.GetCurrentInstant(), ct);
        }

        return await dispatch.Write(PolicyMoment.From(judged), ct);
    }

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
