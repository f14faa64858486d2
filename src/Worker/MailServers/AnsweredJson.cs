using System.Text.Json;

namespace CrmSync.Worker.MailServers;

/// <summary>Reads what web services answer in JSON, which need not be what they promise.</summary>
internal static class AnsweredJson
{
    /// <summary>A text of an object; null when there is none.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>Reads what a refusal says; empty where it says nothing of the kind.</summary>
    /// <param name="text">The body of the answer.</param>
    /// <param name="read">Finds the code and the words.</param>
    public static (string Code, string Words) ReadError(string text, Func<JsonElement, (string? Code, string? Words)> read)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var (code, words) = read(json.RootElement);
            return (code ?? "", words ?? "");
        }
        catch (JsonException)
        {
            // An error page of something in between; the status code says enough.
            return ("", "");
        }
    }
}
