using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>What the ledger holds of the account that is being listed; a source reads it and changes nothing.</summary>
/// <param name="folders">The folders by their remote ids, as they stand when they are asked for.</param>
/// <param name="readKeys">Reads the keys of a folder's items.</param>
internal sealed class KnownItems(
    IReadOnlyDictionary<string, FolderState> folders, Func<FolderState, CancellationToken, Task<HashSet<string>>> readKeys)
{
    /// <summary>What makes items private that were read already.</summary>
    public PrivateLabels PrivateLabels { get; init; } = PrivateLabels.None;

    /// <summary>Every folder the ledger knows of the account, also those the source does not find any more.</summary>
    public IReadOnlyList<FolderState> Folders => [.. folders.Values];

    /// <summary>A folder as the source names it, with what the ledger knows of it; nothing of one that is new.</summary>
    /// <param name="remoteId">The server's lasting name for it.</param>
    /// <param name="path">As people know it.</param>
    /// <param name="role">Or null.</param>
    public KnownFolder Folder(string remoteId, string path, string? role) =>
        folders.TryGetValue(remoteId, out var known)
            ? KnownFolder.From(known) with { Path = path, Role = role }
            : new KnownFolder(remoteId, path, role);

    /// <summary>The keys of a folder's items in its present epoch.</summary>
    public async Task<HashSet<string>> ReadKeys(string remoteId, CancellationToken ct) =>
        folders.TryGetValue(remoteId, out var known) ? await readKeys(known, ct) : new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>A folder as its source names it, with what the ledger knows of it.</summary>
/// <param name="RemoteId">The server's lasting name for it: a mailbox id, or the path where there is none.</param>
/// <param name="Path">As people know it.</param>
/// <param name="Role"><c>inbox</c>, <c>sent</c>, <c>archive</c> and so on, or null.</param>
internal sealed record KnownFolder(string RemoteId, string Path, string? Role)
{
    /// <summary>How far it was listed when this was read.</summary>
    public FolderCursor Cursor { get; init; } = new();

    /// <summary>Until when it is left alone; null when it never was.</summary>
    public Instant? ParkedUntil { get; init; }

    public string? ParkedReason { get; init; }

    /// <summary>How often in a row the server has numbered its items anew.</summary>
    public int ValidityResets { get; init; }

    /// <summary>Why an account is left alone whose folder is parked still; null when it may be asked.</summary>
    public Trouble? WhyParked(string account, Instant now) => ParkedUntil > now
        ? new Trouble(
            account, ParkedReason ?? "the server wants to be left alone", $"it is asked again after {ParkedUntil:uuuu-MM-dd HH:mm} UTC")
        : null;

    /// <summary>The folder as it stands in the ledger.</summary>
    public static KnownFolder From(FolderState known) => new(known.RemoteId, known.Path, known.Role)
    {
        Cursor = known.Cursor,
        ParkedUntil = known.ParkedUntil,
        ParkedReason = known.ParkedReason,
        ValidityResets = known.ValidityResets,
    };
}
