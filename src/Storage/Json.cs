using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmSync.Domain.Company;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Storage;

/// <summary>How values are written that are kept whole in one column.</summary>
internal static class Json
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        IgnoreReadOnlyProperties = true,
        Converters = { new Moments(), new Days(), new Addresses(), new Zones(), new JsonStringEnumConverter() },
    };

    public static string Write<T>(T value) => Texts.Clean(JsonSerializer.Serialize(value, Options));

    public static T Read<T>(string column) =>
        JsonSerializer.Deserialize<T>(column, Options) ?? throw new FormatException($"A {typeof(T).Name} in the database is empty.");

    private sealed class Moments : JsonConverter<Instant>
    {
        public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            InstantPattern.ExtendedIso.Parse(reader.GetString() ?? "").GetValueOrThrow();

        public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
            writer.WriteStringValue(InstantPattern.ExtendedIso.Format(value));
    }

    private sealed class Days : JsonConverter<LocalDate>
    {
        public override LocalDate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            LocalDatePattern.Iso.Parse(reader.GetString() ?? "").GetValueOrThrow();

        public override void Write(Utf8JsonWriter writer, LocalDate value, JsonSerializerOptions options) =>
            writer.WriteStringValue(LocalDatePattern.Iso.Format(value));
    }

    private sealed class Addresses : JsonConverter<EmailAddress>
    {
        public override EmailAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            EmailAddress.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, EmailAddress value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }

    /// <summary>By name; a zone that only a calendar described is UTC when it is read back.</summary>
    private sealed class Zones : JsonConverter<DateTimeZone>
    {
        public override bool CanConvert(Type typeToConvert) => typeof(DateTimeZone).IsAssignableFrom(typeToConvert);

        public override DateTimeZone Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            DateTimeZoneProviders.Tzdb.GetZoneOrNull(reader.GetString() ?? "") ?? DateTimeZone.Utc;

        public override void Write(Utf8JsonWriter writer, DateTimeZone value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Id);
    }
}
