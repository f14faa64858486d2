using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;
using NodaTime;

namespace CrmSync.Worker.Jobs;

/// <summary>Does the work of a job that is no account's, and notes for <c>status</c> what went wrong, or that nothing did.</summary>
internal sealed class NotedWork(
    JobRunner runner, JobTroubles troubles, JobFailures failures, IClock clock, IHostApplicationLifetime lifetime)
{
    /// <summary>Does the work once.</summary>
    /// <param name="job">One of the names <see cref="JobTroubles"/> has.</param>
    /// <param name="longest">How long it may take.</param>
    /// <param name="work">The work; its token ends when the worker stops or the time is over.</param>
    /// <param name="ct">Stops it, as the end of the worker does.</param>
    public async Task Run(string job, TimeSpan longest, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        var trouble = await runner.Run(job, longest, work, stop.Token);
        await failures.Guard(job, () => troubles.Note(job, trouble, clock.GetCurrentInstant(), stop.Token), stop.Token);
    }
}
