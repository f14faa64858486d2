using CrmSync.Worker.Status;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Does the work of jobs. None takes longer than it may: then it is told to stop, and if it does not it is left behind, so that its place
/// is free for others. Whatever one throws becomes words.
/// </summary>
internal sealed class JobRunner(TimeProvider time, JobBook book, JobFailures failures, ILogger<JobRunner> log)
{
    /// <summary>How long work that was told to stop may take to do so.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    /// <summary>Does the work once.</summary>
    /// <param name="job">Whose work it is, in words without addresses or subjects.</param>
    /// <param name="longest">How long it may take.</param>
    /// <param name="work">The work; its token ends when the worker stops or the time is over.</param>
    /// <param name="stop">Being asked to stop is no failure.</param>
    /// <returns>What went wrong, for a person; null when nothing did.</returns>
    public async Task<string?> Run(string job, TimeSpan longest, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        if (book.TryBegin(job, longest) is not { } begun)
            return Told(job, $"an earlier run does not end although it was told to{Since(job)}; restart crmsync if this stays so");

        var limit = new CancellationTokenSource(longest, time);
        var isOver = limit.Token;
        var running = Work(begun, work, limit, stop);
        try
        {
            var failure = await WaitAsLongAsItMayTake(running, isOver);
            if (failure is OperationCanceledException && stop.IsCancellationRequested)
                return Stopped(job);

            return failure is null
                ? null
                : Told(job, failure is OperationCanceledException ? GivenUp(longest) : failures.Words(failure), failure);
        }
        catch (TimeoutException)
        {
            return Told(job, GivenUp(longest) + "; it does not end although it was told to: restart crmsync if this stays so");
        }
    }

    /// <summary>
    /// The farewell is counted from the moment the work is told to stop: on a machine that was asleep both times may be over when it wakes.
    /// </summary>
    private async Task<Exception?> WaitAsLongAsItMayTake(Task<Exception?> running, CancellationToken isOver)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = isOver.Register(told.SetResult);
        await Task.WhenAny(running, told.Task);
        return await running.WaitAsync(Farewell, time, CancellationToken.None);
    }

    /// <summary>The work, off the thread of the job: it may block. Gives what it threw.</summary>
    private Task<Exception?> Work(
        RunningJob begun, Func<CancellationToken, Task> work, CancellationTokenSource limit, CancellationToken stop) =>
        Task.Run(
            async () =>
            {
                using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
                try
                {
                    await work(end.Token);
                    return null;
                }
#pragma warning disable CA1031 // handed on to whoever waits for the job
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    return failure;
                }
                finally
                {
                    book.End(begun);
                    limit.Dispose();
                }
            },
            CancellationToken.None);

    private string? Stopped(string job)
    {
        log.LogInformation("{Job}: stopped; the next run goes on from here", job);
        return null;
    }

    private string Told(string job, string words, Exception? failure = null)
    {
        failures.Log(job, words, failure);
        return words;
    }

    private string Since(string job) =>
        book.Find(job) is { } run ? $" (it began at {run.Began.InUtc():uuuu-MM-dd HH:mm} UTC)" : "";

    private static string GivenUp(TimeSpan longest) =>
        $"it was given up after {longest.TotalMinutes:0} minutes, the longest it may take; it is tried again at its next time";
}
