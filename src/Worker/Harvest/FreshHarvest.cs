using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Reads accounts once more before mails are written that rest on them (policy-language.md section 11): side by side and for two minutes at
/// most, for mails do not wait for a slow server.
/// </summary>
/// <param name="harvest">Reads them.</param>
/// <param name="sources">Every account of the configuration.</param>
/// <param name="configuration">Names the command mailbox.</param>
/// <param name="time">For the two minutes.</param>
internal sealed class FreshHarvest(HarvestAll harvest, AccountSources sources, CrmSyncConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>The command mailbox is read after the others; one that does not answer must not take its time as well.</summary>
    private static readonly TimeSpan ForCommands = TimeSpan.FromSeconds(20);

    /// <summary>Reads; what could not be read in time, or may not be tried yet, is left for its next turn.</summary>
    /// <param name="names">The accounts.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="ct">Stops after the batch at hand.</param>
    /// <returns>A summary for each account that came to its end.</returns>
    public async Task<IReadOnlyList<HarvestSummary>> Read(IReadOnlySet<string> names, Instant now, CancellationToken ct)
    {
        var read = new List<HarvestSummary>();
        using var limit = new CancellationTokenSource(Longest, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            var allowed = (await Allowed(names, now, stop.Token)).ToLookup(IsForCommands);
            await Read([.. allowed[false]], allowed[true].Any() ? Longest - ForCommands : Longest, now, read, stop.Token);
            await Read([.. allowed[true]], Longest, now, read, stop.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // The accounts that were not done by then are as they were: what rests on them is told with the reservation.
        }

        return read;
    }

    /// <summary>Reads some of the accounts for a while at most.</summary>
    private async Task Read(
        IReadOnlyList<ReadableAccount> accounts,
        TimeSpan most,
        Instant now,
        List<HarvestSummary> read,
        CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(most, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            await foreach (var summary in harvest.Run(accounts, now, progress: null, stop.Token))
                read.Add(summary);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // As above.
        }
    }

    private bool IsForCommands(ReadableAccount account) => account.Address == configuration.Delivery?.Commands?.Address;

    private async Task<IReadOnlyList<ReadableAccount>> Allowed(IReadOnlySet<string> names, Instant now, CancellationToken ct)
    {
        var allowed = new List<ReadableAccount>();
        foreach (var account in await sources.Named(names, ct))
        {
            if (await MayBeRead(account, now, ct))
                allowed.Add(account);
        }

        return allowed;
    }

    private static async Task<bool> MayBeRead(ReadableAccount account, Instant now, CancellationToken ct)
    {
        try
        {
            return !(await account.NotBefore(ct) > now);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            // Its harvest meets the same and says so; the others are read.
            return true;
        }
    }
}
