using System.Text;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary>
/// Writes messages to a terminal: arguments, names of folders and words of servers stand in them, and none of these may steer it. What is
/// written must be whole; what draws on the terminal on purpose writes to the stream itself.
/// </summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(PrintableText.Lines(value.ToString()));

    public override void Write(char[] buffer, int index, int count) => inner.Write(PrintableText.Lines(new string(buffer, index, count)));

    public override void Write(string? value) => inner.Write(value is null ? null : PrintableText.Lines(value));

    public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : PrintableText.Lines(value));

    public override Task WriteAsync(char value) => inner.WriteAsync(PrintableText.Lines(value.ToString()));

    public override Task WriteAsync(string? value) => inner.WriteAsync(value is null ? null : PrintableText.Lines(value));

    public override Task WriteLineAsync(string? value) => inner.WriteLineAsync(value is null ? null : PrintableText.Lines(value));

    public override void Flush() => inner.Flush();

    public override Task FlushAsync() => inner.FlushAsync();
}
