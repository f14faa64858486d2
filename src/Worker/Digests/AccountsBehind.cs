using CrmSync.Domain.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>Which accounts the mails that are due rest on and have not been read for a while (policy-language.md section 11).</summary>
internal sealed class AccountsBehind(Accounts accounts)
{
    /// <summary>What was read so long ago is read again before mails rest on it.</summary>
    private static readonly Duration FreshFor = Duration.FromMinutes(1);

    /// <summary>The accounts to be read before the mails are written. Those that failed the last time are left alone.</summary>
    /// <param name="judged">The items.</param>
    /// <param name="digests">The digests that are due.</param>
    /// <param name="notices">The steps that are due, those among them that wait until accounts are read.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlySet<string>> Stale(
        JudgedLog judged,
        IReadOnlyList<DueDigest> digests,
        IReadOnlyList<Notice> notices,
        CancellationToken ct)
    {
        var lately = (await accounts.All(ct)).ToDictionary(account => account.Name, StringComparer.Ordinal);

        // What waits for an account that cannot be read waits on: reading the others again and again would not help.
        var told = notices.Select(notice => notice.Item).Where(item => !item.Held || item.Unread.All(MayBeRead)).ToList();
        var leaving = told.Where(item => !item.Held).Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        var inDigests = digests.Select(run => DigestScope.ItemsIn(judged.Policy, run)).ToList();
        var behind = judged.AccountsBehind(item => leaving.Contains(item.Id) || inDigests.Exists(isIn => isIn(item)));
        return behind
            .Concat(told.Where(item => item.Held).SelectMany(item => item.Unread))
            .Where(IsStale)
            .ToHashSet(StringComparer.Ordinal);

        bool MayBeRead(string account) => lately.GetValueOrDefault(account)?.LastError is null;

        bool IsStale(string account) => MayBeRead(account) && !(lately.GetValueOrDefault(account)?.ReadUntil >= judged.Now - FreshFor);
    }
}
