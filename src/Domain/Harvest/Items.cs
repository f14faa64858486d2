using NodaTime;

namespace CrmSync.Domain.Harvest;

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
