using CrmSync.Domain.Harvest;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Telemetry;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Reads one account forward from where it was left: lists what is new, reads it in batches, stores every batch in one transaction.
/// </summary>
/// <param name="scope">The account, and what this harvest is about.</param>
/// <param name="accounts">Where successes and failures are written down.</param>
/// <param name="ledger">What is known and what is to be read.</param>
/// <param name="meetings">Where copies of meetings become lines.</param>
/// <param name="calls">Where rows of telephone systems become lines.</param>
/// <param name="commands">What takes the emails of the command mailbox; null for every other account.</param>
/// <param name="sentCommands">Where sent copies of commands are noted; null where there is no command mailbox.</param>
/// <param name="threads">Takes the words of private threads out of the log.</param>
/// <param name="backlogs">Which backlogs may be read now, of all accounts.</param>
/// <param name="time">Measures turns.</param>
internal sealed class AccountHarvest(
    HarvestScope scope,
    Accounts accounts,
    HarvestLedger ledger,
    MeetingHarvest meetings,
    CallHarvest calls,
    CommandExecution? commands,
    CommandInbox? sentCommands,
    PrivateThreads threads,
    SemaphoreSlim backlogs,
    TimeProvider time)
{
    /// <summary>Batches that were read and are not stored yet, at most, beside the one that is being filled.</summary>
    private const int BatchesHeld = 1;

    private readonly AccountState account = scope.Account;
    private readonly BatchStore store = new(scope, ledger, meetings, calls, commands, sentCommands);

    /// <summary>
    /// Harvests for a while. An account that cannot be read is a result; only the database can make this throw.
    /// </summary>
    /// <param name="open">Makes its source.</param>
    /// <param name="most">After this time no further batches are asked for.</param>
    /// <param name="ct">Stops after the batch at hand; nothing is lost.</param>
    /// <returns>False when more waits for the next turn.</returns>
    public async Task<bool> TakeTurn(Func<ISource> open, TimeSpan most, CancellationToken ct)
    {
        var turn = new TurnTime(most, time);
        scope.Run.BeginTurn();
        try
        {
            // Most of the time nothing waits and nothing is new: then nothing is written.
            var waits = await Recover(ct);
            var source = open();
            waits |= await Discover(source, ct);
            var isDone = !waits || await ReadWaiting(source, turn, ct);
            if (!scope.Capture.Privacy.Labels.IsEmpty)
                await Try("what is labelled as private could not be made so", () => threads.HideMarked(scope.Classifier, ct), ct);

            if (!isDone)
                return false;

            await Try("its invitations could not be written out further", () => meetings.MoveInvitations(account, scope.Now, ct), ct);
            await Try("its commands could not be carried out", () => SettleCommands(ct), ct);

            await NoteOutcome(ct);
        }
        catch (SourceException failure)
        {
            scope.Run.Fail(failure.Trouble, failure.IsPermanent);
            await NoteOutcome(ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            scope.Run.Fail(Unexpected.TroubleFrom(account.Name, failure));
            await NoteOutcome(ct);
        }
        finally
        {
            scope.Run.EndTurn();
        }

        return true;
    }

    /// <summary>Takes up what an earlier harvest left; true when anything waits.</summary>
    private async Task<bool> Recover(CancellationToken ct)
    {
        if (!await ledger.HasOpen(account, scope.Now, ct))
            return false;

        scope.Run.Add(quarantined: await ledger.Recover(account, scope.Now, ct));
        return true;
    }

    /// <summary>Lists what is new; true when something was.</summary>
    private async Task<bool> Discover(ISource source, CancellationToken ct)
    {
        using var trace = Traces.Begin("list");
        if (!account.FirstReadDone && account.FirstListedAt is null)
            await accounts.NoteFirstListing(account, scope.Now, ct);

        var listings = await ListingStore.Open(scope, ledger, ct);
        await foreach (var listing in source.Discover(listings.Known, ct))
        {
            if (listing is ReadNow)
                await ReadWaiting(source, TurnTime.Endless(time), ct);
            else
                await listings.Store(listing, ct);
        }

        if (!account.FirstReadDone && listings.IsWhole)
            await accounts.MarkFirstReadDone(account, ct);

        return listings.HasFound;
    }

    /// <summary>
    /// Reads what waits. While one batch is stored the next ones are read, so that both cores have work and the wire does not fall silent
    /// between batches; what is held meanwhile is a few batches of lines, never emails.
    /// </summary>
    /// <returns>False when the time is over and more waits.</returns>
    private async Task<bool> ReadWaiting(ISource source, TurnTime turn, CancellationToken ct)
    {
        using var trace = Traces.Begin("read");
        using var room = new SemaphoreSlim(BatchesHeld);
        var folders = (await ledger.Folders(account, ct)).ToDictionary(folder => folder.Number);
        var reader = new BatchReader(scope, ledger, source, folders, commands, backlogs, turn);

        // Unbounded: the reading side waits for room by itself, and what it has read when it is stopped is stored all the same.
        await foreach (
            var batch in ReadAhead.Run<HarvestBatch>(most: null, (ready, stop) => reader.ReadAll(new BatchWriter(ready, room), stop), ct))
        {
            using (var storing = Traces.Begin("store"))
            {
                storing?.SetTag("crmsync.items", batch.Count);
                await store.Store(batch);
            }

            batch.IsStored.SetResult();
            room.Release();
        }

        return !turn.IsLeftWork;
    }

    private async Task SettleCommands(CancellationToken ct)
    {
        if (commands is null)
            return;

        foreach (var trouble in await commands.Settle(scope.Now, ct))
            scope.Run.Fail(trouble);
    }

    /// <summary>Does what can wait for the next harvest when it cannot be done now: the emails themselves are stored already.</summary>
    private async Task Try(string failed, Func<Task> work, CancellationToken ct)
    {
        try
        {
            await work();
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            scope.Run.Fail(
                new Trouble(
                    account.Name,
                    $"{failed} ({Unexpected.Name(failure)})",
                    "they are kept and tried again with the next harvest; please report it"));
        }
    }

    private Task NoteOutcome(CancellationToken ct) => scope.Run.Problem is { } words
        ? accounts.NoteFailure(account, scope.Now, scope.Capture.Hide(words), scope.Run.IsPermanent, ct)
        : accounts.NoteSuccess(account, scope.Now, readUntil: scope.Now, ct);
}
