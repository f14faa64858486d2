using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Sends what was written when it is rung. It has a place of its own: a slow mail server holds up no evaluation.</summary>
[DisallowConcurrentExecution]
internal sealed class SendJob(
    DigestDispatch dispatch,
    IClock clock,
    JobRunner runner,
    JobTroubles troubles,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<SendJob> log) : IJob
{
    /// <summary>Less than a claim of the outbox lasts.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static JobKey Key { get; } = new("mails", JobPlaces.Sending);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var trouble = await runner.Run(JobTroubles.Sending, Longest, Send, stop.Token);
        await failures.Guard(
            JobTroubles.Sending,
            () => troubles.Note(JobTroubles.Sending, trouble, clock.GetCurrentInstant(), stop.Token),
            stop.Token);
    }

    private async Task Send(CancellationToken ct)
    {
        var report = await dispatch.SendReady(clock.GetCurrentInstant(), lease: null, ct);
        foreach (var sent in report.Sent)
            log.LogInformation("digest {Digest} left for {Reader}", sent.Digest, sent.Reader);

        foreach (var problem in report.Problems)
            log.LogWarning("{Problem}", problem);
    }
}
