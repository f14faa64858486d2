using CrmSync.Worker.Harvest;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Drops texts that have become too old, once a day.</summary>
[DisallowConcurrentExecution]
internal sealed class RetainJob(TextRetention retention, NotedWork noted, IClock clock, ILogger<RetainJob> log) : IJob
{
    /// <summary>Dropping the texts of years, after the policy was changed, takes its time; what is left is dropped the next day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static JobKey Key { get; } = new("retention", JobPlaces.Retention);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await noted.Run(JobTroubles.Retention, Longest, Drop, cancellationToken);

    private async Task Drop(CancellationToken ct)
    {
        if (await retention.Run(clock.GetCurrentInstant(), ct) is { Total: > 0 } dropped)
            log.LogInformation("retention: dropped {Dropped}", TextRetention.InWords(dropped));
    }
}
