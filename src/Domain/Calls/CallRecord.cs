using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Calls;

/// <summary>What a row of a telephone system says, before anybody knows who of those in it is ours.</summary>
/// <param name="Row">Equal for the same row wherever it stands.</param>
/// <param name="Start">When it began to ring.</param>
public sealed record CallRecord(string Row, Instant Start)
{
    /// <summary>Who called; null where that is not told.</summary>
    public CallParty? From { get; init; }

    /// <summary>Who was called; null where that is not told.</summary>
    public CallParty? To { get; init; }

    /// <summary>The one outside, where the row says so whoever called.</summary>
    public CallParty? Other { get; init; }

    /// <summary>Whoever of ours a row names without saying on which side.</summary>
    public IReadOnlyList<CallParty> Ours { get; init; } = [];

    /// <summary>Telephones of ours that called.</summary>
    public IReadOnlyList<CallParty> OursCalling { get; init; } = [];

    /// <summary>Telephones of ours that were called.</summary>
    public IReadOnlyList<CallParty> OursCalled { get; init; } = [];

    /// <summary>Null where the row does not tell.</summary>
    public Direction? Direction { get; init; }

    /// <summary>How long they spoke; null where nobody answered.</summary>
    public int? Seconds { get; init; }

    /// <summary>What the system calls the call, or null.</summary>
    public string? Call { get; init; }

    /// <summary>Whether the time is written without seconds.</summary>
    public bool IsToTheMinute { get; init; }
}
