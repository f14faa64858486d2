using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What a telephone system says of one call.</summary>
/// <param name="Start">When it began to ring.</param>
/// <param name="End">When whoever spoke had finished; the start of a call nobody answered.</param>
/// <param name="Answered">Whether anybody spoke.</param>
public sealed record CallFacts(Instant Start, Instant End, bool Answered)
{
    /// <summary>From so many seconds on an answered call counts as a contact.</summary>
    public const int LeastSeconds = 30;

    /// <summary>How long they spoke.</summary>
    public Duration Length => End - Start;

    /// <summary>Whether it is a contact.</summary>
    public bool Counts => Answered && Length >= Duration.FromSeconds(LeastSeconds);
}
