using CrmSync.Domain.Harvest;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;

namespace CrmSync.Worker.Status;

/// <summary>Reads how every account is doing.</summary>
internal sealed class AccountStatuses(
    Accounts accounts, LedgerCounts harvest, DirectoryCards cards, AccountSources sources, CrmSyncConfiguration configuration)
{
    /// <summary>The configured accounts and directories in file order, then those the database remembers from earlier.</summary>
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

        configured.AddRange(await Directories(states, ct));

        // The members of a group as they were when it was last asked.
        var members = sources
            .All.Where(a => a.Members is not null)
            .SelectMany(a => states.GetValueOrDefault(a.Name)?.Cursor?.Split('\n') ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var former = states
            .Values.Where(s => configured.TrueForAll(account => account.Name != s.Name))
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

    private async Task<IEnumerable<AccountStatus>> Directories(Dictionary<string, AccountState> states, CancellationToken ct)
    {
        var (sizes, troubles) = (await cards.Sizes(ct), await cards.Troubles(ct));
        return configuration.Directories.Select(directory =>
        {
            var (name, state) = (directory.Name, states.GetValueOrDefault(directory.Name));
            ItemCount[] items =
            [
                new ItemCount(name, "cards", null, sizes.GetValueOrDefault(name)),
                .. troubles[name].Any() ? [new ItemCount(name, "quarantined", null, troubles[name].Count())] : Array.Empty<ItemCount>(),
            ];
            return new AccountStatus(name, directory.Kind, state, items, state?.LastAttempt + configuration.Schedule.Calendar)
            {
                Every = configuration.Schedule.Calendar,
            };
        });
    }
}
