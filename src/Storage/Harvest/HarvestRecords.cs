using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>An account as it stands in the database.</summary>
public sealed record AccountState
{
    public required long Number { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>The address whose mailbox or calendar it is, or null.</summary>
    public string? Address { get; init; }

    /// <summary>Whether everything that was there when the account was first read has been listed; what is found later is news.</summary>
    public bool FirstReadDone { get; init; }

    /// <summary>Everything that arrived up to here has been read; null until the first complete reading.</summary>
    public Instant? ReadUntil { get; init; }

    public Instant? LastAttempt { get; init; }

    public Instant? LastSuccess { get; init; }

    /// <summary>The last error in words; null after a success.</summary>
    public string? LastError { get; init; }

    /// <summary>Whether a person must act before it can work again.</summary>
    public bool LastErrorPermanent { get; init; }

    /// <summary>Since when it has been failing.</summary>
    public Instant? ErrorSince { get; init; }

    /// <summary>When it was listed for the first time; null before that, and for accounts an older version listed.</summary>
    public Instant? FirstListedAt { get; init; }

    /// <summary>Whatever the source keeps for the whole account.</summary>
    public string? Cursor { get; init; }
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

    /// <summary>Why it is not read, or null.</summary>
    public string? ExcludedReason { get; init; }

    /// <summary>Our own counter, raised when the server numbers its items anew.</summary>
    public int Epoch { get; init; }

    public int ValidityResets { get; init; }

    public Instant? ParkedUntil { get; init; }

    public string? ParkedReason { get; init; }

    public FolderCursor Cursor { get; init; } = new();
}

/// <summary>An item as a listing names it.</summary>
/// <param name="Key">Its name in the folder: a UID, a native id or a file name. Compared letter by letter.</param>
/// <param name="Size">In bytes, if the listing says.</param>
/// <param name="Dated">When it was stored or sent as far as the listing says; newer items are read first.</param>
public sealed record Locator(string Key, long? Size = null, Instant? Dated = null);

/// <summary>An item to be read now. Its attempt is counted already.</summary>
public sealed record HarvestItem
{
    public required long Number { get; init; }

    /// <summary>The number of its folder.</summary>
    public required long Folder { get; init; }

    public required string Key { get; init; }

    public long? Size { get; init; }

    public Instant? Dated { get; init; }

    /// <summary>Whether it was there when the account was read for the first time: then its line counts as seen when it happened.</summary>
    public bool Backlog { get; init; }

    /// <summary>How often it was tried, this time included.</summary>
    public int Attempts { get; init; }

    /// <summary>The number of the line its headers made when it could not be read whole; null for nearly every item.</summary>
    public long? HeaderLine { get; init; }
}

/// <summary>What became of an item.</summary>
/// <param name="Item">The number of the item.</param>
public abstract record ItemResult(long Item)
{
    /// <summary>A mail of the log.</summary>
    public sealed record Mail(long Item, MailLine Line) : ItemResult(Item)
    {
        /// <summary>
        /// The line that its headers alone made before (<see cref="HarvestItem.HeaderLine"/>), and that it takes the place of.
        /// </summary>
        public long? InPlaceOf { get; init; }

        /// <summary>What of the mail met a bound and is not kept; null when all of it is.</summary>
        public ItemCut? Cut { get; init; }

        /// <summary>Mails attached to it that are copies of lines, too; the item stands for none of them.</summary>
        public IReadOnlyList<MailLine> Attached { get; init; } = [];
    }

    /// <summary>Read, and stored elsewhere: an event of a calendar, which is a line together with other copies.</summary>
    /// <param name="Item">The number of the item.</param>
    /// <param name="IsNew">Whether it made a line; else it was another copy of one.</param>
    public sealed record Read(long Item, bool IsNew) : ItemResult(Item)
    {
        /// <summary>What of it met a bound and is not kept; null when all of it is.</summary>
        public ItemCut? Cut { get; init; }
    }

    /// <summary>Read and rightly not kept: a draft, a private mail.</summary>
    public sealed record Skipped(long Item, string Reason) : ItemResult(Item);

    /// <summary>It cannot be read, today or tomorrow.</summary>
    /// <param name="Item">The number of the item.</param>
    /// <param name="Place">Where it lies, for a person: file or folder, and key.</param>
    /// <param name="Reason">What is wrong with it.</param>
    /// <param name="Remedy">What a person can do.</param>
    public sealed record Quarantined(long Item, string Place, string Reason, string Remedy) : ItemResult(Item)
    {
        /// <summary>The line its headers make until it is read whole; null when not even they could be read.</summary>
        public MailLine? HeaderLine { get; init; }

        /// <summary>When it is tried again by itself; null when that would change nothing.</summary>
        public Instant? RetryAt { get; init; }
    }

    /// <summary>It could not be read now; it is tried again at or after <paramref name="RetryAt"/>.</summary>
    public sealed record Failed(long Item, string Reason, Instant RetryAt) : ItemResult(Item);

    /// <summary>It is no longer there, which is remembered.</summary>
    public sealed record Gone(long Item) : ItemResult(Item);

    /// <summary>
    /// It was listed, and is not there when it is read. That may be an error of the moment, or it may come back: it is forgotten and its
    /// folder listed whole again.
    /// </summary>
    public sealed record Vanished(long Item) : ItemResult(Item);
}

/// <summary>What was left out of an item that is kept, because it was more than is kept of any.</summary>
/// <param name="Place">Where it lies, for a person.</param>
/// <param name="Reason">Which bounds it met.</param>
/// <param name="Remedy">What a person can do.</param>
public sealed record ItemCut(string Place, string Reason, string Remedy);

/// <summary>What became of a batch; every item is counted once.</summary>
/// <param name="New">Made a line.</param>
/// <param name="Known">Another copy of a line.</param>
/// <param name="Skipped">Not kept, with reason.</param>
/// <param name="Quarantined">Cannot be read.</param>
/// <param name="Failed">To be tried again.</param>
/// <param name="Gone">Vanished before it was read.</param>
public sealed record StoreCounts(int New, int Known, int Skipped, int Quarantined, int Failed, int Gone)
{
    public static StoreCounts Zero { get; } = new(0, 0, 0, 0, 0, 0);

    public static StoreCounts operator +(StoreCounts one, StoreCounts other) => Add(one, other);

    public static StoreCounts Add(StoreCounts one, StoreCounts other) =>
        new(
            one.New + other.New,
            one.Known + other.Known,
            one.Skipped + other.Skipped,
            one.Quarantined + other.Quarantined,
            one.Failed + other.Failed,
            one.Gone + other.Gone);
}

/// <summary>An item that could not be read, or not whole.</summary>
public sealed record QuarantinedItem
{
    /// <summary>Whether it is in the log all the same, and only a part of it was left out.</summary>
    public bool Kept { get; init; }

    public required long Number { get; init; }

    public required string Account { get; init; }

    public required string Folder { get; init; }

    public required string Key { get; init; }

    public required string Place { get; init; }

    public required string Reason { get; init; }

    public required string Remedy { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it is tried again by itself; null when only a person can have it tried again.</summary>
    public Instant? RetryAt { get; init; }
}

/// <summary>How many items of an account stand where.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="State"><c>pending</c>, <c>done</c>, <c>skipped</c>, <c>quarantined</c> or <c>gone</c>.</param>
/// <param name="Reason">Of skipped items why; else null.</param>
/// <param name="Items">How many.</param>
public sealed record ItemCount(string Account, string State, string? Reason, long Items);
