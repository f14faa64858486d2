using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Printing;

/// <summary>One event of the program's log as one JSON object.</summary>
internal static class LogLine
{
    /// <summary>How every line begins.</summary>
    public const string Start = "{\"time\":\"";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Fixed = ["time", "level", "category", "message", "exception", "trace", "span"];

    /// <summary>Prints an event.</summary>
    /// <param name="time">When.</param>
    /// <param name="level">How grave it is.</param>
    /// <param name="category">Which part of the program tells.</param>
    /// <param name="message">What happened.</param>
    /// <param name="values">The values in the message by their names.</param>
    /// <param name="failure">What was thrown that nobody has words for.</param>
    /// <param name="trace">What was under way, when that is traced.</param>
    public static string Print(
        DateTimeOffset time,
        LogLevel level,
        string category,
        string message,
        IEnumerable<KeyValuePair<string, object?>> values,
        Exception? failure,
        Activity? trace)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("category", category);
            json.WriteString("message", message);
            var written = new HashSet<string>(Fixed, StringComparer.Ordinal);
            foreach (var (name, value) in values)
            {
                if (written.Add(JsonNamingPolicy.SnakeCaseLower.ConvertName(name)))
                    Write(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
            }

            if (failure is not null)
                json.WriteString("exception", failure.ToString());

            if (trace is not null)
            {
                json.WriteString("trace", trace.TraceId.ToHexString());
                json.WriteString("span", trace.SpanId.ToHexString());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
