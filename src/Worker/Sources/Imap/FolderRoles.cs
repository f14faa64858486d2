namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Finds out what a folder is for: the server's word first, then names known in many languages, then words inside the name. Attributes are
/// compared without case; a folder with several takes the one that keeps it out, for reading drafts or junk by mistake is worse than
/// missing a marked folder.
/// </summary>
internal static class FolderRoles
{
    private static readonly (string Attribute, FolderRole Role)[] Attributes =
    [
        (@"\junk", FolderRole.Junk), (@"\spam", FolderRole.Junk), (@"\trash", FolderRole.Trash), (@"\drafts", FolderRole.Drafts),
        (@"\all", FolderRole.All), (@"\allmail", FolderRole.All), (@"\sent", FolderRole.Sent), (@"\archive", FolderRole.Archive),
            (@"\inbox", FolderRole.Inbox),
        (@"\flagged", FolderRole.View), (@"\starred", FolderRole.View), (@"\important", FolderRole.View),
        (@"\scheduled", FolderRole.Outbox), (@"\snoozed", FolderRole.View), (@"\memos", FolderRole.NoMail),
    ];

    private static readonly (string Word, FolderRole Role)[] Words =
    [
        ("spam", FolderRole.Junk), ("junk", FolderRole.Junk), ("trash", FolderRole.Trash), ("deleted items", FolderRole.Trash),
            ("papierkorb", FolderRole.Trash),
        ("drafts", FolderRole.Drafts), ("entwürfe", FolderRole.Drafts), ("sent items", FolderRole.Sent), ("sent mail", FolderRole.Sent),
            ("sent messages", FolderRole.Sent),
        ("gesendete", FolderRole.Sent), ("sync issues", FolderRole.NoMail),
    ];

    /// <summary>The role of a folder and how sure it is.</summary>
    /// <param name="folder">As listed.</param>
    /// <param name="foreign">Prefixes of the namespaces of others.</param>
    /// <param name="serverTells">True when the server marks roles itself; then words inside a name prove nothing.</param>
    /// <param name="isGroupware">True when the server shows calendars, contacts and tasks as folders.</param>
    public static (FolderRole Role, FolderRoleSource Source) Role(ListedFolder folder, IReadOnlyList<string> foreign, bool serverTells,
        bool isGroupware)
    {
        var name = folder.Name;
        if (name.Equals("INBOX", StringComparison.OrdinalIgnoreCase))
            return (FolderRole.Inbox, FolderRoleSource.Server);

        if (foreign.Any(prefix => IsBelow(folder, prefix)))
            return (FolderRole.Foreign, FolderRoleSource.Server);

        foreach (var (attribute, role) in Attributes)
        {
            if (folder.Attributes.Contains(attribute))
                return (role, FolderRoleSource.Server);
        }

        var levels = folder.Delimiter is { } delimiter ? name.Split(delimiter) : [name];
        if (FolderNames.Find(levels, isGroupware) is { } known)
            return (known, FolderRoleSource.Name);

        if (!serverTells && levels.Length <= 2)
        {
            foreach (var (word, role) in Words)
            {
                if (FolderNames.Fold(levels[^1]).Contains(word, StringComparison.Ordinal))
                    return (role, FolderRoleSource.Guess);
            }
        }

        return (FolderRole.Ordinary, FolderRoleSource.None);
    }

    private static bool IsBelow(ListedFolder folder, string prefix) =>
        prefix.Length > 0 && (folder.Name.StartsWith(prefix, StringComparison.Ordinal)
            || (folder.Delimiter is { } delimiter && folder.Name == prefix.TrimEnd(delimiter)));
}
