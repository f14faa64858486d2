using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What telephone systems say of one call.</summary>
/// <param name="Start">When it began to ring.</param>
/// <param name="End">When whoever spoke had finished; the start of a call nobody answered.</param>
/// <param name="Seconds">How long they spoke; null where nobody answered.</param>
public sealed record CallFacts(Instant Start, Instant End, int? Seconds)
{
    /// <summary>From so many seconds on an answered call counts as a contact.</summary>
    public const int LeastSeconds = 30;

    public bool Answered => Seconds is not null;

    /// <summary>Whether it is a contact.</summary>
    public bool Counts => Seconds >= LeastSeconds;
}
