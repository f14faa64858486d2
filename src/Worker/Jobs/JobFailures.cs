using CrmSync.Storage;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Jobs;

/// <summary>Where every failure ends that nobody named: one line in the program's log; the job is rung again at its next time.</summary>
internal sealed class JobFailures(ILogger<JobFailures> log)
{
    /// <summary>Does the work of a job.</summary>
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
        catch (DatabaseUnusableException unusable)
        {
            log.LogError("{What}: {Problem}", what, unusable.Message);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{What}: failed; it is tried again at its next time", what);
        }
    }
}
