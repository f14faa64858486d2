using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>Reads how the worker is doing.</summary>
internal sealed class StatusReader(
    CrmSyncConfiguration configuration, PolicyInForce policy, AccountStatuses accounts, MailTroubles mails, PolicyNews policyStanding,
    JobTroubles jobs, JobBook book)
{
    /// <summary>What happened to mails longer ago is no news.</summary>
    private static readonly Duration Recent = Duration.FromDays(7);

    public async Task<WorkerStatus> Read(Instant now, CancellationToken ct)
    {
        var ours = configuration.Addresses.Select(address => address.Value).ToHashSet(StringComparer.Ordinal);
        var problems = await policyStanding.Problems(ct);
        var told = (await mails.Troubles(now, Recent, ct)).Concat(await mails.Commands(now - Recent, ct));
        return new WorkerStatus(
            now,
            policy.Policy.Version,
            [.. problems.Select(problem => Addresses.Hidden(problem))],
            [.. (await accounts.All(ct)).Select(account => Hidden(account, ours))])
        {
            Jobs =
            [
                .. Overdue(now),
                .. (await jobs.Troubles(ct)).Select(job => $"{job.Job}, since {Moments.Print(job.Since)}: {Addresses.Hidden(job.Words)}"),
            ],
            Mails = [.. told.Select(mail => mail with { Words = Addresses.Hidden(mail.Words) })],
        };
    }

    /// <summary>Of this worker: what another one is doing is known to that one.</summary>
    private IEnumerable<string> Overdue(Instant now) => book.OverdueAt(now)
        .Select(job => $"{job.Name}: it began at {Moments.Print(job.Began)} and should have ended by {Moments.Print(job.Until)}");

    private static AccountStatus Hidden(AccountStatus account, HashSet<string> ours) => account.State is { LastError: { } error } state
        ? account with { State = state with { LastError = Addresses.Hidden(error, ours) } }
        : account;
}
