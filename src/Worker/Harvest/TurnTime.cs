namespace CrmSync.Worker.Harvest;

/// <summary>The time an account may read before others are to have theirs.</summary>
/// <param name="most">After this time no further batches are asked for.</param>
/// <param name="time">Measures it.</param>
internal sealed class TurnTime(TimeSpan most, TimeProvider time)
{
    /// <summary>
    /// Batches that are asked for in one go: enough that the time a question travels does not count, few enough that a death repeats
    /// little.
    /// </summary>
    private const int BatchesAhead = 4;

    private readonly long began = time.GetTimestamp();
    private TimeSpan? asked;

    /// <summary>Never before something was asked for: every turn gets on.</summary>
    public bool IsOver => asked is not null && most != Timeout.InfiniteTimeSpan && Elapsed >= most;

    /// <summary>Whether it ended with work left.</summary>
    public bool IsLeftWork { get; set; }

    private TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>All the time it takes.</summary>
    public static TurnTime Endless(TimeProvider time) => new(Timeout.InfiniteTimeSpan, time);

    /// <summary>How many batches to ask for now: from a slow server one at a time, or the turn would never end.</summary>
    public int ReserveBatches()
    {
        var last = Elapsed - (asked ?? Elapsed);
        asked = Elapsed;
        return most != Timeout.InfiniteTimeSpan && last > most / BatchesAhead ? 1 : BatchesAhead;
    }
}
