using System.Text;
using CrmSync.Worker.Printing;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Cli;

/// <summary>
/// Standard error with <c>--log json</c>: what the program says there outside its log, such as problems of the configuration, becomes
/// events as well, so that whoever collects the lines finds nothing else among them.
/// </summary>
internal sealed class JsonMessages(TextWriter inner, TimeProvider time) : TextWriter
{
    private readonly StringBuilder line = new();

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        lock (line)
        {
            if (value == '\n')
                End();
            else if (value != '\r')
                line.Append(value);
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        lock (line)
        {
            foreach (var letter in value ?? "")
                Write(letter);
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override void Flush() => inner.Flush();

    private void End()
    {
        var text = line.ToString();
        line.Clear();
        if (text.Length == 0)
            return;

        var isEvent = text.StartsWith(LogLine.Start, StringComparison.Ordinal);
        inner.WriteLine(isEvent ? text : LogLine.Print(time.GetUtcNow(), Level(text), "crmsync", text, [], null, null));
    }

    /// <summary>Problems of files name their severity; whatever else stops a verb is told of with the name of the program.</summary>
    private static LogLevel Level(string text) =>
        text.Contains(": warning ", StringComparison.Ordinal) ? LogLevel.Warning
        : text.Contains(": error ", StringComparison.Ordinal) ? LogLevel.Error
        : LogLevel.Information;
}
