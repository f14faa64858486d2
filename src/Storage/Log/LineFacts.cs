using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>The facts of a line that nobody asks the database about: kept together as JSON, absent ones left out.</summary>
internal static class LineFacts
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>What the facts of a line hold where they hold words of the mail.</summary>
    public const string SentenceMark = "\"Sentence\":\"";

    /// <summary>
    /// Sender, headers, calendar part, report, acknowledgement and doubtful people of a line and what its text told; null when it has
    /// none of them.
    /// </summary>
    public static string? Write(MailLine line)
    {
        if (
            line.Sender is null
            && line.Headers.Count == 0
            && !line.CalendarPart
            && line.Report is null
            && !line.Acknowledges
            && line.Signs == MailSigns.None
            && line.Learned == Learned.Nothing
            && line.NamedInSome.Count == 0
            && line.Hidden is null
        )
            return null;

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            if (line.Acknowledges)
                json.WriteBoolean("acknowledges", true);

            if (line.Hidden is { } hidden)
            {
                json.WritePropertyName("hidden");
                JsonSerializer.Serialize(json, hidden, Json.Options);
            }

            if (line.CalendarPart)
                json.WriteBoolean("calendar", true);

            if (line.Signs != MailSigns.None)
                json.WriteNumber("signs", (int)line.Signs);

            if (line.Sender is { } sender)
                json.WriteString("sender", sender.Value);

            if (line.Headers.Count > 0)
            {
                json.WriteStartObject("headers");
                foreach (var (name, value) in line.Headers.OrderBy(h => h.Key, StringComparer.Ordinal))
                    json.WriteString(name, value);

                json.WriteEndObject();
            }

            if (line.Learned != Learned.Nothing)
            {
                json.WritePropertyName("learned");
                JsonSerializer.Serialize(json, line.Learned, Json.Options);
            }

            if (line.Report is { } report)
            {
                json.WriteStartObject("report");
                if (report.OfMessageId is { } id)
                    json.WriteString("of", id);
                if (report.OfSubject is { } subject)
                    json.WriteString("subject", subject);

                if (report.HiddenSubject is { } key)
                    json.WriteString("subjectKey", key);

                json.WriteStartArray("failed");
                foreach (var address in report.Failed)
                    json.WriteStringValue(address.Value);

                json.WriteEndArray();
                json.WriteEndObject();
            }

            WriteNamedInSome(json, line.NamedInSome);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteNamedInSome(Utf8JsonWriter json, IReadOnlyList<MailParticipant> people)
    {
        if (people.Count == 0)
            return;

        json.WriteStartArray("some");
        foreach (var person in people)
        {
            json.WriteStartObject();
            json.WriteString("address", person.Address.Value);
            json.WriteString("name", person.Name);
            json.WriteNumber("role", (int)person.Role);
            json.WriteNumber("place", person.Place);
            json.WriteString("in", person.In);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static MailParticipant ReadNamedInSome(JsonElement person) =>
        new(
            EmailAddress.Parse(person.GetProperty("address").GetString()!),
            person.GetProperty("name").GetString(),
            (ParticipantRole)person.GetProperty("role").GetInt32(),
            person.GetProperty("place").GetInt32(),
            person.GetProperty("in").GetString());

    /// <summary>The line with the facts <see cref="Write"/> wrote.</summary>
    public static MailLine Read(MailLine line, string? facts)
    {
        if (facts is null)
            return line;

        using var document = JsonDocument.Parse(facts);
        var root = document.RootElement;
        return line with
        {
            Acknowledges = root.TryGetProperty("acknowledges", out _),
            CalendarPart = root.TryGetProperty("calendar", out _),
            Signs = root.TryGetProperty("signs", out var signs) ? (MailSigns)signs.GetInt32() : MailSigns.None,
            Sender = root.TryGetProperty("sender", out var sender) ? EmailAddress.Parse(sender.GetString()!) : null,
            Headers = root.TryGetProperty("headers", out var headers)
                ? headers.EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString()!, StringComparer.Ordinal)
                : line.Headers,
            Report = root.TryGetProperty("report", out var report)
                ? new ReportFacts(
                    report.TryGetProperty("of", out var id) ? id.GetString() : null,
                    [.. report.GetProperty("failed").EnumerateArray().Select(a => EmailAddress.Parse(a.GetString()!))],
                    report.TryGetProperty("subject", out var subject) ? subject.GetString() : null)
                {
                    HiddenSubject = report.TryGetProperty("subjectKey", out var key) ? key.GetString() : null,
                }
                : null,
            Learned = root.TryGetProperty("learned", out var learned)
                ? learned.Deserialize<Learned>(Json.Options) ?? Learned.Nothing
                : Learned.Nothing,
            Hidden = root.TryGetProperty("hidden", out var hidden) ? hidden.Deserialize<HiddenWords>(Json.Options) : null,
            NamedInSome = root.TryGetProperty("some", out var some) ? [.. some.EnumerateArray().Select(ReadNamedInSome)] : [],
        };
    }

    /// <summary>What counts of what a mail's text told, as a column of its own; null when nothing does.</summary>
    public static string? WriteLearned(Learned learned) => learned == Learned.Nothing ? null : Json.Write(learned);

    /// <summary>What <see cref="WriteLearned"/> wrote.</summary>
    public static Learned ReadLearned(string? column) => column is null ? Learned.Nothing : Json.Read<Learned>(column);

    /// <summary>Who is away, as a column of its own; null when nobody is.</summary>
    public static string? WriteAway(IReadOnlyList<OwnAbsence> away) => away.Count == 0 ? null : Json.Write(away);

    /// <summary>What <see cref="WriteAway"/> wrote.</summary>
    public static IReadOnlyList<OwnAbsence> ReadAway(string? column) => column is null ? [] : Json.Read<OwnAbsence[]>(column);

    /// <summary>Whether words of the mail stand among the facts.</summary>
    public static bool HoldSentences(string? facts) => facts?.Contains(SentenceMark, StringComparison.Ordinal) == true;

    /// <summary>The facts without words of the mail.</summary>
    public static string WithoutSentences(string facts)
    {
        var root = JsonNode.Parse(facts)!.AsObject();
        var learned = root["learned"].Deserialize<Learned>(Json.Options)!.WithoutSentences();
        root["learned"] = learned == Learned.Nothing ? null : JsonSerializer.SerializeToNode(learned, Json.Options);
        if (learned == Learned.Nothing)
            root.Remove("learned");

        return root.ToJsonString(Json.Options);
    }

    /// <summary>What is left of the words of a private mail, among the facts <see cref="Write"/> wrote; null of any other.</summary>
    public static HiddenWords? HiddenIn(string? facts)
    {
        if (facts is null || !facts.Contains("\"hidden\":", StringComparison.Ordinal))
            return null;

        using var document = JsonDocument.Parse(facts);
        return document.RootElement.TryGetProperty("hidden", out var hidden) ? hidden.Deserialize<HiddenWords>(Json.Options) : null;
    }

    /// <summary>One header among the facts <see cref="Write"/> wrote, or null.</summary>
    public static string? HeaderIn(string? facts, string name)
    {
        if (facts is null)
            return null;

        using var document = JsonDocument.Parse(facts);
        return document.RootElement.TryGetProperty("headers", out var headers) && headers.TryGetProperty(name, out var value)
            ? value.GetString()
            : null;
    }

    /// <summary>A list of short texts in one column; null when empty.</summary>
    public static string? Join(IReadOnlyList<string> texts) =>
        texts.Count == 0 ? null
        : texts.Count == 1 ? texts[0]
        : string.Join('\n', texts);

    public static IReadOnlyList<string> Split(string? column) => string.IsNullOrEmpty(column) ? [] : column.Split('\n');

    /// <summary>The line as it comes back from the database: whole seconds, and no text a database refuses.</summary>
    public static MailLine Storable(MailLine line) =>
        IsStorable(line)
            ? line
            : line with
            {
                Identities = [.. line.Identities.Select(i => i with { Date = Instants.Floor(i.Date), MessageId = OneLine(i.MessageId) })],
                Sightings = [.. line.Sightings.Select(s => s with { Seen = Instants.Floor(s.Seen) })],
                Participants = [.. line.Participants.Select(p => p with { Address = Clean(p.Address), Name = Texts.Clean(p.Name) })],
                NamedInSome = [.. line.NamedInSome.Select(p => p with { Address = Clean(p.Address), Name = Texts.Clean(p.Name) })],
                Sender = line.Sender is { } sender ? Clean(sender) : null,
                Subject = Texts.Clean(line.Subject),
                InReplyTo = OneLine(line.InReplyTo),
                References = [.. line.References.Select(r => OneLine(r))],
                Headers =
                    line.Headers.Count == 0
                        ? line.Headers
                        : line.Headers.ToDictionary(h => Texts.Clean(h.Key), h => Texts.Clean(h.Value), StringComparer.Ordinal),
                Report = line.Report is { } report
                    ? new ReportFacts(OneLine(report.OfMessageId), [.. report.Failed.Select(Clean)], OneLine(report.OfSubject))
                    {
                        HiddenSubject = report.HiddenSubject,
                    }
                    : null,
                SentAt = Instants.Floor(line.SentAt),
                ArrivedAt = Instants.Floor(line.ArrivedAt),
                Text = Texts.Clean(line.Text),
                Phrases = [.. line.Phrases.Select(p => OneLine(p))],
            };

    /// <summary>Nearly every line is, and copying it would cost more than looking.</summary>
    private static bool IsStorable(MailLine line)
    {
        static bool Whole(Instant? time) => time is not { } t || Instants.Floor(t) == t;
        static bool Clean(string? text) => ReferenceEquals(Texts.Clean(text), text);
        static bool Short(string? text) => ReferenceEquals(OneLine(text), text);

        if (
            !Whole(line.SentAt)
            || !Whole(line.ArrivedAt)
            || !Clean(line.Subject)
            || !Clean(line.Text)
            || !Short(line.InReplyTo)
            || !Clean(line.Sender?.Value))
            return false;

        foreach (var identity in line.Identities)
        {
            if (!Whole(identity.Date) || !Short(identity.MessageId))
                return false;
        }

        foreach (var sighting in line.Sightings)
        {
            if (!Whole(sighting.Seen))
                return false;
        }

        foreach (var person in line.Participants)
        {
            if (!Clean(person.Address.Value) || !Clean(person.Name))
                return false;
        }

        foreach (var reference in line.References)
        {
            if (!Short(reference))
                return false;
        }

        foreach (var (name, value) in line.Headers)
        {
            if (!Clean(name) || !Clean(value))
                return false;
        }

        return line.Report is null && line.Phrases.All(Short);
    }

    /// <summary>Lists are kept a text a line.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? OneLine(string? text) => Texts.Clean(text)?.Replace('\n', ' ');

    private static EmailAddress Clean(EmailAddress address) =>
        ReferenceEquals(Texts.Clean(address.Value), address.Value) ? address : EmailAddress.Parse(Texts.Clean(address.Value));
}
