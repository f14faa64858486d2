using CrmSync.Storage;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Status;
using CrmSync.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Jobs;

/// <summary>Where every failure ends that nobody named: in words, as one line in the program's log.</summary>
internal sealed class JobFailures(ContactDatabase database, ILogger<JobFailures> log)
{
    /// <summary>Does work that is not a job's; what it throws is told and stops nobody else.</summary>
    /// <param name="what">Whose work it is, in words without addresses or subjects.</param>
    /// <param name="work">The work.</param>
    /// <param name="stop">Being asked to stop is no failure.</param>
    public async Task Guard(string what, Func<Task> work, CancellationToken stop)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.LogInformation("{What}: stopped; the next run goes on from here", what);
        }
#pragma warning disable CA1031 // the last place: whatever it is, it is written down and the job goes on with its next run
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Log(what, Words(failure), failure);
        }
    }

    /// <summary>What a failure means for a person.</summary>
    public string Words(Exception failure) =>
        failure switch
        {
            SourceException known => known.Message,
            TimeoutException => "it took too long and was left behind; it is tried again at its next time",
            _ when database.Explain(failure) is { } unusable => unusable.Message,
            _ =>
                $"it failed in a way nobody expected ({failure.GetType().Name}: {failure.Message}); "
            + "it is tried again at its next time; please report it",
        };

    /// <summary>One line in the log; the stack only of failures nobody expected.</summary>
    public void Log(string what, string words, Exception? failure)
    {
        var told = Addresses.Hidden(words);
        var isDatabase = failure is not null && database.Explain(failure) is not null;
        Meters.CountFailure(what, failure, isDatabase);
        if (failure is null or SourceException or OperationCanceledException || isDatabase)
            log.LogError("{What}: {Problem}", what, told);
        else
            log.LogError(failure, "{What}: {Problem}", what, told);
    }
}
