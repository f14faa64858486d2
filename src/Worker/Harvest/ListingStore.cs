using System.Diagnostics;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Harvest;

/// <summary>Writes down what a listing says, before the source is asked to go on: nothing else tells the ledger what there is.</summary>
internal sealed class ListingStore
{
    private readonly HarvestScope scope;
    private readonly HarvestLedger ledger;
    private readonly Dictionary<string, FolderState> folders;

    /// <summary>Folders of which a step could not be stored.</summary>
    private readonly HashSet<string> unstored = new(StringComparer.Ordinal);

    private ListingStore(HarvestScope scope, HarvestLedger ledger, Dictionary<string, FolderState> folders)
    {
        this.scope = scope;
        this.ledger = ledger;
        this.folders = folders;
        Known = new KnownItems(folders, (folder, ct) => ledger.KnownKeys(folder, ct))
        {
            PrivateLabels = scope.Capture.Privacy.Labels,
        };
    }

    /// <summary>What the source may know of the ledger; it is as new as what was stored last.</summary>
    public KnownItems Known { get; }

    /// <summary>Whether anything was new.</summary>
    public bool HasFound { get; private set; }

    /// <summary>Whether every folder was listed and noted as far as its server let us.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Knows the folders of the account as they stand.</summary>
    public static async Task<ListingStore> Open(HarvestScope scope, HarvestLedger ledger, CancellationToken ct) =>
        new(
            scope,
            ledger,
            (await ledger.Folders(scope.Account, ct)).ToDictionary(folder => folder.RemoteId, StringComparer.Ordinal));

    /// <summary>Writes down one step of the listing. A folder of which it cannot be written down spoils no other.</summary>
    public async Task Store(Listing listing, CancellationToken ct)
    {
        switch (listing)
        {
            case FolderUnreadable unreadable:
                Tell(unreadable);
                break;
            case FolderListing { Folder: var folder } when unstored.Contains(folder.RemoteId):
                // Its cursor would stand for the step before it, which is not stored.
                break;
            case FolderListing { Folder: var folder } about:
                if (await EachFolder.Try(folder.Path, () => Store(about, ct), ct) is { } trouble)
                {
                    unstored.Add(folder.RemoteId);
                    Tell(trouble);
                }

                break;
        }
    }

    private Task Store(FolderListing listing, CancellationToken ct) => listing switch
    {
        ListedPage page => Store(Wanted(page), ct),
        FolderGone gone => Store(Wanted(new ListedPage(gone.Folder, gone.Farewells, Known: 0, new FolderCursor())), ct),
        FolderParked parked => Park(parked, ct),
        FolderRenumbered renumbered => BeginEpoch(renumbered, ct),
        FolderNumbersKept kept => NoteNumbersKept(kept, ct),
        _ => throw new UnreachableException($"{listing.GetType().Name} is nothing a ledger can hold"),
    };

    private async Task Store(ListedPage page, CancellationToken ct)
    {
        var folder = await Find(page.Folder, ct);
        await ledger.MarkPrivate(folder, page.Private, scope.Now, ct);
        var added = 0;
        if (page.New.Count > 0)
            added = await ledger.Discover(folder, page.New, page.Cursor, ct);
        else if (page.Cursor != folder.Cursor || folder.ParkedUntil is not null)
            await ledger.MoveCursor(folder, page.Cursor, ct);

        folders[folder.RemoteId] = folder with { Cursor = page.Cursor, ParkedUntil = null, ParkedReason = null };
        HasFound |= added > 0;
        scope.Run.CountListed(page, added);
    }

    /// <summary>
    /// The page without items that bear the address of people of whom nothing is kept: their names alone would tell of them.
    /// </summary>
    private ListedPage Wanted(ListedPage page)
    {
        IReadOnlyList<Locator> wanted = [.. page.New.Where(item => !scope.Capture.Privacy.NoCapture.CoversAnyIn(item.Key))];
        return wanted.Count == page.New.Count
            ? page
            : page with
            {
                New = wanted,
                Skipped = new Dictionary<string, int>(page.Skipped, StringComparer.Ordinal)
                {
                    [Capture.NotWanted] = page.Skipped.GetValueOrDefault(Capture.NotWanted) + page.New.Count - wanted.Count,
                },
            };
    }

    private async Task Park(FolderParked parked, CancellationToken ct)
    {
        var folder = await Find(parked.Folder, ct);
        await ledger.Park(folder, parked.Until, parked.Trouble.Reason, scope.Now, ct);
        folders[folder.RemoteId] = folder with { ParkedUntil = parked.Until, ParkedReason = parked.Trouble.Reason };
        scope.Run.Fail(parked.Trouble);
    }

    private async Task BeginEpoch(FolderRenumbered renumbered, CancellationToken ct)
    {
        var folder = await Find(renumbered.Folder, ct);
        folders[folder.RemoteId] = await ledger.NewEpoch(folder, renumbered.UidValidity, ct);
    }

    private async Task NoteNumbersKept(FolderNumbersKept kept, CancellationToken ct)
    {
        var folder = await Find(kept.Folder, ct);
        await ledger.ForgetRenumberings(folder, ct);
        folders[folder.RemoteId] = folder with { ValidityResets = 0 };
    }

    private void Tell(FolderUnreadable unreadable)
    {
        IsWhole &= !unreadable.IsUnexpected;
        scope.Run.Fail(unreadable.Trouble, unreadable.IsPermanent);
    }

    /// <summary>The folder in the ledger; a new one, or one with another path or role, is written down.</summary>
    private async Task<FolderState> Find(KnownFolder named, CancellationToken ct) =>
        folders.TryGetValue(named.RemoteId, out var known) && known.Path == named.Path && known.Role == named.Role
            ? known
            : folders[named.RemoteId] = await ledger.Folder(scope.Account, named.RemoteId, named.Path, named.Role, ct);
}
