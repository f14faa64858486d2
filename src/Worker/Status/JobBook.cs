using System.Collections.Concurrent;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Worker.Status;

/// <summary>What the jobs of this worker are doing: since when each runs, and until when it may.</summary>
internal sealed class JobBook(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RunningJob> running = new(StringComparer.Ordinal);

    /// <summary>Begins a run; null while an earlier run of the job has not ended.</summary>
    public RunningJob? TryBegin(string job, TimeSpan longest)
    {
        var now = time.GetCurrentInstant();
        var begun = new RunningJob(job, now, now + Duration.FromTimeSpan(longest));
        return running.TryAdd(job, begun) ? begun : null;
    }

    /// <summary>Ends a run.</summary>
    public void End(RunningJob ended) => running.TryRemove(new KeyValuePair<string, RunningJob>(ended.Name, ended));

    /// <summary>The run of a job that is under way; null when none is.</summary>
    public RunningJob? Find(string job) => running.GetValueOrDefault(job);

    /// <summary>Runs that should have ended by a moment.</summary>
    public IReadOnlyList<RunningJob> OverdueAt(Instant now) =>
        [.. running.Values.Where(job => job.Until < now).OrderBy(job => job.Began).ThenBy(job => job.Name, StringComparer.Ordinal)];
}

/// <summary>A run of a job.</summary>
/// <param name="Name">Such as <c>account ana</c> or <c>policy</c>.</param>
/// <param name="Began">When it began.</param>
/// <param name="Until">When it must have ended.</param>
internal sealed record RunningJob(string Name, Instant Began, Instant Until);
