using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>
/// A time that passes when it is told to. Timers fire as those of a computer that was asleep: once, however much later; on threads of their
/// own, as real ones do.
/// </summary>
internal class SimulatedTime(Instant start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<SimulatedTimer> timers = [];
    private TimeSpan stepped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public Instant Now => Instant.FromDateTimeOffset(GetUtcNow());

    /// <summary>How much has passed since the beginning.</summary>
    protected virtual TimeSpan Passed { get; set; }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return start.ToDateTimeOffset() + Passed + stepped;
    }

    public override long GetTimestamp()
    {
        lock (gate)
            return Passed.Ticks;
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
        lock (gate)
            Passed += span > TimeSpan.Zero ? span : TimeSpan.Zero;

        FireDue();
    }

    /// <summary>Fires what is due by now.</summary>
    protected void FireDue()
    {
        List<SimulatedTimer> due;
        lock (gate)
        {
            var passed = Passed;
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

    /// <summary>How many timers of something wait.</summary>
    public int CountWaiting(Func<TimerCallback, bool> of)
    {
        lock (gate)
            return timers.Count(timer => timer.Due > Passed && of(timer.Callback));
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
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time.Passed + dueTime;
                if (dueTime == TimeSpan.Zero)
                {
                    isNow = true;
                    Due = period > TimeSpan.Zero ? time.Passed + period : null;
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
