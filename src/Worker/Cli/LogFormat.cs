using System.Globalization;
using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Worker.Printing;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Cli;

/// <summary>A line of the contact log as interface.md section 2 promises it.</summary>
internal static class LogFormat
{
    /// <param name="now">The moment the log is shown for: a meeting's status and a bounce are as known then.</param>
    public static ListFormat<Interaction> At(Instant now) => At(now, new Dictionary<string, string>(), DateTimeZone.Utc);

    /// <param name="now">See <see cref="At(Instant)"/>.</param>
    /// <param name="threads">The threads of the mails that commands are about.</param>
    /// <param name="zone">Of the times in a table.</param>
    public static ListFormat<Interaction> At(Instant now, IReadOnlyDictionary<string, string> threads, DateTimeZone zone) =>
        new(
            (json, line) => Write(json, line, now, threads),
            ("at", line => Moments.Print(line.At, zone)),
            (
                "kind",
                line =>
                    line.Kind == InteractionKind.Mail ? Word(line.Class)
                    : line.Kind == InteractionKind.Meeting ? Word(Status(line, now))
                    : line.Call is { } call ? Told(call)
                    : "command"),
            ("direction", line => Word(line.Direction)),
            ("who", Who),
            (
                "subject",
                line =>
                    line.Command is { } command
                        ? $"{CommandVerbs.Name(command.Verb)} {command.Contact ?? (object?)command.About}"
                            + PlainWords.About(command.Text, Wording.In(Language.English))
                        : line.Call is { Seconds: { } seconds }
                            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00} minutes")
                        : line.Call is null ? line.Subject ?? "(no subject)" : ""));

    private static string Told(CallFacts call) => call.Answered ? "call" : "missed call";

    private static void Write(Utf8JsonWriter json, Interaction line, Instant now, IReadOnlyDictionary<string, string> threads)
    {
        json.WriteString("id", line.Id);
        json.Write("at", line.At);
        json.Write("seen", line.Seen);
        json.WriteString("kind", Word<InteractionKind>(line.Kind));
        json.WriteString("class", Word(line.Class));
        json.WriteString("direction", Word(line.Direction));
        json.WriteString("subject", line.Subject);
        json.WriteString("thread", line.Thread ?? (line.Command?.About is { } about ? threads.GetValueOrDefault(about) : null));
        if (line.Meeting is { } meeting)
        {
            json.WriteString("uid", meeting.Uid);
            json.WriteString("occurrence", Moments.Print(meeting.Occurrence) ?? "");
            json.Write("start", meeting.Start);
            json.Write("end", meeting.End);
            json.WriteString("status", Word(Status(line, now)));
            json.WriteBoolean("all_day", meeting.AllDay);
        }
        else if (line.Call is { } call)
        {
            json.Write("start", call.Start);
            json.Write("end", call.End);
            json.WriteString("status", call.Answered ? "answered" : "missed");
            if (call.Seconds is { } seconds)
                json.WriteNumber("seconds", seconds);
            else
                json.WriteNull("seconds");
        }
        else
        {
            json.WriteString("message_id", line.MessageId);
        }

        if (line.Command is { } command)
            WriteCommand(json, command);

        WriteParticipants(json, line, now);
        json.Write("accounts", line.Accounts);
        json.WriteString("text", line.Text ?? line.Command?.Text);
        json.WriteBoolean("question", line.Question);
        json.WriteBoolean("acknowledgement", line.Acknowledgement);
        json.WriteNumber("attachments", line.Attachments);
        json.Write("markers", line.Markers);
        json.WriteString("in_reply_to", line.InReplyTo);
        json.Write("reasons", line.Reasons);
        WriteLearned(json, line.Learned);
        WriteAway(json, line.Away);
    }

    /// <summary>Which of our people it says are away, where it says so.</summary>
    private static void WriteAway(Utf8JsonWriter json, IReadOnlyList<OwnAbsence> away)
    {
        if (away.Count == 0)
            return;

        json.WriteStartArray("away");
        foreach (var absence in away)
        {
            json.WriteStartObject();
            json.WriteString("person", absence.Person.Value);
            json.WriteString("source", Word<AbsenceSource>(absence.Source));
            json.WriteString("first", absence.First is { } first ? LocalDatePattern.Iso.Format(first) : null);
            json.WriteString("last", absence.Last is { } last ? LocalDatePattern.Iso.Format(last) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What the text of a mail told about people, where it told anything.</summary>
    private static void WriteLearned(Utf8JsonWriter json, Learned learned)
    {
        if (learned.Forwarded is { } forwarded)
        {
            json.WriteStartObject("forwarded");
            json.WriteString("author", forwarded.Author.Value);
            json.WriteString("name", forwarded.Name);
            json.WriteString("subject", forwarded.Subject);
            json.Write("markers", forwarded.Markers);
            json.WriteEndObject();
        }
    }

    private static void WriteCommand(Utf8JsonWriter json, CommandFacts command)
    {
        json.WriteString("by", command.By.Value);
        json.WriteString("do", CommandVerbs.Name(command.Verb));
        json.WriteString("about", command.About);
        json.WriteString("contact", command.Contact?.Value);
        json.Write("until", command.Until);
        json.WriteString("tag", command.Tag);
        json.WriteString("rule", command.Rule);
        if (command.To is { } to)
            json.WriteString("to", to);

        if (command.Other is { } other)
            json.WriteString("other", other.Value);
    }

    private static void WriteParticipants(Utf8JsonWriter json, Interaction line, Instant now)
    {
        json.WriteStartArray("participants");
        foreach (var participant in line.Participants)
        {
            json.WriteStartObject();
            json.WriteString("address", participant.Address.Value);
            json.WriteString("name", participant.Name);
            json.WriteString("role", participant.Role == ParticipantRole.ReplyTo ? "reply_to" : Word<ParticipantRole>(participant.Role));
            json.WriteBoolean("internal", participant.Internal);
            json.WriteString("response", Word(participant.Response));
            json.WriteBoolean("bounced", participant.Bounced <= now);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Who is to be named in one column: the outsiders, or, among ourselves, the author.</summary>
    private static string? Who(Interaction line)
    {
        var outsiders = line
            .Participants.Where(p => !p.Internal && p.Role != ParticipantRole.ReplyTo)
            .Select(p => p.Address.Value)
            .Distinct()
            .ToArray();
        return outsiders.Length switch
        {
            0 => line.Author?.Value ?? line.Command?.By.Value,
            1 => outsiders[0],
            _ => $"{outsiders[0]} +{outsiders.Length - 1}",
        };
    }

    public static MeetingStatus? Status(Interaction line, Instant now) => line.Meeting?.StatusAt(now, line.Participants);

    /// <summary>A value as the interface writes it: its name in lower case, or null.</summary>
    public static string? Word<T>(T? value)
        where T : struct, Enum => value?.ToString().ToLowerInvariant();
}
