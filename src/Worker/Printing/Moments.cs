using System.Text.Json;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Printing;

/// <summary>Moments as they leave the program: UTC in whole seconds (ISO 8601), or the local time in a table.</summary>
internal static partial class Moments
{
    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");

    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mm");

    private static readonly OffsetDateTimePattern WithOffset =
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mmo<m>");

    public static string Print(Instant moment) => Pattern.Format(moment);

    public static string? Print(Instant? moment) => moment is { } at ? Pattern.Format(at) : null;

    /// <summary>As a table shows it: the local time, which <see cref="MomentReader"/> reads.</summary>
    public static string Print(Instant moment, DateTimeZone zone) => Local.Format(moment.InZone(zone).LocalDateTime);

    public static string? Print(Instant? moment, DateTimeZone zone) => moment is { } at ? Print(at, zone) : null;

    /// <summary>Words for people with the local time, and how far it is from UTC, in place of each moment in UTC.</summary>
    public static string Localize(string words, DateTimeZone zone) => Utc().Replace(
        words,
        found => Pattern.Parse(found.Value) is { Success: true } read
            ? WithOffset.Format(read.Value.InZone(zone).ToOffsetDateTime())
            : found.Value);

    public static void Write(this Utf8JsonWriter json, string name, Instant? moment)
    {
        if (moment is { } at)
            json.WriteString(name, Print(at));
        else
            json.WriteNull(name);
    }

    public static void Write(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);

        json.WriteEndArray();
    }

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", RegexOptions.NonBacktracking)]
    private static partial Regex Utc();
}
