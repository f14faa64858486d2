namespace CrmSync.Worker.Sources.Imap;

/// <summary>How sure a role is; a better source may correct it later.</summary>
internal enum FolderRoleSource
{
    /// <summary>Nothing points to a role.</summary>
    None,

    /// <summary>The name contains a word known for it.</summary>
    Guess,

    /// <summary>The name is exactly one known for it in some language.</summary>
    Name,

    /// <summary>The server says so (RFC 6154, XLIST, NAMESPACE), or it is INBOX.</summary>
    Server,
}

/// <summary>A folder of an account.</summary>
/// <param name="Name">The full name, decoded; levels are separated by <paramref name="Delimiter"/>.</param>
/// <param name="Delimiter">The character between levels; null on servers without levels.</param>
/// <param name="Role">What it is for.</param>
/// <param name="RoleSource">How sure that is.</param>
/// <param name="CanOpen">False for mere branches of the tree.</param>
/// <param name="Status">Its counters, where the list brought them along (LIST-STATUS); else null.</param>
internal sealed record MailboxFolder(string Name, char? Delimiter, FolderRole Role, FolderRoleSource RoleSource, bool CanOpen,
    FolderStatus? Status)
{
    /// <summary>The folder every account has, without asking for it.</summary>
    public static MailboxFolder Inbox { get; } = new("INBOX", null, FolderRole.Inbox, FolderRoleSource.Server, CanOpen: true, null);

    /// <inheritdoc />
    public override string ToString() => Name;
}
