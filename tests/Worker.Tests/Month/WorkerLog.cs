using CrmSync.Worker.Tests.Jobs;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Tests.Month;

/// <summary>Writes down what workers warn of, each in a line.</summary>
internal sealed class WorkerLog(SimulatedTime time, TextWriter writer) : ILoggerProvider, ILogger
{
    private readonly TextWriter writer = TextWriter.Synchronized(writer);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            writer.WriteLine($"{time.Now} {logLevel} {formatter(state, exception)} {exception}".ReplaceLineEndings(" "));
    }

    public void Dispose()
    {
    }
}
