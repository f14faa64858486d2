using NodaTime;

namespace CrmSync.Domain.Harvest;

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
