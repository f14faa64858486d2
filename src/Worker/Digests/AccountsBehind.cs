using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>Which accounts the mails that are due rest on and have not been read for a while (policy-language.md section 11).</summary>
internal sealed class AccountsBehind(HarvestedLog harvested, Accounts accounts)
{
    /// <summary>What was read so long ago is read again before mails rest on it.</summary>
    private static readonly Duration FreshFor = Duration.FromMinutes(1);

    /// <summary>The accounts to be read before the mails are written. Those that failed the last time are left alone.</summary>
    /// <param name="look">The policy and the moment.</param>
    /// <param name="digests">The digests that are due.</param>
    /// <param name="notices">The steps that are due, those among them that wait until accounts are read.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlySet<string>> Stale(
        PolicyMoment look,
        IReadOnlyList<DueDigest> digests,
        IReadOnlyList<Notice> notices,
        CancellationToken ct)
    {
        var lately = (await accounts.All(ct)).ToDictionary(account => account.Name, StringComparer.Ordinal);

        // What waits for an account that cannot be read waits on: reading the others again and again would not help.
        var told = notices.Select(notice => notice.Item).Where(item => !item.Held || item.Unread.All(MayBeRead)).ToList();
        var leaving = told.Where(item => !item.Held).Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        var inDigests = digests.Select(run => DigestScope.ItemsIn(look.Policy, run)).ToList();
        var behind = look.Running!.AccountsBehind(item => leaving.Contains(item.Id) || inDigests.Exists(isIn => isIn(item)), look.Now);
        return behind
            .Concat(told.Where(item => item.Held).SelectMany(item => item.Unread))
            .Where(IsStale)
            .ToHashSet(StringComparer.Ordinal);

        bool MayBeRead(string account) => lately.GetValueOrDefault(account)?.LastError is null;

        bool IsStale(string account) => MayBeRead(account) && !(lately.GetValueOrDefault(account)?.ReadUntil >= look.Now - FreshFor);
    }

    /// <summary>The same look with the whole log behind it.</summary>
    public async Task<PolicyMoment> OverTheLog(PolicyMoment look, CancellationToken ct)
    {
        if (look.Running is not null)
            return look;

        var log = await harvested.Snapshot(look.Now, withText: false, ct);
        var running = new RunningPolicy(look.Policy);
        running.Put(log.Interactions);
        running.Cover(log.Coverage);
        return look with { Running = running };
    }
}
