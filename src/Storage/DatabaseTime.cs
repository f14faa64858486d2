namespace CrmSync.Storage;

/// <summary>
/// The time of a database that several programs share, as one of them tells it: asked once and then counted on by this machine, so that
/// programs whose own clocks are wrong by hours agree on what is due and on how far a mailbox has been read.
/// </summary>
public sealed class DatabaseTime : TimeProvider
{
    private readonly DatabaseClock clock;
    private readonly TimeProvider counting;
    private volatile Reading reading;

    private DatabaseTime(DatabaseClock clock, TimeProvider counting, Reading reading) =>
        (this.clock, this.counting, this.reading) = (clock, counting, reading);

    public override TimeZoneInfo LocalTimeZone => counting.LocalTimeZone;

    public override long TimestampFrequency => counting.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        var last = reading;
        return last.Time + counting.GetElapsedTime(last.At);
    }

    public override long GetTimestamp() => counting.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        counting.CreateTimer(callback, state, dueTime, period);

    /// <summary>Asks the database.</summary>
    /// <param name="clock">Of the database.</param>
    /// <param name="counting">Counts on from there; it should not stand still while the machine sleeps.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<DatabaseTime> Ask(DatabaseClock clock, TimeProvider counting, CancellationToken ct) =>
        new(clock, counting, await Read(clock, counting, ct));

    /// <summary>Asks again: no two machines count alike for long.</summary>
    public async Task AskAgain(CancellationToken ct) => reading = await Read(clock, counting, ct);

    private static async Task<Reading> Read(DatabaseClock clock, TimeProvider counting, CancellationToken ct)
    {
        // The answer is taken for the moment at which it arrives: nobody is ahead of the database.
        var time = (await clock.Read(ct)).ToDateTimeOffset();
        return new Reading(time, counting.GetTimestamp());
    }

    private sealed record Reading(DateTimeOffset Time, long At);
}
