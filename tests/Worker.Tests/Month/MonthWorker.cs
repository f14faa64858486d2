using CrmSync.Worker.Tests.Jobs;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Extensions;
using Quartz;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// A worker on a time that passes from one thing that is to happen to the next: it moves on when the jobs that were due have ended.
/// </summary>
internal sealed class MonthWorker : IAsyncDisposable
{
    private static readonly TriggerQuery Planned = new() { Take = 1000 };

    private static readonly FireInstanceQuery AtWork = new();

    private readonly StartedWorker worker;
    private readonly TimeProvider time;
    private readonly IScheduler scheduler;

    private MonthWorker(StartedWorker worker, IScheduler scheduler) =>
        (this.worker, this.scheduler, time) = (worker, scheduler, worker.Part<TimeProvider>());

    /// <summary>Starts a worker.</summary>
    /// <param name="folder">Its configuration.</param>
    /// <param name="machine">The time of its machine.</param>
    /// <param name="jobs">Told of its jobs.</param>
    /// <param name="log">Told of warnings and errors.</param>
    public static async Task<MonthWorker> Start(string folder, TimeProvider machine, IJobListener jobs, ILoggerProvider log)
    {
        var started = await StartedWorker.In(folder, machine, builder => builder.Logging.AddProvider(log));
        var clock = await started.Part<ISchedulerFactory>().GetScheduler();
        clock.ListenerManager.AddJobListener(jobs, []);
        return new MonthWorker(started, clock) { Instance = await clock.GetSchedulerInstanceId() };
    }

    /// <summary>What Quartz calls it in the cluster.</summary>
    public string Instance { get; private init; } = "";

    /// <summary>When the next job is due.</summary>
    public async Task<Instant> Next() => (await Triggers()).Min(trigger => trigger.NextFireTimeUtc)!.Value.ToInstant();

    /// <summary>Whether everything that is due by now, of all workers of the database, has been done.</summary>
    public async Task<bool> IsQuiet()
    {
        var now = time.GetUtcNow();
        return (await Triggers()).All(trigger => trigger.State == TriggerState.Normal && trigger.NextFireTimeUtc > now)
            && (await scheduler.QueryFireInstances(AtWork)).Items.Count == 0;
    }

    /// <summary>What is planned, in words.</summary>
    public async Task<string> Plan() => $"{time.GetCurrentInstant()}: {string.Join('\n', await Triggers())}";

    public ValueTask DisposeAsync() => worker.DisposeAsync();

    private async Task<IReadOnlyList<TriggerHeader>> Triggers() => (await scheduler.QueryTriggers(Planned)).Items;
}
