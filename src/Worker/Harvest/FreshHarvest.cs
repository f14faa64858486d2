using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Reads accounts once more before mails are written that rest on them (policy-language.md section 11): side by side and for two minutes at
/// most, for mails do not wait for a slow server.
/// </summary>
/// <param name="harvest">Reads them.</param>
/// <param name="sources">Every account of the configuration.</param>
/// <param name="time">For the two minutes.</param>
internal sealed class FreshHarvest(HarvestAll harvest, AccountSources sources, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Reads; what could not be read in time, or may not be tried yet, is left for its next turn.</summary>
    /// <param name="names">The accounts.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="ct">Stops after the batch at hand.</param>
    /// <returns>A summary for each account that came to its end.</returns>
    public async Task<IReadOnlyList<HarvestSummary>> Read(IReadOnlySet<string> names, Instant now, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var read = new List<HarvestSummary>();
        try
        {
            await foreach (var summary in harvest.Run(await Allowed(names, now, stop.Token), now, progress: null, stop.Token))
                read.Add(summary);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // The accounts that were not done by then are as they were: what rests on them is told with the reservation.
        }

        return read;
    }

    private async Task<IReadOnlyList<ReadableAccount>> Allowed(IReadOnlySet<string> names, Instant now, CancellationToken ct)
    {
        var allowed = new List<ReadableAccount>();
        foreach (var account in await sources.Named(names, ct))
        {
            if (!(await account.NotBefore(ct) > now))
                allowed.Add(account);
        }

        return allowed;
    }
}
