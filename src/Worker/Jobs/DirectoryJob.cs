using CrmSync.Worker.Configuration;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Reads who people are, directory by directory.</summary>
[DisallowConcurrentExecution]
internal sealed class DirectoryJob(
    DirectoryHarvest harvest, CrmSyncConfiguration configuration, NotedWork noted, IClock clock, ILogger<DirectoryJob> log) : IJob
{
    /// <summary>The first time, a large address book takes its time.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public static JobKey Key { get; } = new("directories", JobPlaces.Directories);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await noted.Run(JobTroubles.Directories, Longest, Read, cancellationToken);

    private async Task Read(CancellationToken ct)
    {
        await harvest.DropFormer(ct);
        foreach (var directory in configuration.Directories)
        {
            var done = await harvest.Run(directory, clock.GetCurrentInstant(), ct);
            if (done.Summary.Problem is { } problem)
                log.LogWarning("directory {Directory}: {Problem}", directory.Name, problem);
            else if (done.Summary.New > 0)
                log.LogInformation("directory {Directory}: {New} new", directory.Name, done.Summary.New);
        }
    }
}
