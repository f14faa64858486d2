using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>Reads how the worker is doing.</summary>
internal sealed class StatusReader(
    CrmSyncConfiguration configuration, PolicyInForce policy, AccountStatuses accounts, MailStanding mails, PolicyStanding policyStanding)
{
    /// <summary>What happened to mails longer ago is no news.</summary>
    private static readonly Duration Recent = Duration.FromDays(7);

    public async Task<WorkerStatus> Read(Instant now, CancellationToken ct)
    {
        var ours = configuration.Addresses.Select(address => address.Value).ToHashSet(StringComparer.Ordinal);
        var problems = await policyStanding.Problems(ct);
        var told = (await mails.Troubles(now - Recent, ct)).Concat(await mails.Commands(now - Recent, ct));
        return new WorkerStatus(
            now,
            policy.Policy.Version,
            [.. problems.Select(problem => Addresses.Hidden(problem))],
            [.. (await accounts.All(ct)).Select(account => Hidden(account, ours))])
        {
            Mails = [.. told.Select(mail => mail with { Words = Addresses.Hidden(mail.Words) })],
        };
    }

    private static AccountStatus Hidden(AccountStatus account, HashSet<string> ours) => account.State is { LastError: { } error } state
        ? account with { State = state with { LastError = Addresses.Hidden(error, ours) } }
        : account;
}
