using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Log;
using CrmSync.Worker.Sources.Calls;

namespace CrmSync.Worker.Harvest;

/// <summary>Decides what becomes of the rows of a telephone system, and stores them as calls.</summary>
/// <param name="log">Where rows become lines.</param>
/// <param name="company">Whose telephones are ours and whose are somebody's of whom nothing is kept.</param>
internal sealed class CallHarvest(CallLog log, CompanyProfile company)
{
    private readonly InternalAddresses ours = new(company);
    private readonly ContactBook book = new(company);

    /// <summary>Stores rows in one transaction.</summary>
    public async Task<IReadOnlyList<ItemResult>> Store(HarvestScope scope, IReadOnlyList<CallReading> readings)
    {
        var results = new Dictionary<long, ItemResult>();
        var rows = new Dictionary<string, CallLeg?>(StringComparer.Ordinal);
        foreach (var reading in readings)
        {
            var (leg, result) = Settle(scope, reading);
            rows[reading.Record.Row] = leg;
            if (result is not null)
                results[reading.Item.Item.Number] = result;
        }

        var stored = await log.Store(scope.Account, rows, CancellationToken.None);
        return
        [
            .. readings.Select(reading => results.GetValueOrDefault(reading.Item.Item.Number)
                ?? (stored[reading.Record.Row] is { IsErased: true }
                    ? new ItemResult.Skipped(reading.Item.Item.Number, ErasedPeople.Reason)
                    : new ItemResult.Read(reading.Item.Item.Number, stored[reading.Record.Row].IsNew))),
        ];
    }

    private (CallLeg? Leg, ItemResult? Result) Settle(HarvestScope scope, CallReading reading)
    {
        var item = reading.Item.Item;
        var (leg, skipped, trouble) = CallSides.Settle(reading.Record, scope.Account.Name, ours, reading.Place);
        if (trouble is not null)
            return (null, new ItemResult.Quarantined(item.Number, trouble));

        skipped ??= leg!.Start < scope.Since ? SkippedBefore.TooOld
            : scope.Capture.Privacy.NoCapture.Covers(null, [leg.Number, book.Primary(leg.Number)]) ? Capture.NotWanted
            : null;
        if (skipped is not null)
            return (null, new ItemResult.Skipped(item.Number, skipped));

        var isBare = scope.Capture.Privacy.MetadataOnly.Covers(null, [leg!.Number, book.Primary(leg.Number)]);
        return (leg with { Name = isBare ? null : leg.Name, FirstSeen = item.Backlog ? null : scope.Now }, null);
    }
}
