using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;

namespace CrmSync.Worker.Status;

/// <summary>Reads how every account is doing.</summary>
internal sealed class AccountStatuses(Accounts accounts, LedgerCounts harvest, AccountSources sources, CrmSyncConfiguration configuration)
{
    /// <summary>The configured accounts in file order, then those the database remembers from earlier.</summary>
    public async Task<IReadOnlyList<AccountStatus>> All(CancellationToken ct)
    {
        var states = (await accounts.All(ct)).ToDictionary(a => a.Name, StringComparer.Ordinal);
        var items = (await harvest.Counts(ct)).ToLookup(c => c.Account, StringComparer.Ordinal);
        var schedule = configuration.Schedule;
        var configured = new List<AccountStatus>();
        foreach (var account in sources.All)
        {
            var state = states.GetValueOrDefault(account.Name);
            var every = account.IsCalendar ? schedule.Calendar : schedule.Mail;
            var scheduled = state?.LastAttempt + every;

            // Only a failing account can be waiting for its server.
            var allowed = state?.LastError is null ? null : await account.NotBefore(ct);
            configured.Add(
                new AccountStatus(account.Name, account.Kind, state, [.. items[account.Name]], allowed > scheduled ? allowed : scheduled)
                {
                    Every = every,
                });
        }

        // The members of a group as they were when it was last asked.
        var members = sources
            .All.Where(a => a.Members is not null)
            .SelectMany(a => states.GetValueOrDefault(a.Name)?.Cursor?.Split('\n') ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var former = states
            .Values.Where(s => sources.All.All(a => a.Name != s.Name))
            .Select(s => new AccountStatus(
                s.Name,
                s.Kind,
                s,
                [.. items[s.Name]],
                members.Contains(s.Name) ? s.LastAttempt + schedule.Mail : null)
            {
                Every = schedule.Mail,
            });
        return [.. configured, .. former];
    }
}
