using System.Globalization;
using System.Text;
using CrmSync.Domain.Digests;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Pages;

/// <summary>
/// Writes a reader's list as iCalendar (RFC 5545 and 7986) for calendar programs that subscribe to it. Entries are events, for neither
/// Outlook nor Google shows tasks of a subscription; times are in UTC, for Outlook takes no time zone it does not know. What is done is
/// left out: as cancelled it would stay in Apple's calendar, crossed out. There is no CLASS, because Google shows its subscriber a private
/// entry as "busy"; and no ORGANIZER, with which an entry looks like an invitation.
/// </summary>
internal static class FeedText
{
    /// <summary>How often programs are asked to look; each keeps its own pace.</summary>
    private const string Refresh = "PT15M";

    /// <summary>A line may have 75 octets (RFC 5545 section 3.1).</summary>
    private const int LineOctets = 75;

    /// <summary>How long an entry is: one without any length is not seen in a week.</summary>
    private static readonly Duration Length = Duration.FromMinutes(15);

    /// <summary>SEQUENCE counts the seconds from here: later versions have higher numbers, whoever wrote them.</summary>
    private static readonly Instant SequenceStart = Instant.FromUtc(2020, 1, 1, 0, 0);

    private static readonly InstantPattern Utc = InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'");

    /// <summary>The calendar.</summary>
    /// <param name="feed">What it shows.</param>
    /// <returns>UTF-8; the same for the same entries.</returns>
    public static byte[] Write(FeedContent feed)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//CrmSync//CrmSync//EN");
        Line(text, "CALSCALE:GREGORIAN");
        Line(text, "METHOD:PUBLISH");
        Line(text, "NAME:" + Escape(feed.Name));
        Line(text, "X-WR-CALNAME:" + Escape(feed.Name));
        Line(text, "X-WR-TIMEZONE:" + feed.Zone.Id);
        Line(text, "REFRESH-INTERVAL;VALUE=DURATION:" + Refresh);
        Line(text, "X-PUBLISHED-TTL:" + Refresh);
        foreach (var (entry, changed) in feed.Entries)
            Write(text, feed, entry, changed);

        // A calendar holds something, at least what it knows of time.
        if (feed.Entries.Count == 0)
            WriteUtc(text);

        Line(text, "END:VCALENDAR");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, FeedContent feed, FeedEntry entry, Instant changed)
    {
        Line(text, "BEGIN:VEVENT");
        Line(text, $"UID:{entry.Item}.{feed.Installation}{MeetingHarvest.OwnUid}{feed.Domain}");

        // With a METHOD it says when this version was made (RFC 5545 section 3.8.7.2): at each request, no program would know it again.
        Line(text, "DTSTAMP:" + Utc.Format(changed));
        Line(text, "LAST-MODIFIED:" + Utc.Format(changed));
        Line(text, "SEQUENCE:" + ((long)(changed - SequenceStart).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        Line(text, "DTSTART:" + Utc.Format(entry.Due));
        Line(text, "DTEND:" + Utc.Format(entry.Due + Length));
        Line(text, "SUMMARY:" + Escape(entry.What));
        Line(text, "DESCRIPTION:" + Escape(entry.Say is { } say ? $"{say}\n{entry.Item}" : entry.Item));
        if (entry.Contact is { } contact)
            Line(text, "URL:" + feed.Pages + PageLinks.Path(contact));

        // Nobody is taken for busy by what they have to do.
        Line(text, "STATUS:CONFIRMED");
        Line(text, "TRANSP:TRANSPARENT");
        Line(text, "X-MICROSOFT-CDO-BUSYSTATUS:FREE");
        Line(text, "END:VEVENT");
    }

    private static void WriteUtc(StringBuilder text)
    {
        Line(text, "BEGIN:VTIMEZONE");
        Line(text, "TZID:Etc/UTC");
        Line(text, "BEGIN:STANDARD");
        Line(text, "DTSTART:19700101T000000");
        Line(text, "TZOFFSETFROM:+0000");
        Line(text, "TZOFFSETTO:+0000");
        Line(text, "TZNAME:UTC");
        Line(text, "END:STANDARD");
        Line(text, "END:VTIMEZONE");
    }

    /// <summary>A TEXT value (RFC 5545 section 3.3.11).</summary>
    private static string Escape(string text) =>
        string.Concat(
            text.Select(c => c switch
            {
                '\\' or ';' or ',' => $"\\{c}",
                '\n' => "\\n",
                _ when char.IsControl(c) => " ",
                _ => c.ToString(),
            }));

    /// <summary>One line, folded between characters.</summary>
    private static void Line(StringBuilder text, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineOctets)
            {
                text.Append("\r\n ");
                octets = 1;
            }

            text.Append(rune);
            octets += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
