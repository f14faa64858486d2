using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Harvest;

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

        /// <summary>What makes it and its thread private; null for nearly every mail.</summary>
        public PrivateMark? Private { get; init; }

        /// <summary>What of the mail met a bound and is not kept; null when all of it is.</summary>
        public Trouble? Cut { get; init; }

        /// <summary>Where it opens in a browser, as its server says; null where the server says nothing.</summary>
        public string? WebLink { get; init; }

        /// <summary>Mails attached to it that are copies of lines, too; the item stands for none of them.</summary>
        public IReadOnlyList<MailLine> Attached { get; init; } = [];
    }

    /// <summary>Read, and stored elsewhere: an event of a calendar, which is a line together with other copies.</summary>
    /// <param name="Item">The number of the item.</param>
    /// <param name="IsNew">Whether it made a line; else it was another copy of one.</param>
    public sealed record Read(long Item, bool IsNew) : ItemResult(Item)
    {
        /// <summary>What of it met a bound and is not kept; null when all of it is.</summary>
        public Trouble? Cut { get; init; }
    }

    /// <summary>Read and rightly not kept: a draft, a private mail.</summary>
    public sealed record Skipped(long Item, string Reason) : ItemResult(Item);

    /// <summary>It cannot be read, today or tomorrow.</summary>
    public sealed record Quarantined(long Item, Trouble Trouble) : ItemResult(Item)
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
