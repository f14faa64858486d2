using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Meetings;

/// <summary>Writes calendars and the mails that carry them, as Ana of us.example has them.</summary>
internal static class Ics
{
    public static EmailAddress Ana { get; } = EmailAddress.Parse("ana@us.example");

    /// <summary>All that the tests look at.</summary>
    public static Interval Window { get; } = new(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2026, 9, 1, 0, 0));

    public static string Calendar(params IEnumerable<string> events) => Calendar(method: null, events);

    public static string Calendar(string? method, IEnumerable<string> events) =>
        $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n"
            + $"{(method is null ? "" : $"METHOD:{method}\r\n")}{string.Concat(events)}END:VCALENDAR\r\n";

    /// <summary>An event; each of <paramref name="lines"/> is one line of it. Everybody's UID is long enough to be unique.</summary>
    public static string Event(string uid, params IEnumerable<string> lines) =>
        $"BEGIN:VEVENT\r\nUID:{uid}-2026-03@us.example\r\n{string.Concat(lines.Select(line => line + "\r\n"))}END:VEVENT\r\n";

    /// <summary>A meeting of an hour on a day of March 2026 at nine, called by Ana, with Jane.</summary>
    public static string Meeting(string uid, int day = 2, string stamp = "20260101T000000Z", string more = "X-NOTHING:1") =>
        Event(
            uid,
            $"DTSTAMP:{stamp}",
            $"DTSTART:202603{day:00}T090000Z",
            $"DTEND:202603{day:00}T100000Z",
            $"SUMMARY:{uid}",
            "ORGANIZER:mailto:ana@us.example",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:jane@acme.example",
            more);

    /// <summary>A mail that carries a calendar message.</summary>
    public static string CalendarMail(string from, string to, string method, string events, string subject = "Invitation") =>
        $"From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Thu, 1 Jan 2026 08:00:00 +0000\r\nMessage-ID: "
            + $"<{Guid.NewGuid():n}@mail.example>\r\nMIME-Version: 1.0\r\n"
        + $"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n{Calendar(method, [events])}";

    /// <summary>A file or folder of calendars as Ana's.</summary>
    public static IcsSource File(string path, Instant now, string account = "ana") => new(path, Items(now, account), DateTimeZone.Utc);

    public static CalendarItems Items(Instant now, string account = "ana") => new(Series(now, account));

    public static SeriesItems Series(Instant now, string account = "ana") => new(Translation(now, account), Window);

    public static MeetingTranslation Translation(Instant now, string account = "ana") => new(account, Ana, now);

    public static async Task<IReadOnlyList<Interaction>> Meetings(this TestCompany company) =>
        [
            .. (await company.Log())
                .Where(line => line.Kind == InteractionKind.Meeting)
                .OrderBy(line => line.At)
                .ThenBy(line => line.Id, StringComparer.Ordinal),
        ];

    public static async Task<IReadOnlyList<string>> Titles(this TestCompany company) =>
        [.. (await company.Meetings()).Select(line => line.Subject ?? "")];

    /// <summary>A line of the log in words, but for the accounts it was seen in.</summary>
    public static string Told(this Interaction line) =>
        $"{line.Id} {line.Meeting!.Start:uuuu-MM-dd HH:mm} to {line.Meeting.End:HH:mm} {line.Subject} {line.Direction} cancelled "
            + $"{line.Meeting.CancelledAt} seen {line.Seen}: "
        + string.Join(", ", line.Participants.Select(person => $"{person.Address} {person.Role} {person.Response}"));
}
