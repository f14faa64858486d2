using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Harvest;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>The log as the policy reads it, together with how far every account has been read.</summary>
internal sealed class HarvestedLog(ContactLog log, Accounts accounts, AccountSources sources, CrmSyncConfiguration configuration)
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
        return [.. sources.All.SelectMany(account => WithMembers(account, states)).DistinctBy(one => one.Account, StringComparer.Ordinal)];
    }

    /// <summary>An account; of a group also those who were in it when it was last asked.</summary>
    private IEnumerable<AccountCoverage> WithMembers(ReadableAccount account, Dictionary<string, AccountState> states)
    {
        var state = states.GetValueOrDefault(account.Name);
        yield return Covered(account.Name, account.Address, state?.ReadUntil, account);
        foreach (var name in account.Members is null ? [] : state?.Cursor?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (states.GetValueOrDefault(name) is { } member && EmailAddress.TryParse(member.Address, out var address))
                yield return Covered(name, address, member.ReadUntil, account);
        }
    }

    private AccountCoverage Covered(string name, EmailAddress address, Instant? readUntil, ReadableAccount account) =>
        new(name, address, readUntil)
        {
            Grace = AccountCoverage.GraceFor(account.IsCalendar ? configuration.Schedule.Calendar : configuration.Schedule.Mail),
            IsCalendar = account.IsCalendar,
            IsCalls = account.IsCalls,
        };
}
