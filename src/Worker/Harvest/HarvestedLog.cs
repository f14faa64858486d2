using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>The log as the policy reads it, together with how far every account has been read.</summary>
internal sealed class HarvestedLog(ContactLog log, Accounts accounts, AccountSources sources)
{
    /// <summary>The log as known at a moment, with its coverage.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="withText">Whether the kept texts are read, too; the policy needs none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ContactLogSnapshot> Snapshot(Instant now, bool withText, CancellationToken ct)
    {
        var lines = await log.Read(new LogFilter { Now = now, WithoutText = !withText }, ct).ToListAsync(ct);
        return new ContactLogSnapshot(lines) { Coverage = await Coverage(ct) };
    }

    /// <summary>How far every mailbox and calendar has been read.</summary>
    public async Task<IReadOnlyList<AccountCoverage>> Coverage(CancellationToken ct)
    {
        var states = (await accounts.All(ct)).ToDictionary(a => a.Name, StringComparer.Ordinal);
        return [.. sources.All.Select(a => new AccountCoverage(a.Name, a.Address, states.GetValueOrDefault(a.Name)?.ReadUntil))];
    }
}
