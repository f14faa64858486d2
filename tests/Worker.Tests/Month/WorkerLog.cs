using CrmSync.Worker.Tests.Jobs;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Tests.Month;

/// <summary>What workers warn of.</summary>
internal sealed class WorkerLog(SimulatedTime time) : ILoggerProvider, ILogger
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;

        lock (lines)
            lines.Add($"{time.Now} {logLevel} {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
