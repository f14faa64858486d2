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
        textWriter.Write(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } failure)
        {
            textWriter.Write(' ');
            textWriter.Write(OneLine(Words(failure) ?? failure.ToString()));
        }

        textWriter.WriteLine();
    }

    private string? Words(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (database.Explain(cause) is { } unusable)
                return unusable.Message;
        }

        return null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
