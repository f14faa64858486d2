using CrmSync.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CrmSync.Worker.Jobs;

/// <summary>The program's log for people (<c>--log text</c>).</summary>
internal sealed class PlainLog(ContactDatabase database, TimeProvider time) : WordedLog(FormatterName, database)
{
    public const string FormatterName = "crmsync";

    protected override void Write<TState>(in LogEntry<TState> logEntry, string message, Exception? failure, TextWriter writer)
    {
        writer.Write(time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ ", System.Globalization.CultureInfo.InvariantCulture));
        writer.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace => "trce: ",
            LogLevel.Debug => "dbug: ",
            LogLevel.Information => "info: ",
            LogLevel.Warning => "warn: ",
            LogLevel.Error => "fail: ",
            _ => "crit: ",
        });
        writer.Write(logEntry.Category);
        writer.Write(": ");
        writer.WriteLine(failure is null ? message : $"{message} {OneLine(failure.ToString())}");
    }
}
