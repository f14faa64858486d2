using CrmSync.Storage;
using Microsoft.Extensions.Hosting;

namespace CrmSync.Worker.Jobs;

/// <summary>Asks a shared database for its time once a minute.</summary>
internal sealed class DatabaseTimeWatch(DatabaseTime time, JobFailures failures) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await failures.Guard("time", () => time.AskAgain(stoppingToken), stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}
