using CrmSync.Domain.Harvest;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Takes what waits in the ledger, has the source read it, and fills batches with what became of it. Every item that was taken is answered
/// for, or given back.
/// </summary>
/// <param name="scope">The account, and what this harvest is about.</param>
/// <param name="ledger">What waits.</param>
/// <param name="source">Reads it.</param>
/// <param name="folders">The folders of the account by number.</param>
/// <param name="commands">What takes the emails of the command mailbox; null for every other account.</param>
/// <param name="backlogs">Which backlogs may be read now, of all accounts.</param>
/// <param name="turn">How long it may go on.</param>
internal sealed class BatchReader(
    HarvestScope scope,
    HarvestLedger ledger,
    ISource source,
    IReadOnlyDictionary<long, FolderState> folders,
    CommandExecution? commands,
    SemaphoreSlim backlogs,
    TurnTime turn)
{
    /// <summary>When so many items in a row throw what nobody expected, each read alone, it is not the items.</summary>
    private const int TooManyInARow = 5;

    private readonly ReadingResults results = new(scope, commands);

    /// <summary>
    /// Fills batches until nothing waits, or the source breaks off: then what was read counts, and the rest is given back.
    /// </summary>
    public async Task ReadAll(BatchWriter batches, CancellationToken ct)
    {
        while (await TakeSome(ct) is { Count: > 0 } items)
        {
            using var permit = await WaitForBacklog(items, ct);
            var open = items.ToDictionary(item => item.Number);
            try
            {
                await ReadTogether(items, open, batches, ct);
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                // Nobody knows which of them it was, so each is read alone.
                await ReadEachAlone(open, failure, batches, ct);
            }
            catch
            {
                await GiveBack(open, batches);
                throw;
            }

            var last = await batches.HandOn(ct);

            // After a death batches are smaller, down to the one item that kills: then nothing else may be in flight beside it.
            if (items.Count < HarvestLedger.LargestBatch)
                await last.IsStored.Task.WaitAsync(ct);
        }
    }

    /// <summary>A few full batches for one reading, or one that is not full.</summary>
    private async Task<IReadOnlyList<HarvestItem>> TakeSome(CancellationToken ct)
    {
        if (turn.IsOver)
        {
            turn.IsLeftWork = await ledger.HasOpen(scope.Account, scope.Now, ct);
            return [];
        }

        var items = new List<HarvestItem>();
        for (var left = turn.ReserveBatches(); left > 0; left--)
        {
            var more = await ledger.Take(scope.Account, HarvestLedger.LargestBatch, scope.Now, ct);
            items.AddRange(more);
            if (more.Count < HarvestLedger.LargestBatch)
                break;
        }

        return items;
    }

    /// <summary>Waits until a backlog may be read; what has just arrived need not.</summary>
    private async Task<IDisposable?> WaitForBacklog(IReadOnlyList<HarvestItem> items, CancellationToken ct)
    {
        if (!items.Any(item => item.Backlog))
            return null;

        await backlogs.WaitAsync(ct);
        return new Permit(backlogs);
    }

    private async Task ReadTogether(
        IReadOnlyList<HarvestItem> items, Dictionary<long, HarvestItem> open, BatchWriter batches, CancellationToken ct)
    {
        await foreach (var reading in source.Read([.. items.Select(Remote)], ct))
        {
            // What was taken for read may turn out to have been something else.
            if (!open.Remove(reading.Item.Item.Number) && reading is not VanishedReading)
                continue;

            results.Add(reading, batches.Current);
            await batches.HandOnFull(ct);
        }

        // Silence is not an answer: what the source did not speak of is asked for again.
        foreach (var silent in open.Values)
            batches.Current.Results.Add(results.Silent(Remote(silent)));
    }

    /// <summary>Reads items one by one, so that one that throws what nobody expected spoils no other.</summary>
    /// <param name="open">The items that have no answer yet.</param>
    /// <param name="first">What was thrown when they were read together.</param>
    /// <param name="batches">Where results go.</param>
    /// <param name="ct">Cancels.</param>
    private async Task ReadEachAlone(Dictionary<long, HarvestItem> open, Exception first, BatchWriter batches, CancellationToken ct)
    {
        var inARow = 0;
        foreach (var item in open.Values.ToList())
        {
            try
            {
                await ReadTogether([item], new Dictionary<long, HarvestItem> { [item.Number] = item }, batches, ct);
                inARow = 0;
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                if (++inARow == TooManyInARow)
                {
                    await GiveBack(open, batches);
                    throw new SourceException(Unexpected.TroubleFrom(scope.Account.Name, first), isPermanent: false, first);
                }

                batches.Current.Results.Add(scope.Surprise(Remote(item), failure));
            }
            catch
            {
                await GiveBack(open, batches);
                throw;
            }

            open.Remove(item.Number);
            await batches.HandOnFull(ct);
        }
    }

    private async Task GiveBack(Dictionary<long, HarvestItem> open, BatchWriter batches)
    {
        batches.HandOnLast();
        await ledger.Release(open.Values, CancellationToken.None);
    }

    private RemoteItem Remote(HarvestItem item) => new(folders[item.Folder], item)
    {
        IsForCommands = commands is not null,
        WithBytes = commands?.WantsBytes == true,
    };

    private sealed class Permit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
