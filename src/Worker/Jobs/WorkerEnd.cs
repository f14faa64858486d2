using Microsoft.Extensions.Hosting;

namespace CrmSync.Worker.Jobs;

/// <summary>Ends the worker when it cannot go on, with words for whoever looks after it.</summary>
internal sealed class WorkerEnd(IHostApplicationLifetime lifetime)
{
    private volatile string? words;

    /// <summary>Why the worker ended by itself; null when it did not.</summary>
    public string? Words => words;

    /// <summary>Ends the worker.</summary>
    public void Stop(string why)
    {
        words = why;
        lifetime.StopApplication();
    }
}
