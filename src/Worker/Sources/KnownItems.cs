using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>What the ledger holds of the account that is being listed.</summary>
internal sealed class KnownItems(HarvestLedger ledger, AccountState account)
{
    private Dictionary<string, FolderState>? folders;

    /// <summary>What the source kept for the whole account.</summary>
    public string? AccountCursor => account.Cursor;

    /// <summary>Every folder the ledger knows of the account, also those the source does not find any more.</summary>
    public async Task<IReadOnlyCollection<FolderState>> Folders(CancellationToken ct) =>
        [.. (folders ??= (await ledger.Folders(account, ct)).ToDictionary(f => f.RemoteId, StringComparer.Ordinal)).Values];

    /// <summary>A folder as the ledger knows it; a new one is written down.</summary>
    /// <param name="remoteId">The server's lasting name for it.</param>
    /// <param name="path">As people know it.</param>
    /// <param name="role">Or null.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<FolderState> Folder(string remoteId, string path, string? role, CancellationToken ct)
    {
        folders ??= (await ledger.Folders(account, ct)).ToDictionary(f => f.RemoteId, StringComparer.Ordinal);
        if (folders.TryGetValue(remoteId, out var folder) && folder.Path == path && folder.Role == role)
            return folder;

        return folders[remoteId] = await ledger.Folder(account, remoteId, path, role, ct);
    }

    /// <summary>The keys of a folder's items in its present epoch.</summary>
    public Task<HashSet<string>> ReadKeys(FolderState folder, CancellationToken ct) => ledger.KnownKeys(folder, ct);

    /// <summary>Leaves a folder alone until a moment, for a reason; null reads it again.</summary>
    public Task Park(FolderState folder, Instant? until, string? reason, CancellationToken ct) => ledger.Park(folder, until, reason, ct);

    /// <summary>The server has kept the numbers of the folder's items.</summary>
    public async Task<FolderState> Steady(FolderState folder, CancellationToken ct)
    {
        await ledger.Steady(folder, ct);
        return folders![folder.RemoteId] = folder with { ValidityResets = 0 };
    }

    /// <summary>The server numbers the folder's items anew.</summary>
    public async Task<FolderState> NewEpoch(FolderState folder, long? uidValidity, CancellationToken ct) =>
        folders![folder.RemoteId] = await ledger.NewEpoch(folder, uidValidity, ct);
}
