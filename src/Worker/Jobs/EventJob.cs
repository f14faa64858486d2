using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Tells another program what happened when it is rung, and lets go of what was told long ago.</summary>
[DisallowConcurrentExecution]
internal sealed class EventJob(
    EventBook book, EventOutbox outbox, CrmSyncConfiguration configuration, NotedWork noted, IClock clock, ILogger<EventJob> log) : IJob
{
    /// <summary>The next run goes on.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static JobKey Key { get; } = new("events", JobPlaces.Events);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await noted.Run(JobTroubles.Events, Longest, Send, cancellationToken);

    private async Task Send(CancellationToken ct)
    {
        if (configuration.Events is not { } target)
            return;

        var now = clock.GetCurrentInstant();
        await book.Begin(ct);
        var (sent, problem) = await outbox.SendAll(target, now, ct);
        if (sent > 0)
            log.LogInformation("events: {Sent} sent", sent);

        if (problem is not null)
            log.LogWarning("events: {Problem}", problem);

        await book.Prune(now, ct);
    }
}
