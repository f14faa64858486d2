using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Harvest;
using NodaTime;

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

/// <summary>One step of a listing.</summary>
internal abstract record Listing;

/// <summary>A page of a folder.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="New">
/// Items the ledger does not hold. Equal keys of a folder (and epoch) are the same stored item; a source gives another key when the content
/// may have changed.
/// </param>
/// <param name="Known">How many items the page stands for that the ledger holds already.</param>
/// <param name="Cursor">How far the folder is listed once this page is stored.</param>
internal sealed record ListedPage(FolderState Folder, IReadOnlyList<Locator> New, int Known, FolderCursor Cursor) : Listing
{
    /// <summary>
    /// Items left alone in every run (drafts, deleted mail), counted by reason. They have no place in the ledger, for the reason may go
    /// away.
    /// </summary>
    public IReadOnlyDictionary<string, int> Skipped { get; init; } = new Dictionary<string, int>();
}

/// <summary>A folder that could not be listed. The others go on.</summary>
internal sealed record FolderUnreadable(Trouble Trouble, bool IsPermanent) : Listing;

/// <summary>The listing told what its items say, and keeps it in memory: they are read before it goes on.</summary>
internal sealed record ReadNow : Listing;

/// <summary>What one item turned out to be.</summary>
internal abstract record Reading(RemoteItem Item)
{
    /// <summary>What was left out of it because it met a bound, in words; the harvest adds its own.</summary>
    public ISet<string> Cuts { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>A mail.</summary>
internal sealed record MailReading(RemoteItem Item, MailFacts Facts) : Reading(Item)
{
    /// <summary>
    /// The mail itself when there is a calendar in it; null in all others, which are let go as soon as their facts are known.
    /// </summary>
    public MimeMessage? WithCalendar { get; init; }

    /// <summary>The mail itself when other mails are attached to it; null in all others.</summary>
    public MimeMessage? WithAttached { get; init; }

    /// <summary>Of larger mails the bytes are not kept: commands have no use for attachments.</summary>
    public const int MostBytes = 10_000_000;

    /// <summary>The mail as it is stored, where that was asked for and it is not too large; else null.</summary>
    public byte[]? Bytes { get; init; }
}

/// <summary>The meetings of one series (or a single one) as the account holds them now.</summary>
/// <param name="Item">The item.</param>
/// <param name="Series">Whose meetings they are (<see cref="MeetingKey.Uid"/>).</param>
/// <param name="Copies">The meetings in <paramref name="Window"/>, also those marked private.</param>
/// <param name="Window">What was looked at; what lies outside stays as it is known.</param>
internal sealed record MeetingReading(RemoteItem Item, string Series, IReadOnlyList<MeetingCopy> Copies, Interval Window) : Reading(Item)
{
    /// <summary>Whether the series is not there any more.</summary>
    public bool IsGone { get; init; }
}

/// <summary>Left out on purpose: a draft, an entry marked private.</summary>
internal sealed record SkippedReading(RemoteItem Item, string Reason) : Reading(Item);

/// <summary>Cannot be read as it is; somebody may look at it and try again.</summary>
internal sealed record UnreadableReading(RemoteItem Item, Trouble Trouble) : Reading(Item)
{
    /// <summary>What its headers say, when at least these could be read: the log knows of the mail, though not what it says.</summary>
    public MailFacts? Headers { get; init; }

    /// <summary>After how long it is tried again by itself; null when it would be no better then.</summary>
    public Duration? RetryAfter { get; init; }
}

/// <summary>Could not be read this time; it is tried again with the next harvest.</summary>
internal sealed record FailedReading(RemoteItem Item, Trouble Trouble) : Reading(Item);

/// <summary>No longer there, which is remembered.</summary>
internal sealed record GoneReading(RemoteItem Item) : Reading(Item);

/// <summary>
/// Listed, and not there when it was to be read: deleted or moved meanwhile. Should it come back under its key, a listing may name it
/// again. May follow another reading of the item, which then was of something else.
/// </summary>
internal sealed record VanishedReading(RemoteItem Item) : Reading(Item);

/// <summary>What went wrong, for the person who must do something about it.</summary>
/// <param name="Place">Where: a file, a folder, a UID.</param>
/// <param name="Reason">What was found.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Trouble(string Place, string Reason, string Remedy)
{
    /// <summary>The three in one sentence.</summary>
    public override string ToString() => $"{Place}: {Reason}; {Remedy}";
}

/// <summary>The account cannot be read, or not further.</summary>
internal sealed class SourceException(Trouble trouble, bool isPermanent, Exception? cause = null) : Exception(trouble.ToString(), cause)
{
    public Trouble Trouble { get; } = trouble;

    /// <summary>Whether a person must act; otherwise it will pass and the next harvest tries again.</summary>
    public bool IsPermanent { get; } = isPermanent;
}
