using System.Diagnostics;
using CrmSync.Storage;
using CrmSync.Worker.Printing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// The program's log for programs (<c>--log json</c>): one object a line with the values of the message under their names.
/// </summary>
internal sealed class JsonLog(ContactDatabase database, TimeProvider time) : WordedLog(FormatterName, database)
{
    public const string FormatterName = "crmsync-json";

    private const string Template = "{OriginalFormat}";

    protected override void Write<TState>(in LogEntry<TState> logEntry, string message, Exception? failure, TextWriter writer)
    {
        var values = (logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? []).Where(value => value.Key != Template);
        writer.WriteLine(
            LogLine.Print(time.GetUtcNow(), logEntry.LogLevel, logEntry.Category, message, values, failure, Activity.Current));
    }
}
