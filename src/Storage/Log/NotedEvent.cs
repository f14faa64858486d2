using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>Something that happened.</summary>
public sealed record NotedEvent
{
    /// <summary>Its place in the order, the position of a replay.</summary>
    public long Number { get; init; }

    /// <summary><c>line.added</c>, <c>item.opened</c> or <c>item.closed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it was noted.</summary>
    public Instant At { get; init; }

    /// <summary>The id of the line.</summary>
    public string? Line { get; init; }

    /// <summary>What is told of an item, as JSON.</summary>
    public string? Data { get; init; }
}
