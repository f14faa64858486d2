using CrmSync.Storage.Harvest;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>Harvests one account when it is rung.</summary>
[DisallowConcurrentExecution]
internal sealed class HarvestJob(
    AccountSources sources,
    Accounts accounts,
    HarvestAll harvest,
    PolicyInForce policy,
    LogDerivation derivation,
    IClock clock,
    JobRunner runner,
    JobFailures failures,
    IHostApplicationLifetime lifetime,
    ILogger<HarvestJob> log) : IJob
{
    public const string Account = "account";

    /// <summary>A turn reads for seconds; listing a mailbox of years, or a server that keeps sending, takes the rest.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>A group is as many mailboxes as it has members.</summary>
    private static readonly TimeSpan LongestOfGroup = TimeSpan.FromHours(2);

    /// <summary>Recomputing a log of years takes minutes.</summary>
    private static readonly TimeSpan LongestDerivation = TimeSpan.FromHours(1);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var name = context.MergedJobDataMap.GetString(Account);
        if (sources.All.FirstOrDefault(a => a.Name == name) is not { } account)
            return;

        var reading = policy.Edition.Reading.Fingerprint;
        var job = $"account {account.Name}";
        var longest = account.Members is null ? Longest : LongestOfGroup;
        if (await runner.Run(job, longest, ct => Harvest(account, context, ct), stop.Token) is { } trouble)
            await failures.Guard(job, () => Note(account, trouble, stop.Token), stop.Token);

        // The policy was exchanged meanwhile for one that reads otherwise: what this harvest wrote still follows from the one before.
        if (reading != policy.Edition.Reading.Fingerprint)
            await runner.Run($"{job}, the log under the new policy", LongestDerivation, derivation.DeriveAnew, stop.Token);
    }

    private async Task Harvest(ReadableAccount account, IJobExecutionContext context, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        if (account.Members is not null)
        {
            await foreach (var member in harvest.Run([account], now, progress: null, ct))
                Tell(member);

            return;
        }

        var (summary, isDone) = await harvest.Once(account, now, Ring, ct);
        Tell(summary);

        // There is more: again at once, but behind everybody who has been waiting meanwhile.
        if (!isDone)
            await context.Scheduler.TriggerJob(context.JobDetail.Key, ct);

        Task Ring() => failures.Guard(
            $"account {account.Name}",
            () => context.Scheduler.TriggerJob(context.JobDetail.Key, lifetime.ApplicationStopping).AsTask(),
            lifetime.ApplicationStopping);
    }

    /// <summary>What no part of the harvest noted itself: a run that was given up, or threw what nobody expected.</summary>
    private async Task Note(ReadableAccount account, string trouble, CancellationToken ct)
    {
        var state = await accounts.Register(account.Name, account.Kind, account.Address.Value, ct);
        await accounts.NoteFailure(state, clock.GetCurrentInstant(), trouble, permanent: false, ct);
    }

    private void Tell(HarvestSummary done)
    {
        if (done.Problem is { } problem)
            log.LogWarning("account {Account}: {Problem}", done.Account, problem);
        else if (done.New + done.Quarantined > 0)
            log.LogInformation(
                "account {Account}: {New} new, {Quarantined} quarantined in {Seconds} s",
                done.Account,
                done.New,
                done.Quarantined,
                done.Seconds);
        else
            log.LogDebug("account {Account}: nothing new", done.Account);
    }
}
