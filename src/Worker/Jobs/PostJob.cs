using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Posts what was written for webhooks when it is rung. It has a place of its own: a slow webhook holds up no mail.</summary>
[DisallowConcurrentExecution]
internal sealed class PostJob(DigestDispatch dispatch, NotedWork noted, IClock clock, ILogger<PostJob> log) : IJob
{
    /// <summary>Less than a claim lasts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static JobKey Key { get; } = new("posts", JobPlaces.Posting);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await noted.Run(JobTroubles.Posting, Longest, Post, cancellationToken);

    private async Task Post(CancellationToken ct)
    {
        var report = await dispatch.Post(clock.GetCurrentInstant(), lease: null, ct);
        foreach (var sent in report.Sent)
            log.LogInformation("posted to {Webhook}", sent.Reader);

        foreach (var problem in report.Problems)
            log.LogWarning("{Problem}", problem);
    }
}
