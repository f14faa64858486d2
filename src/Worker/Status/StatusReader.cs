using CrmSync.Domain.Digests;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>Reads how the worker is doing.</summary>
internal sealed class StatusReader(
    CrmSyncConfiguration configuration,
    PolicyInForce policy,
    AccountStatuses accounts,
    LedgerCounts harvest,
    DigestLedger ours,
    MailTroubles mails,
    PolicyNews policyStanding,
    TextRetention retention,
    JobTroubles jobs,
    JobBook book)
{
    /// <summary>Whoever sees more different errors than this looks for what they have in common.</summary>
    private const int MostErrors = 12;

    /// <summary>What happened to mails longer ago is no news.</summary>
    private static readonly Duration Recent = Duration.FromDays(7);

    public async Task<WorkerStatus> Read(Instant now, CancellationToken ct)
    {
        var addresses = configuration.Addresses.Select(address => address.Value).ToHashSet(StringComparer.Ordinal);
        var problems = await policyStanding.Problems(ct);
        var told = (await mails.Troubles(now, Recent, ct)).Concat(await mails.Commands(now - Recent, ct));
        var current = policy.Policy;
        IReadOnlyList<AccountStatus> all = [.. (await accounts.All(ct)).Select(account => Hidden(account, addresses))];
        return new WorkerStatus(now, current.Version, [.. problems.Select(problem => Addresses.Hidden(problem))], all)
        {
            Zone = current.DefaultCalendar.Zone,
            Folders = (await harvest.FolderCounts(ct)).ToDictionary(count => count.Account, StringComparer.Ordinal),
            Deliveries = await ours.Counts(now - Duration.FromDays(1), ct),
            Next = new DigestSchedule(current).NextAfter(now),
            Errors = [.. await Errors(all, ct)],
            Retention = await retention.LastInWords(ct),
            Jobs =
            [
                .. Overdue(now),
                .. (await jobs.Troubles(ct)).Select(job => $"{job.Job}, since {Moments.Print(job.Since)}: {Addresses.Hidden(job.Words)}"),
            ],
            Mails = [.. told.Select(mail => new MailTrouble(Addresses.Hidden(mail.InEnglish), mail.NeedsSomebody))],
        };
    }

    private async Task<IEnumerable<CountedError>> Errors(IReadOnlyList<AccountStatus> all, CancellationToken ct) =>
        all
            .Select(account => account.State?.LastError)
            .OfType<string>()
            .GroupBy(words => words, StringComparer.Ordinal)
            .Select(group => new CountedError(group.Count(), "account", group.Key))
            .Concat(
                (await harvest.QuarantineReasons(MostErrors, ct))
                    .Select(one => new CountedError(one.Items, "item", Addresses.Hidden(one.Reason))))
            .OrderByDescending(error => error.Count)
            .ThenBy(error => error.Words, StringComparer.Ordinal)
            .Take(MostErrors);

    /// <summary>Of this worker: what another one is doing is known to that one.</summary>
    private IEnumerable<string> Overdue(Instant now) => book.OverdueAt(now)
        .Select(job => $"{job.Name}: it began at {Moments.Print(job.Began)} and should have ended by {Moments.Print(job.Until)}");

    private static AccountStatus Hidden(AccountStatus account, HashSet<string> ours) => account.State is { LastError: { } error } state
        ? account with { State = state with { LastError = Addresses.Hidden(error, ours) } }
        : account;
}
