using CrmSync.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Prints one line an event. That the database server is away is told in words wherever it is met, also inside Quartz: a restart of
/// PostgreSQL is no reason for stack traces.
/// </summary>
internal abstract class WordedLog(string name, ContactDatabase database) : ConsoleFormatter(name)
{
    /// <summary>Prints an event.</summary>
    /// <param name="logEntry">What is known of it.</param>
    /// <param name="message">What happened, on one line.</param>
    /// <param name="failure">The failure nobody has words for; null where the message says it all.</param>
    /// <param name="writer">Where to.</param>
    protected abstract void Write<TState>(in LogEntry<TState> logEntry, string message, Exception? failure, TextWriter writer);

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } known && database.Explain(known) is { } unusable)
            Write(logEntry, $"{OneLine(WithoutExceptions(message, known))} {unusable.Message}", null, textWriter);
        else
            Write(logEntry, OneLine(message), logEntry.Exception, textWriter);
    }

    /// <summary>A text without line breaks.</summary>
    protected static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>Quartz writes whole exceptions into its messages: what was going on stands before the first of them.</summary>
    private static string WithoutExceptions(string message, Exception failure)
    {
        var end = Causes(failure)
            .Select(cause => message.IndexOf(cause.GetType().FullName!, StringComparison.Ordinal))
            .Where(at => at >= 0)
            .DefaultIfEmpty(message.Length)
            .Min();
        return $"{message[..end].TrimEnd(' ', ':', '-', '>', '\r', '\n')}:";
    }

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
