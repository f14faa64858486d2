using CrmSync.Worker.Harvest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Drops texts that have become too old, once a day.</summary>
[DisallowConcurrentExecution]
internal sealed class RetainJob(
    TextRetention retention,
    IClock clock,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<RetainJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await failures.Guard("retention", () => Drop(stop.Token), stop.Token);
    }

    private async Task Drop(CancellationToken ct)
    {
        if (await retention.Run(clock.GetCurrentInstant(), ct) is { Total: > 0 } dropped)
            log.LogInformation("retention: dropped {Dropped}", TextRetention.InWords(dropped));
    }
}
