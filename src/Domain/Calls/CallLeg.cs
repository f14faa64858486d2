using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Calls;

/// <summary>
/// One row of a telephone system about a call with somebody outside: a call may have rung at several of our telephones, been passed on, or
/// stand in two exports.
/// </summary>
public sealed record CallLeg
{
    public required string Account { get; init; }

    /// <summary>Equal for the same row wherever it stands.</summary>
    public required string Row { get; init; }

    /// <summary>The telephone outside.</summary>
    public required EmailAddress Number { get; init; }

    /// <summary>The name beside the number, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The telephone or person of ours; null where the row does not tell.</summary>
    public EmailAddress? Ours { get; init; }

    public required Direction Direction { get; init; }

    public required Instant Start { get; init; }

    /// <summary>How long they spoke; null where nobody answered.</summary>
    public int? Seconds { get; init; }

    /// <summary>What the system calls the call, or null.</summary>
    public string? Call { get; init; }

    public bool IsToTheMinute { get; init; }

    /// <summary>When it was first read; null for what was there when the account was read for the first time.</summary>
    public Instant? FirstSeen { get; init; }

    /// <summary>When it was over.</summary>
    public Instant End => Start + Duration.FromSeconds(Seconds ?? 0);

    /// <summary>When it counts as seen.</summary>
    public Instant Seen => FirstSeen is { } seen ? Instant.Max(seen, Start) : Start;
}
