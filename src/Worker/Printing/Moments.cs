using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Printing;

/// <summary>Moments as they leave the program: UTC, whole seconds, ISO 8601.</summary>
internal static class Moments
{
    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");

    public static string Print(Instant moment) => Pattern.Format(moment);

    public static string? Print(Instant? moment) => moment is { } at ? Pattern.Format(at) : null;

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

    /// <summary>
    /// Reads an instant (<c>2026-03-02T09:00:00Z</c>, with any offset) or a date (its beginning in UTC); null when it is neither.
    /// </summary>
    public static Instant? Read(string text)
    {
        if (OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var moment })
            return moment.ToInstant();

        if (
            OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<Z+HH:mm>").Parse(text) is
            { Success: true, Value: var minute })
            return minute.ToInstant();

        return LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date }
            ? date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant()
            : null;
    }
}
