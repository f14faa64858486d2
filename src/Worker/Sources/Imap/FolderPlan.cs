using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>Which folders of an account are read, and which are left alone and why.</summary>
/// <param name="Read">Least important first: what is listed last is read first, and that shall be INBOX and sent mail.</param>
/// <param name="LeftOut">Folders that hold mail nobody wants to see in the log, with the reason; views of mail that stands elsewhere are
/// not among them.</param>
internal sealed record FolderPlan(IReadOnlyList<MailboxFolder> Read, IReadOnlyList<(MailboxFolder Folder, string Reason)> LeftOut)
{
    /// <summary>Sorts folders out.</summary>
    /// <param name="account">Whose folders, and which of them the configuration excludes.</param>
    /// <param name="folders">As the server lists them.</param>
    /// <param name="isGmail">On Gmail "All Mail" holds everything once, and the others are labels of it. Where it is hidden, folder by
    /// folder is read.</param>
    public static FolderPlan From(ImapAccount account, IReadOnlyList<MailboxFolder> folders, bool isGmail)
    {
        var all = isGmail
            ? folders.FirstOrDefault(folder => folder is { Role: FolderRole.All, RoleSource: FolderRoleSource.Server, CanOpen: true })
            : null;
        var read = new List<MailboxFolder>();
        var leftOut = new List<(MailboxFolder, string)>();
        foreach (var folder in folders.Where(folder => folder.CanOpen))
        {
            if (Exclusion(account, folder) is { } excluded)
                leftOut.Add((folder, excluded));
            else if (folder.Role is FolderRole.Junk or FolderRole.Trash or FolderRole.Drafts)
                leftOut.Add((folder, $"in folder {folder.Name}"));
            else if (folder.Role is FolderRole.Inbox or FolderRole.Sent or FolderRole.Archive or FolderRole.Ordinary && all is null)
                read.Add(folder);
        }

        if (all is not null)
            read.Add(all);

        return new FolderPlan(
            [.. read.OrderBy(Importance)],
            all is null ? leftOut : [.. leftOut.Where(left => left.Item1.Role is FolderRole.Junk or FolderRole.Trash)]);
    }

    /// <summary>
    /// Whether a name (of a folder or a Gmail label) is excluded by the configuration; what lies below an excluded folder is, too.
    /// </summary>
    public static bool IsExcluded(ImapAccount account, string name, char? delimiter) =>
        NamedFolders.Cover(account.ExcludedFolders, name, delimiter);

    private static string? Exclusion(ImapAccount account, MailboxFolder folder) =>
        IsExcluded(account, folder.Name, folder.Delimiter) ? $"in folder {folder.Name}, excluded by the configuration" : null;

    private static int Importance(MailboxFolder folder) =>
        folder.Role switch
        {
            FolderRole.Inbox => 3,
            FolderRole.Sent => 2,
            FolderRole.Archive => 1,
            _ => 0,
        };
}
