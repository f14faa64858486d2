using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>Under which policy organisations are judged, and how far that got.</summary>
public sealed record UnitState
{
    /// <summary>Tells the policy from others.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Goes up with each other policy.</summary>
    public long Generation { get; init; }

    /// <summary>Of the people outside, the last whose organisation was judged under it; null before the first.</summary>
    public string? Place { get; init; }

    /// <summary>Whether every organisation was.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Goes up with each look: one that another overtook keeps nothing.</summary>
    public long Look { get; init; }

    /// <summary>When the last look was.</summary>
    public Instant JudgedAt { get; init; }

    /// <summary>The last change of the log that had been noted when the look began.</summary>
    public long Newest { get; init; }
}
