using NodaTime;

namespace CrmSync.Domain.Harvest;

/// <summary>A folder as it stands in the database.</summary>
public sealed record FolderState
{
    public required long Number { get; init; }

    public required string Account { get; init; }

    /// <summary>The server's lasting name for it: a mailbox id, or the path where there is none.</summary>
    public required string RemoteId { get; init; }

    public required string Path { get; init; }

    /// <summary><c>inbox</c>, <c>sent</c>, <c>archive</c> and so on, as the source settled it, or null.</summary>
    public string? Role { get; init; }

    /// <summary>Our own counter, raised when the server numbers its items anew.</summary>
    public int Epoch { get; init; }

    public int ValidityResets { get; init; }

    public Instant? ParkedUntil { get; init; }

    public string? ParkedReason { get; init; }

    public FolderCursor Cursor { get; init; } = new();
}

/// <summary>How far a folder has been listed. What a source does not use stays at its default.</summary>
public sealed record FolderCursor
{
    /// <summary>IMAP's UIDVALIDITY; null while unknown.</summary>
    public long? UidValidity { get; init; }

    /// <summary>Everything up to this number has been discovered: a contiguous frontier, never the highest number seen.</summary>
    public long Frontier { get; init; }

    /// <summary>What the server said before the listing began, as the source writes it.</summary>
    public string? Snapshot { get; init; }

    /// <summary>A delta link, sync token or file position, as the source writes it.</summary>
    public string? Text { get; init; }

    /// <summary>When the folder was last listed as a whole.</summary>
    public Instant? LastFullAt { get; init; }
}
