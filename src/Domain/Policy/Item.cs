using CrmSync.Domain.Contacts;
using NodaTime;

namespace CrmSync.Domain.Policy;

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

/// <summary>Somebody should do something about somebody by some time (policy.md section 11).</summary>
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

    /// <summary>Null while paused, for signals, and while held.</summary>
    public Instant? Due { get; init; }

    /// <summary>The number of escalation steps that are due.</summary>
    public int Level { get; init; }

    /// <summary>The limit that holds it (<c>snooze</c> and <c>meeting_booked</c> are built in).</summary>
    public string? By { get; init; }

    /// <summary>The end of the hold, null if unknown.</summary>
    public Instant? Until { get; init; }

    /// <summary>The accounts that could hold an interaction not yet read, on which the item rests; empty when it is certain.</summary>
    public IReadOnlyList<string> Unsure { get; init; } = [];

    /// <summary>The interaction the item rests on (opening mail, event, last contact), if there is one.</summary>
    public string? Trigger { get; init; }

    /// <summary>In words, one line; the same sentence explain shows.</summary>
    public required string Why { get; init; }
}

/// <summary>An item that came to its end.</summary>
public sealed record ClosedItem(string Id, Rule Rule, string About, ItemClosing As, Instant At)
{
    public EmailAddress? Contact { get; init; }

    public required string Owner { get; init; }

    public required Instant Opened { get; init; }

    public Instant? Due { get; init; }

    /// <summary>In words: what closed it.</summary>
    public required string Why { get; init; }
}
