using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Prints events as iCalendar (RFC 5545): CRLF, lines folded at 75 bytes, text escaped, parameters encoded as RFC 6868 asks.
/// </summary>
public static class CalendarWriter
{
    private const int LongestLine = 75;
    private static readonly InstantPattern Moment = InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'");

    /// <summary>
    /// A VCALENDAR of these events. Zones are named and not defined: names from IANA and Windows need no definition, others are read back
    /// only beside one.
    /// </summary>
    /// <param name="events">The events.</param>
    /// <param name="method">METHOD; null for none.</param>
    public static string Print(IEnumerable<CalendarEvent> events, string? method = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//CrmSync//Calendar//EN");
        if (method is not null)
            Line(text, "METHOD:" + method);
        foreach (var entry in events)
            Print(text, entry);
        Line(text, "END:VCALENDAR");
        return text.ToString();
    }

    private static void Print(StringBuilder text, CalendarEvent entry)
    {
        Line(text, "BEGIN:VEVENT");
        if (!entry.UidIsDerived)
            Line(text, "UID:" + Escape(entry.Uid));
        if (entry.RecurrenceId is { } id)
            Line(text, Time("RECURRENCE-ID" + (entry.ThisAndFuture ? ";RANGE=THISANDFUTURE" : ""), id));
        if (entry.Sequence != 0)
            Line(text, string.Create(CultureInfo.InvariantCulture, $"SEQUENCE:{entry.Sequence}"));
        if (entry.Stamp is { } stamp)
            Line(text, "DTSTAMP:" + Moment.Format(stamp));
        if (entry.LastModified is { } modified)
            Line(text, "LAST-MODIFIED:" + Moment.Format(modified));
        if (!entry.StartIsMissing)
        {
            Line(text, Time("DTSTART", entry.Start));
            Line(text, entry.WrittenDuration is { } duration ? "DURATION:" + PeriodValue.Print(duration) : Time("DTEND", entry.End));
        }

        if (entry.AllDay && !entry.Start.IsDate)
            Line(text, "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE");
        if (entry.Status != EventStatus.None)
            Line(text, "STATUS:" + entry.Status.ToString().ToUpperInvariant());
        if (entry.Class != EventClass.Public)
            Line(text, "CLASS:" + entry.Class.ToString().ToUpperInvariant());
        if (entry.Transparent)
            Line(text, "TRANSP:TRANSPARENT");
        if (BusyStatus(entry.ShownAs) is { } shown)
            Line(text, "X-MICROSOFT-CDO-BUSYSTATUS:" + shown);
        if (entry.Summary is { } summary)
            Line(text, "SUMMARY:" + Escape(summary));
        if (entry.Location is { } location)
            Line(text, "LOCATION:" + Escape(location));
        if (entry.Organizer is { } organizer)
            Line(
                text,
                "ORGANIZER"
                    + Parameter("CN", organizer.Name)
                    + Parameter("SENT-BY", Mailto(organizer.SentBy))
                    + ":"
                    + (Mailto(organizer.Address) ?? "invalid:nomail"));
        foreach (var attendee in entry.Attendees)
            Line(text, Attendee(attendee));
        foreach (var rule in entry.Rules)
            Line(text, "RRULE:" + rule);
        foreach (var rule in entry.ExceptionRules)
            Line(text, "EXRULE:" + rule);
        foreach (var date in entry.Dates)
        {
            Line(
                text,
                date.Length is { } length
                    ? Time("RDATE;VALUE=PERIOD", date.Start)
                        + "/"
                        + PeriodValue.Print(Period.FromSeconds((long)length.TotalSeconds).Normalize())
                    : Time("RDATE", date.Start));
        }

        foreach (var date in entry.ExceptionDates)
            Line(text, Time("EXDATE", date));
        Line(text, "END:VEVENT");
    }

    private static string Attendee(CalendarAttendee attendee) =>
        "ATTENDEE"
        + Parameter("CN", attendee.Name)
        + (attendee.Kind == AttendeeKind.Individual ? "" : ";CUTYPE=" + attendee.Kind.ToString().ToUpperInvariant())
        + attendee.Role switch
        {
            AttendeeRole.Chair => ";ROLE=CHAIR",
            AttendeeRole.Optional => ";ROLE=OPT-PARTICIPANT",
            AttendeeRole.NonParticipant => ";ROLE=NON-PARTICIPANT",
            _ => "",
        }
        + ";PARTSTAT="
        + (attendee.Status == ParticipationStatus.NeedsAction ? "NEEDS-ACTION" : attendee.Status.ToString().ToUpperInvariant())
        + Parameter("SENT-BY", Mailto(attendee.SentBy))
        + List("DELEGATED-TO", attendee.DelegatedTo)
        + List("DELEGATED-FROM", attendee.DelegatedFrom)
        + ":" + (Mailto(attendee.Address) ?? "invalid:nomail");

    private static string Time(string name, CalendarTime time) => name
        + (time.Kind switch
        {
            CalendarTimeKind.Date => ";VALUE=DATE",
            CalendarTimeKind.Zoned => Parameter("TZID", time.Zone.Name),
            _ => "",
        })
        + ":" + DateValue.Print(time.Local, time.Kind);

    /// <summary>Outlook's word for what TRANSP cannot say; null where that says it all.</summary>
    private static string? BusyStatus(ShownAs shown) => shown switch
    {
        ShownAs.Tentative => "TENTATIVE",
        ShownAs.Elsewhere => "WORKINGELSEWHERE",
        ShownAs.OutOfOffice => "OOF",
        _ => null,
    };

    private static string? Mailto(string? address) => address is null ? null : "mailto:" + address;

    private static string List(string name, IReadOnlyList<string> addresses) =>
        addresses.Count == 0 ? "" : $";{name}=" + string.Join(',', addresses.Select(address => $"\"mailto:{address}\""));

    private static string Parameter(string name, string? value) => value is null ? "" : $";{name}=\"{EscapeParameter(value)}\"";

    /// <summary>RFC 6868.</summary>
    private static string EscapeParameter(string value) => value
        .Replace("^", "^^", StringComparison.Ordinal)
        .Replace("\n", "^n", StringComparison.Ordinal)
        .Replace("\"", "^'", StringComparison.Ordinal);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(";", "\\;", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>Adds a line, folded so that no character is cut in two.</summary>
    private static void Line(StringBuilder text, string line)
    {
        var bytes = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > LongestLine)
            {
                text.Append("\r\n ");
                bytes = 1;
            }

            text.Append(rune.ToString());
            bytes += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
