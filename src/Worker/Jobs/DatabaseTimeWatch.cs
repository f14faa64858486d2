using CrmSync.Storage;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;

namespace CrmSync.Worker.Jobs;

/// <summary>Asks a shared database for its time once a minute.</summary>
internal sealed class DatabaseTimeWatch(DatabaseTime time, Loops loops, JobFailures failures) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>A database that is away lets a question wait for a while.</summary>
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            do
            {
                loops.NoteRound("database time", LongestRound);
                await failures.Guard("time", () => time.AskAgain(stoppingToken), stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The program ends.
        }
    }
}
