using System.Text;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

/// <summary>Calendars written out in tests.</summary>
internal static class Ics
{
    public static readonly Interval Year2026 = new(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0));

    /// <summary>A calendar of these lines, with CRLF.</summary>
    public static CalendarFile Read(string lines, CalendarLimits? limits = null) =>
        CalendarReader.Read(Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\n{lines}\nEND:VCALENDAR\n".ReplaceLineEndings("\r\n")), limits);

    /// <summary>The one event of these properties; UID and DTSTAMP are supplied.</summary>
    public static CalendarEvent Event(string lines) =>
        Assert.Single(Read($"BEGIN:VEVENT\nUID:tea@bright.example\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT").Events);

    /// <summary>The series of these events, each given by its properties.</summary>
    public static EventSeries Series(params string[] events) => Assert.Single(EventSeries.Group(Read(string.Join('\n',
        events.Select(lines => $"BEGIN:VEVENT\nUID:tea@bright.example\nDTSTAMP:20260101T000000Z\n{lines}\nEND:VEVENT"))).Events));

    /// <summary>When the occurrences of a year begin, in UTC: <c>0302T0900 0309T0900</c>.</summary>
    public static string Starts(EventSeries series, Interval? window = null) => string.Join(' ',
        Occurrences.Within(series, window ?? Year2026, 1_000).Occurrences.Select(occurrence => Print(occurrence.Start.Instant)));

    public static string Print(Instant instant) => instant.ToString("MMdd'T'HHmm", null);
}
