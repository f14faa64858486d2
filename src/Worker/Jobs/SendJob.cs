using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Sends what was written when it is rung. It has a place of its own: a slow mail server holds up no evaluation.</summary>
[DisallowConcurrentExecution]
internal sealed class SendJob(DigestDispatch dispatch, NotedWork noted, IClock clock, ILogger<SendJob> log) : IJob
{
    /// <summary>Less than a claim of the outbox lasts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static JobKey Key { get; } = new("mails", JobPlaces.Sending);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await noted.Run(JobTroubles.Sending, Longest, Send, cancellationToken);

    private async Task Send(CancellationToken ct)
    {
        var report = await dispatch.SendReady(clock.GetCurrentInstant(), lease: null, ct);
        foreach (var sent in report.Sent)
            log.LogInformation("digest {Digest} left for {Reader}", sent.Digest, sent.Reader);

        foreach (var problem in report.Problems)
            log.LogWarning("{Problem}", problem);
    }
}
