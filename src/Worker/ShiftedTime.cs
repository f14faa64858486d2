using NodaTime;

namespace CrmSync.Worker;

/// <summary>The clock of this machine, set to another moment and running on from there: what <c>--now</c> says about the time.</summary>
/// <param name="real">The clock.</param>
/// <param name="start">What it shows now.</param>
internal sealed class ShiftedTime(TimeProvider real, Instant start) : TimeProvider
{
    private readonly TimeSpan shift = start.ToDateTimeOffset() - real.GetUtcNow();

    public override TimeZoneInfo LocalTimeZone => real.LocalTimeZone;

    public override long TimestampFrequency => real.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + shift;

    public override long GetTimestamp() => real.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        real.CreateTimer(callback, state, dueTime, period);
}
