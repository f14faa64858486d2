using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>
/// A time that passes when it is told to. Timers fire as those of a computer that was asleep: once, however much later; on threads of their
/// own, as real ones do.
/// </summary>
internal sealed class SimulatedTime(Instant start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<SimulatedTimer> timers = [];
    private TimeSpan passed;
    private TimeSpan stepped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public Instant Now => Instant.FromDateTimeOffset(GetUtcNow());

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return start.ToDateTimeOffset() + passed + stepped;
    }

    public override long GetTimestamp()
    {
        lock (gate)
            return passed.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        lock (gate)
            timers.Add(timer);

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass to a moment, and fires what is due by then.</summary>
    public void PassTo(Instant moment) => Pass((moment - Now).ToTimeSpan());

    /// <summary>Lets time pass, and fires what is due by then.</summary>
    public void Pass(TimeSpan span)
    {
        List<SimulatedTimer> due;
        lock (gate)
        {
            passed += span > TimeSpan.Zero ? span : TimeSpan.Zero;
            due = [.. timers.Where(timer => timer.Due <= passed)];
            foreach (var timer in due)
                timer.Due = timer.Period > TimeSpan.Zero ? passed + timer.Period : null;
        }

        foreach (var timer in due)
            ThreadPool.UnsafeQueueUserWorkItem(fired => fired.Fire(), timer, preferLocal: false);
    }

    /// <summary>Sets the clock on the wall; nothing else passes.</summary>
    public void Step(TimeSpan by)
    {
        lock (gate)
            stepped += by;
    }

    /// <summary>When the next timer fires that fires once and belongs to something; null when none does.</summary>
    public Instant? NextOnce(Func<TimerCallback, bool> of)
    {
        lock (gate)
        {
            var next = timers.Where(timer => timer.Period <= TimeSpan.Zero && of(timer.Callback)).Min(timer => timer.Due);
            return next is { } due ? start + Duration.FromTimeSpan(due + stepped) : null;
        }
    }

    /// <summary>How many timers of something wait.</summary>
    public int CountWaiting(Func<TimerCallback, bool> of)
    {
        lock (gate)
            return timers.Count(timer => timer.Due > passed && of(timer.Callback));
    }

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimerCallback Callback => callback;

        public TimeSpan? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isNow = false;
            lock (time.gate)
            {
                Period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time.passed + dueTime;
                if (dueTime == TimeSpan.Zero)
                {
                    isNow = true;
                    Due = period > TimeSpan.Zero ? time.passed + period : null;
                }
            }

            if (isNow)
                ThreadPool.UnsafeQueueUserWorkItem(fired => fired.Fire(), this, preferLocal: false);

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                Due = null;
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
