namespace CrmSync.Worker.Sources;

/// <summary>What a folder is for.</summary>
internal enum FolderRole
{
    /// <summary>A folder people made, or one whose purpose is not known.</summary>
    Ordinary,

    /// <summary>INBOX.</summary>
    Inbox,

    /// <summary>Sent mail.</summary>
    Sent,

    /// <summary>Archived mail.</summary>
    Archive,

    /// <summary>Everything but junk and trash in one folder (Gmail's "All Mail").</summary>
    All,

    /// <summary>Mail not finished.</summary>
    Drafts,

    /// <summary>Unwanted mail.</summary>
    Junk,

    /// <summary>Deleted mail.</summary>
    Trash,

    /// <summary>A view of marked or important mail that also stands elsewhere.</summary>
    View,

    /// <summary>Mail waiting to be sent.</summary>
    Outbox,

    /// <summary>Notes, feeds, logs, filters, calendars: no mail between people.</summary>
    NoMail,

    /// <summary>Folders of other users, and public ones.</summary>
    Foreign,
}
