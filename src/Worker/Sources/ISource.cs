using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;

namespace CrmSync.Worker.Sources;

/// <summary>
/// How one account is read, in two phases so that a crash between them loses nothing: first what is there, then what it says. Read-only:
/// nothing on the other side is moved, flagged or deleted.
/// </summary>
internal interface ISource
{
    /// <summary>
    /// Logs in, or looks whether the folder is there, and nothing more. Throws <see cref="SourceException"/> when the account cannot be
    /// read.
    /// </summary>
    Task Connect(CancellationToken ct);

    /// <summary>
    /// Lists what the account holds and the ledger does not know yet, page by page. A page is stored together with its cursor before the
    /// next one is asked for, so a listing that breaks off goes on from there. Never passes silence off as emptiness: what cannot be listed
    /// is a <see cref="FolderUnreadable"/> (the other folders go on) or a <see cref="SourceException"/> (the account ends).
    /// </summary>
    IAsyncEnumerable<Listing> Discover(KnownItems known, CancellationToken ct);

    /// <summary>
    /// Reads <paramref name="items"/> and gives one <see cref="Reading"/> for each, in any order. An item that cannot be read is a result
    /// and never stops the others; only the end of the connection, disk or server is a <see cref="SourceException"/>.
    /// </summary>
    IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, CancellationToken ct);
}

/// <summary>An item of the ledger that is to be read.</summary>
/// <param name="Folder">The folder it lies in.</param>
/// <param name="Item">Its row in the ledger, with its key in the folder.</param>
internal sealed record RemoteItem(FolderState Folder, HarvestItem Item)
{
    public string Key => Item.Key;

    /// <summary>Whether it lies in the command mailbox: then it matters where it came from (<see cref="MailFacts.Trace"/>).</summary>
    public bool IsForCommands { get; init; }

    /// <summary>Whether its bytes are wanted beside what they say (<see cref="MailReading.Bytes"/>).</summary>
    public bool WithBytes { get; init; }
}

/// <summary>The account cannot be read, or not further.</summary>
internal sealed class SourceException(Trouble trouble, bool isPermanent, Exception? cause = null) : Exception(trouble.ToString(), cause)
{
    public Trouble Trouble { get; } = trouble;

    /// <summary>Whether a person must act; otherwise it will pass and the next harvest tries again.</summary>
    public bool IsPermanent { get; } = isPermanent;
}
