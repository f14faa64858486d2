using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Printing;

internal enum OutputFormat
{
    Table,
    Json,
}

/// <summary>Standard output: tables for people, one JSON object a line for programs, and nothing else.</summary>
internal sealed class Output(Stream stream, OutputFormat format, int? width) : IDisposable
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly BufferedStream buffered = new(stream, 1 << 16);

    public OutputFormat Format => format;

    /// <summary>Lists things; a table is as wide as the terminal, its long cells on several lines, and unlimited elsewhere.</summary>
    public void List<T>(IEnumerable<T> things, ListFormat<T> how)
    {
        if (format == OutputFormat.Json)
        {
            using var json = new Utf8JsonWriter(buffered, Compact);
            foreach (var thing in things)
                Write(json, thing, how.Json);
        }
        else
        {
            Table([.. things], how);
        }
    }

    /// <summary>Lists things as they come.</summary>
    public async Task List<T>(IAsyncEnumerable<T> things, ListFormat<T> how)
    {
        if (format == OutputFormat.Table)
        {
            Table(await things.ToListAsync(), how);
            return;
        }

        await using var json = new Utf8JsonWriter(buffered, Compact);
        await foreach (var thing in things)
            Write(json, thing, how.Json);
    }

    /// <summary>A line of text, or several; never mixed with JSON. Nothing in it steers the terminal.</summary>
    public void Line(string text = "") => Raw(PrintableText.Lines(text));

    /// <summary>Text for a program or a file, as it is.</summary>
    public void Raw(string text)
    {
        buffered.Write(Encoding.UTF8.GetBytes(text));
        buffered.WriteByte((byte)'\n');
    }

    public void Flush() => buffered.Flush();

    public void Dispose() => buffered.Dispose();

    private void Write<T>(Utf8JsonWriter json, T thing, Action<Utf8JsonWriter, T> fields)
    {
        json.WriteStartObject();
        fields(json, thing);
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        buffered.WriteByte((byte)'\n');
    }

    private void Table<T>(List<T> things, ListFormat<T> how)
    {
        var rows = things.ConvertAll(thing => how.Columns.Select(c => OneLine(c.Cell(thing))).ToArray());
        rows.Insert(0, [.. how.Columns.Select(c => c.Header)]);
        foreach (var line in TableLayout.Lines(rows, width))
            Line(line);
    }

    private static string OneLine(string? text) =>
        string.IsNullOrEmpty(text) ? "" : PrintableText.OneLine(text.ReplaceLineEndings(" ").Replace('\t', ' '));
}
