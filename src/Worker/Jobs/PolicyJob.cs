using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Digests;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Asks the policy and sends what is due when it is rung.</summary>
[DisallowConcurrentExecution]
internal sealed class PolicyJob(
    DigestDesk desk,
    PolicyAtWork atWork,
    IClock clock,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<PolicyJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await failures.Guard("digests", () => Ask(clock.GetCurrentInstant(), stop.Token), stop.Token);
    }

    private Task<bool> Ask(Instant now, CancellationToken ct) =>
        atWork.Use(
            now,
            async policy =>
            {
                // Without a way for mails to leave, the policy is asked for reports only.
                if (desk.CanSend)
                    await Send(policy, now, ct);

                await atWork.WriteCards(policy, now, ct);
                return true;
            },
            ct);

    private async Task Send(RunningPolicy policy, Instant now, CancellationToken ct)
    {
        var report = await desk.Send(new PolicyLook(policy.Policy, now) { Running = policy }, lease: null, ct);
        foreach (var sent in report.Sent)
            log.LogInformation("digest {Digest} left for {Reader}", sent.Digest, sent.Reader);

        foreach (var problem in report.Problems)
            log.LogWarning("{Problem}", problem);
    }
}
