using CrmSync.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// One line an event. That the database server is away is told in words wherever it is met, also inside Quartz: a restart of PostgreSQL is
/// no reason for stack traces.
/// </summary>
internal sealed class PlainLog(ContactDatabase database, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "crmsync";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ ", System.Globalization.CultureInfo.InvariantCulture));
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace => "trce: ",
            LogLevel.Debug => "dbug: ",
            LogLevel.Information => "info: ",
            LogLevel.Warning => "warn: ",
            LogLevel.Error => "fail: ",
            _ => "crit: ",
        });
        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is not { } failure)
            textWriter.WriteLine(OneLine(message));
        else if (database.Explain(failure) is { } unusable)
            textWriter.WriteLine($"{OneLine(WithoutExceptions(message, failure))} {unusable.Message}");
        else
            textWriter.WriteLine($"{OneLine(message)} {OneLine(failure.ToString())}");
    }

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

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
