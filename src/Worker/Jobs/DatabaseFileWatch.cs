using CrmSync.Storage;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Notices that the SQLite file was deleted or replaced under the worker, which then ends: what it wrote would be seen by nobody.
/// </summary>
internal sealed class DatabaseFileWatch(ContactDatabase database, WorkerEnd end, Loops loops, TimeProvider time, JobFailures failures)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    /// <summary>Far more than a round takes.</summary>
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            loops.NoteRound("database file", LongestRound);
            await failures.Guard("database file", Check, stoppingToken);
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private Task Check()
    {
        if (database.IsGone())
        {
            end.Stop(
                $"{database.Place}: the database file was deleted, moved or replaced while crmsync worked with it, so crmsync has ended; "
                    + "put the right file in its place and start crmsync again");
        }

        return Task.CompletedTask;
    }
}
