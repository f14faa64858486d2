using CrmSync.Domain.Harvest;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Which folder of the ledger a folder of the server is. Its MAILBOXID tells where there is one, and stays when it is renamed; else its
/// name does. Before a folder is opened only its name is known, for not every server tells the id of others.
/// </summary>
internal static class FolderIdentity
{
    private const string Mark = "id:";

    /// <summary>The lasting name of a folder.</summary>
    /// <param name="folder">As it was listed.</param>
    /// <param name="opened">What was said as it was opened.</param>
    public static string From(MailboxFolder folder, FolderStatus opened) => opened.MailboxId is { } id ? Mark + id : folder.Name;

    /// <summary>
    /// What the ledger holds under the name of a folder: the one whose counters are still the same, for a folder that is gone may have left
    /// its name behind; else the latest. Null for a name that is new.
    /// </summary>
    public static FolderState? Likely(IEnumerable<FolderState> known, MailboxFolder folder)
    {
        var named = known.Where(state => state.Path == folder.Name).OrderByDescending(state => state.Number).ToList();
        return named.Find(state => FolderSnapshot.Parse(state.Cursor.Snapshot)?.IsStill(folder.Status) == true) ?? named.FirstOrDefault();
    }

    /// <summary>
    /// Whether the open folder is the one the ledger means, by its id. Folders that were noted without one are taken by their name.
    /// </summary>
    public static bool HasId(string remoteId, FolderStatus opened) =>
        opened.MailboxId is not { } id || !remoteId.StartsWith(Mark, StringComparison.Ordinal) || remoteId == Mark + id;

    /// <summary>Whether the numbers of the open folder mean what they meant when the ledger took them down.</summary>
    public static bool IsSame(FolderState state, FolderStatus opened) =>
        HasId(state.RemoteId, opened)
        && !(opened.UidValidity is { } validity && state.Cursor.UidValidity is { } expected && validity != (ulong)expected);
}
