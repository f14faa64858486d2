using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Asks the policy and sends what is due when it is rung.</summary>
[DisallowConcurrentExecution]
internal sealed class PolicyJob(Composition program, IClock clock, JobFailures failures, IHostApplicationLifetime lifetime, ILogger<PolicyJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await failures.Guard(
            "digests",
            async () =>
            {
                await using var desk = program.Digests;
                var report = await desk.Send(clock.GetCurrentInstant(), lease: null, stop.Token);
                foreach (var sent in report.Sent)
                    log.LogInformation("digest {Digest} left for {Reader}", sent.Digest, sent.Reader);

                foreach (var problem in report.Problems)
                    log.LogWarning("{Problem}", problem);
            },
            stop.Token);
    }
}
