using System.Buffers;
using System.Text.Json;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>Writes an event as the program that is told of it gets it.</summary>
internal static class EventText
{
    /// <param name="noted">The event.</param>
    /// <param name="line">The line it is about, as the log has it now; null for an item.</param>
    /// <param name="showsText">Whether subject and text are told.</param>
    /// <param name="now">The moment.</param>
    public static byte[] Write(NotedEvent noted, Interaction? line, bool showsText, Instant now)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", noted.Type);
            json.Write("timestamp", line?.Seen ?? noted.At);
            json.WriteNumber("position", noted.Number);
            json.WritePropertyName("data");
            if (line is null)
                json.WriteRawValue(noted.Data ?? "{}");
            else
                Write(json, line, showsText, now);

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What <c>log --format json</c> says of a line, without the words of anybody unless they are asked for.</summary>
    private static void Write(Utf8JsonWriter json, Interaction line, bool showsText, Instant now)
    {
        json.WriteStartObject();
        json.WriteString("id", line.Id);
        json.Write("at", line.At);
        json.Write("seen", line.Seen);
        json.WriteString("kind", Word(line.Kind));
        json.WriteString("class", line.Class is { } one ? Word(one) : null);
        json.WriteString("direction", line.Direction is { } way ? Word(way) : null);
        json.WriteString("thread", line.Thread);
        json.WriteString("message_id", line.MessageId);
        json.WriteString("in_reply_to", line.InReplyTo);
        if (line.Meeting is { } meeting)
        {
            json.Write("start", meeting.Start);
            json.Write("end", meeting.End);
            json.WriteString("status", Word(meeting.StatusAt(now, line.Participants)));
        }

        if (line.Call is { } call)
        {
            json.Write("start", call.Start);
            json.Write("end", call.End);
            json.WriteString("status", call.Answered ? "answered" : "missed");
            if (call.Seconds is { } seconds)
                json.WriteNumber("seconds", seconds);
            else
                json.WriteNull("seconds");
        }

        json.WriteStartArray("participants");
        foreach (var person in line.Participants)
        {
            json.WriteStartObject();
            json.WriteString("address", person.Address.Value);
            json.WriteString("role", person.Role == ParticipantRole.ReplyTo ? "reply_to" : Word(person.Role));
            json.WriteBoolean("internal", person.Internal);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Write("accounts", line.Accounts);
        json.WriteBoolean("question", line.Question);
        json.WriteBoolean("acknowledgement", line.Acknowledgement);
        json.Write("markers", line.Markers);
        if (showsText)
        {
            json.WriteString("subject", line.Subject);
            json.WriteString("text", line.Text ?? line.Command?.Text);
        }

        json.WriteEndObject();
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
