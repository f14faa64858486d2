using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

public enum ItemState
{
    Open,
    Overdue,
    Paused,
    Snoozed,
    Suppressed,
}

public enum ItemClosing
{
    Met,
    Late,
    Satisfied,
    Expired,
    Cancelled,
}

/// <summary>Somebody should do something about somebody by some time (policy-language.md section 11).</summary>
public sealed record Item
{
    /// <summary>The short hash of rule + about + trigger, shown to people, e.g. <c>F7K2Q</c>.</summary>
    public required string Id { get; init; }

    public required Rule Rule { get; init; }

    /// <summary>The id of a thread or meeting, the primary address of a contact, or an organisation.</summary>
    public required string About { get; init; }

    /// <summary>The primary address of the contact it concerns; null for an item about an organisation without a single contact.</summary>
    public EmailAddress? Contact { get; init; }

    /// <summary>The id of the person who is to act, as of now.</summary>
    public required string Owner { get; init; }

    public required ItemState State { get; init; }

    public required Instant Opened { get; init; }

    /// <summary>
    /// Null while paused and for signals. A held item has one as well, counted from its opening so far; it is never overdue, and a release
    /// counts anew.
    /// </summary>
    public Instant? Due { get; init; }

    /// <summary>The number of escalation steps that are due.</summary>
    public int Level { get; init; }

    /// <summary>The limit that holds it (<c>away</c>, <c>snooze</c> and <c>meeting_booked</c> are built in).</summary>
    public string? By { get; init; }

    /// <summary>The limits with <c>mode: observe</c> that would hold it; nothing rests on these.</summary>
    public IReadOnlyList<string> WouldBeHeldBy { get; init; } = [];

    /// <summary>The end of the hold, null if unknown.</summary>
    public Instant? Until { get; init; }

    /// <summary>
    /// When the first interaction it rests on was learned of; later than <see cref="Opened"/> when a mailbox was read late.
    /// </summary>
    public Instant KnownSince { get; init; }

    /// <summary>When the owner is to be warned (<c>warn</c>), or null.</summary>
    public Instant? WarnAt { get; init; }

    /// <summary>
    /// The escalation steps in file order, those due and those to come. Only the highest due one is sent when several were missed.
    /// </summary>
    public IReadOnlyList<ItemStep> Steps { get; init; } = [];

    /// <summary>A snoozed promise or signal keeps its state and its clock but is hidden from its owner's digest until then.</summary>
    public Instant? HiddenUntil { get; init; }

    /// <summary>The accounts that could hold an interaction not yet read, on which the item rests; empty when it is certain.</summary>
    public IReadOnlyList<string> Unsure { get; init; } = [];

    /// <summary>
    /// Of an overdue item, the accounts that were not read since it was due: while there are any, it does not count as late.
    /// </summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>Whether an accusation waits until these are read; after one business day it is told with the reservation.</summary>
    public bool Held { get; init; }

    /// <summary>The state as people are told it: what nobody may be accused of yet is not overdue.</summary>
    public ItemState ToldState => Held ? ItemState.Open : State;

    /// <summary>The interaction the item rests on (opening mail, event, last contact), if there is one.</summary>
    public string? Trigger { get; init; }

    /// <summary>What the item rests on; prints its own sentence.</summary>
    public Reason? Reason { get; init; }

    /// <summary>In words, one line; the same sentence explain shows.</summary>
    public string Why
    {
        get => field ?? Reason?.ToString() ?? "";
        init;
    }
}

/// <summary>An escalation step of one item.</summary>
/// <param name="At">When it is due, unless the item is answered first.</param>
/// <param name="To">The id of the person who is to be told, as of now.</param>
/// <param name="Via">By a mail of its own or in the digest.</param>
public sealed record ItemStep(Instant At, string To, Via Via);

/// <summary>Why there is an item, as facts; <see cref="object.ToString"/> is the sentence people read.</summary>
public abstract record Reason
{
    /// <summary>
    /// The same for a digest: without the subject, which stands right above it, without the words of the log, and as its reader reads it.
    /// What is only ever explained stays as it is.
    /// </summary>
    /// <param name="words">The language of the reader.</param>
    /// <param name="at">A moment as the reader sees it.</param>
    public abstract string Briefly(IReasonPhrases words, Func<Instant, SeenTime> at);
}

/// <summary>An item that came to its end.</summary>
public sealed record ClosedItem(string Id, Rule Rule, string About, ItemClosing As, Instant At)
{
    public EmailAddress? Contact { get; init; }

    public required string Owner { get; init; }

    public required Instant Opened { get; init; }

    public Instant? Due { get; init; }

    /// <summary>
    /// When the closing was learned of. An item that was notified as overdue and is <see cref="ItemClosing.Met"/>, learned late, is shown
    /// as withdrawn.
    /// </summary>
    public Instant KnownAt { get; init; }

    /// <summary>The interaction that closed it, if one did.</summary>
    public string? ClosedBy { get; init; }

    /// <summary>Whether it was <c>done</c> that closed it: nobody knows what the customer was told.</summary>
    public bool ByHand { get; init; }

    /// <summary>What closed it; prints its own sentence.</summary>
    public Reason? Reason { get; init; }

    /// <summary>In words: what closed it.</summary>
    public string Why
    {
        get => field ?? Reason?.ToString() ?? "";
        init;
    }
}
