namespace CrmSync.Fixtures;

/// <summary>A clock that shows what it is told; its timers and stop watches are real.</summary>
internal sealed class SettableTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
