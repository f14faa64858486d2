using CrmSync.Domain.Harvest;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Stores what was read. What cannot be stored together for a reason nobody expected is stored one by one, and the one that is the reason
/// is told. Not to be cancelled: what was read counts.
/// </summary>
/// <param name="scope">The account, and what this harvest is about.</param>
/// <param name="ledger">What became of each item.</param>
/// <param name="meetings">Where copies of meetings become lines.</param>
/// <param name="calls">Where rows of telephone systems become lines.</param>
/// <param name="commands">What takes the emails of the command mailbox; null for every other account.</param>
/// <param name="sentCommands">Where sent copies of commands are noted; null where there is no command mailbox.</param>
internal sealed class BatchStore(
    HarvestScope scope,
    HarvestLedger ledger,
    MeetingHarvest meetings,
    CallHarvest calls,
    CommandExecution? commands,
    CommandInbox? sentCommands)
{
    /// <summary>Stores a batch.</summary>
    public async Task Store(HarvestBatch batch)
    {
        foreach (var meeting in batch.Meetings)
            batch.Results.Add(await Store(meeting));

        await Each(
            batch.Calls,
            async some => batch.Results.AddRange(await calls.Store(scope, some)),
            (call, failure) => batch.Results.Add(scope.Surprise(call.Item, failure)));

        // Before the account moves on: a crash between the two repeats the batch and loses nothing. An item of which something cannot be
        // kept does not count as read.
        var incomplete = new Dictionary<long, (RemoteItem Item, Exception Failure)>();
        void Note(RemoteItem item, Exception failure) => incomplete.TryAdd(item.Item.Number, (item, failure));
        await Each(
            batch.Invitations,
            some => meetings.Store([.. some.Select(one => one.Mail)], CancellationToken.None),
            (one, failure) => Note(one.Item, failure));
        if (commands is not null)
        {
            await Each(
                batch.Commands,
                some => commands.Keep([.. some.Select(one => (one.Mail, one.Bytes))], CancellationToken.None),
                (one, failure) => Note(one.Item, failure));
        }

        if (sentCommands is not null)
        {
            await Each(
                batch.Sent,
                some => sentCommands.KeepSent([.. some.Select(one => one.Command)], CancellationToken.None),
                (one, failure) => Note(one.Item, failure));
        }

        var results = batch.Results.ConvertAll(result => incomplete.TryGetValue(result.Item, out var one)
            ? scope.Surprise(one.Item, one.Failure, (result as ItemResult.Mail)?.Line)
            : result);
        var unstored = new List<(ItemResult Result, Exception Failure)>();
        await Each(results, Store, (result, failure) => unstored.Add((result, failure)));
        foreach (var (result, failure) in unstored)
        {
            var trouble = Unexpected.TroubleFrom(scope.Account.Name, failure);
            scope.Run.Fail(trouble);
            await Store([
                new ItemResult.Quarantined(
                    result.Item,
                    trouble with
                    {
                        Reason = $"it was read and cannot be kept ({Unexpected.Name(failure)})",
                        Remedy = "please report it; when a newer version of the program can keep it, run: crmsync quarantine retry",
                    }),
            ]);
        }
    }

    private async Task<ItemResult> Store(MeetingReading meeting)
    {
        try
        {
            return await meetings.Store(scope.Account, meeting, CancellationToken.None);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            return scope.Surprise(meeting.Item, failure);
        }
    }

    private async Task Store(IReadOnlyList<ItemResult> results) =>
        scope.Run.CountStored(await ledger.Store(scope.Account, results, scope.Classifier, CancellationToken.None));

    /// <summary>Does something with all; when that fails for a reason nobody expected, with each alone.</summary>
    private static async Task Each<T>(List<T> all, Func<IReadOnlyList<T>, Task> work, Action<T, Exception> tell)
    {
        if (all.Count == 0)
            return;

        try
        {
            await work(all);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            if (all.Count == 1)
            {
                tell(all[0], failure);
                return;
            }

            foreach (var one in all)
                await Each([one], work, tell);
        }
    }
}
