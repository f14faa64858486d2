using NodaTime;

namespace CrmSync.Storage.Digests;

/// <summary>How far a mail of ours has come.</summary>
public enum LedgerState
{
    /// <summary>It will be written.</summary>
    Planned,

    /// <summary>Its bytes are kept.</summary>
    Rendered,

    /// <summary>Handed to the mail server, answer unknown. After a crash it may have left or not.</summary>
    Sending,

    Sent,

    /// <summary>It will never leave, for the reason kept with it.</summary>
    Refused,

    /// <summary>There was nothing to say.</summary>
    Empty,
}

/// <summary>A mail of ours before anything is known of it but whose it is.</summary>
/// <param name="MessageId">Unique and made from the rest, without brackets.</param>
/// <param name="Digest">The name of the digest, or <c>immediate</c>.</param>
/// <param name="Reader">The id of the person.</param>
/// <param name="Occasion">The local date of a digest (ISO 8601), or what an immediate mail is about.</param>
/// <param name="DueAt">When it should leave.</param>
public sealed record PlannedMail(string MessageId, string Digest, string Reader, string Occasion, Instant DueAt);

/// <summary>A mail of ours as the ledger knows it.</summary>
public sealed record LedgerMail(PlannedMail Plan, LedgerState State)
{
    /// <summary>The bytes that leave, from <see cref="LedgerState.Rendered"/> on until they were sent.</summary>
    public byte[]? Bytes { get; init; }

    public Instant? ClaimedAt { get; init; }

    public Instant? SentAt { get; init; }

    /// <summary>Why it did not leave, in words.</summary>
    public string? Problem { get; init; }
}
