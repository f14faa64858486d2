using System.Text;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

public sealed class CalendarReaderTests
{
    [Fact]
    public void An_invitation_gives_its_people_times_and_texts()
    {
        var file = Ics.Read("""
            METHOD:request
            PRODID:-//Some//Program//EN
            X-WR-CALNAME:Ana's days
            BEGIN:VEVENT
            UID:plan-7@bright.example
            SEQUENCE:2
            DTSTAMP:20260301T080000Z
            LAST-MODIFIED:20260301T081500Z
            DTSTART;TZID=Europe/Vienna:20260302T100000
            DTEND;TZID=Europe/Vienna:20260302T113000
            SUMMARY:Plans\, prices\; and a long line that is folded somewhere in the mid
             dle
            LOCATION:Room 1\nGround floor
            STATUS:CONFIRMED
            CLASS:CONFIDENTIAL
            TRANSP:OPAQUE
            ORGANIZER;CN="Ana Bright";SENT-BY="mailto:desk@bright.example":MAILTO:ana@bright.example
            ATTENDEE;CN=Ben^'s Bench;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT;CUTYPE=INDIVIDUAL;RSVP=TRUE:mailto:ben@oak.example
            ATTENDEE;CUTYPE=ROOM;PARTSTAT=DECLINED:mailto:room1@bright.example
            ATTENDEE;DELEGATED-TO="mailto:c@oak.example","mailto:d@oak.example";PARTSTAT=DELEGATED:mailto:e@oak.example
            BEGIN:VALARM
            TRIGGER:-PT15M
            DTSTART:19990101T000000Z
            SUMMARY:not the meeting's
            ATTENDEE:mailto:alarm@bright.example
            END:VALARM
            END:VEVENT
            """);

        Assert.Equal("REQUEST", file.Method);
        Assert.True(file.IsComplete);
        Assert.Empty(file.Problems);
        var entry = Assert.Single(file.Events);
        Assert.Equal(("plan-7@bright.example", 2), (entry.Uid, entry.Sequence));
        Assert.Equal(Instant.FromUtc(2026, 3, 1, 8, 0), entry.Stamp);
        Assert.Equal(Instant.FromUtc(2026, 3, 1, 8, 15), entry.LastModified);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 9, 0), entry.Start.Instant);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 10, 30), entry.End.Instant);
        Assert.Equal("Plans, prices; and a long line that is folded somewhere in the middle", entry.Summary);
        Assert.Equal("Room 1\nGround floor", entry.Location);
        Assert.Equal(
            (EventStatus.Confirmed, EventClass.Confidential, false, false),
            (entry.Status, entry.Class, entry.Transparent, entry.AllDay));
        Assert.Equal(new CalendarOrganizer("ana@bright.example", "Ana Bright", "desk@bright.example"), entry.Organizer);
        Assert.Equal(
            [
                new CalendarAttendee("ben@oak.example", "Ben\"s Bench")
                {
                    Status = ParticipationStatus.Accepted,
                    Role = AttendeeRole.Optional,
                },
                new CalendarAttendee("room1@bright.example") { Status = ParticipationStatus.Declined, Kind = AttendeeKind.Room },
                new CalendarAttendee("e@oak.example")
                {
                    Status = ParticipationStatus.Delegated,
                    DelegatedTo = ["c@oak.example", "d@oak.example"],
                },
            ],
            entry.Attendees);
    }

    [Theory]
    [InlineData("mailto:ben@oak.example", "ben@oak.example")]
    [InlineData("MailTo:ben@oak.example", "ben@oak.example")]
    [InlineData("ben@oak.example", "ben@oak.example")]
    [InlineData("mailto:mailto:<ben@oak.example>", "ben@oak.example")]
    [InlineData("mailto:ben%40oak.example", "ben@oak.example")]
    [InlineData("mailto:Ben Bench <ben@oak.example>", "ben@oak.example")]
    [InlineData("invalid:nomail", null)]
    [InlineData("mailto:", null)]
    [InlineData("/principals/users/ben", null)]
    [InlineData("urn:uuid:5de7", null)]
    public void An_address_is_found_however_it_is_written(string value, string? address) =>
        Assert.Equal(address, Assert.Single(Ics.Event($"DTSTART:20260302T090000Z\nATTENDEE;CN=Ben:{value}").Attendees).Address);

    [Fact]
    public void Where_the_value_is_no_address_the_EMAIL_parameter_is_taken() =>
        Assert.Equal(
            "ben@oak.example",
            Assert.Single(Ics.Event("DTSTART:20260302T090000Z\nATTENDEE;EMAIL=ben@oak.example:/principals/ben").Attendees).Address);

    [Fact]
    public void A_colon_in_an_unquoted_name_does_not_hide_the_address() =>
        Assert.Equal(
            new CalendarAttendee("ben@oak.example", "Sales: North"),
            Assert.Single(Ics.Event("DTSTART:20260302T090000Z\nATTENDEE;CN=Sales: North:mailto:ben@oak.example").Attendees));

    [Fact]
    public void Of_several_organizers_the_first_with_an_address_counts() =>
        Assert.Equal(
            "ana@bright.example",
            Ics.Event(
                "DTSTART:20260302T090000Z\nORGANIZER;CN=Nobody:\nORGANIZER:ana@bright.example\nORGANIZER:mailto:b@b.example"
            ).Organizer!.Address);

    [Fact]
    public void Of_several_summaries_the_first_counts_and_of_several_statuses_the_last()
    {
        var entry = Ics.Event("DTSTART:20260302T090000Z\nSUMMARY:\nSUMMARY:First\nSUMMARY:Second\nSTATUS:CONFIRMED\nSTATUS:CANCELLED");
        Assert.Equal(("First", EventStatus.Cancelled), (entry.Summary, entry.Status));
    }

    [Theory]
    [InlineData("DTSTART:20260302T090000Z", "0302T0900 0302T0900")]
    [InlineData("DTSTART:20260302T090000Z\nDURATION:PT45M", "0302T0900 0302T0945")]
    [InlineData("DTSTART:20260302T090000Z\nDTEND:20260302T080000Z", "0302T0900 0302T0900")]
    [InlineData("DTSTART;VALUE=DATE:20260302", "0302T0000 0303T0000")]
    [InlineData("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260302", "0302T0000 0303T0000")]
    [InlineData("DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260304", "0302T0000 0304T0000")]
    [InlineData("DTSTART;VALUE=DATE:20260302\nDTEND:20260302T170000Z", "0302T0000 0303T0000")]
    [InlineData("DTSTART;VALUE=DATE:20260302\nDURATION:PT1H", "0302T0000 0303T0000")]
    [InlineData("DTSTART:20260302T090000Z\nDTEND;VALUE=DATE:20260302", "0302T0900 0303T0000")]
    [InlineData("DTSTART:20260302T090000Z\nDTEND:garbage", "0302T0900 0302T0900")]
    [InlineData("DTSTART;TZID=Europe/Vienna:20260302T100000\nDTEND:20260302T110000", "0302T0900 0302T1000")]
    [InlineData("DTSTART;TZID=Europe/Vienna:20260328T200000\nDURATION:P1D", "0328T1900 0329T1800")]
    [InlineData("DTSTART;TZID=Europe/Vienna:20260328T200000\nDURATION:PT24H", "0328T1900 0329T1900")]
    [InlineData("DTSTART:20260302T240000Z\nDTEND:2026-03-03T01:00:00Z", "0303T0000 0303T0100")]
    public void An_event_ends_as_it_is_meant_to(string lines, string expected)
    {
        var entry = Ics.Event(lines);
        Assert.Equal(expected, $"{Ics.Print(entry.Start.Instant)} {Ics.Print(entry.End.Instant)}");
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("-1", 0)]
    [InlineData("99999999999999999999", int.MaxValue)]
    [InlineData("many", 0)]
    public void A_sequence_is_clamped(string written, int expected) =>
        Assert.Equal(expected, Ics.Event($"DTSTART:20260302T090000Z\nSEQUENCE:{written}").Sequence);

    [Fact]
    public void A_stamp_without_zone_is_UTC() =>
        Assert.Equal(
            Instant.FromUtc(2026, 3, 1, 8, 0),
            Assert.Single(Ics.Read("BEGIN:VEVENT\nUID:a\nDTSTAMP:20260301T080000\nDTSTART:20260302T090000Z\nEND:VEVENT").Events).Stamp);

    [Fact]
    public void A_class_that_nobody_knows_is_private() =>
        Assert.Equal(EventClass.Private, Ics.Event("DTSTART:20260302T090000Z\nCLASS:X-FRIENDS").Class);

    [Fact]
    public void Outlooks_all_day_flag_and_busy_status_are_believed()
    {
        var entry = Ics.Event(
            "DTSTART:20260302T000000Z\nDTEND:20260303T000000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nX-MICROSOFT-CDO-BUSYSTATUS:FREE");
        Assert.True(entry is { AllDay: true, Transparent: true });
    }

    [Fact]
    public void A_UID_of_1034_characters_is_kept_whole()
    {
        var uid = new string('u', 1_020) + "@bright.example"[..14];
        var folded = string.Join("\r\n ", uid.Chunk(60).Select(chunk => new string(chunk)));
        Assert.Equal(uid, Assert.Single(Ics.Read($"BEGIN:VEVENT\nUID:{folded}\nDTSTART:20260302T090000Z\nEND:VEVENT").Events).Uid);
        Assert.Equal(1_034, uid.Length);
    }

    [Fact]
    public void An_event_without_UID_gets_one_that_is_the_same_for_every_copy()
    {
        const string Lines = "BEGIN:VEVENT\nDTSTART:20260302T090000Z\nSUMMARY:Tea\nEND:VEVENT";
        var one = Assert.Single(Ics.Read(Lines).Events);
        Assert.True(one.UidIsDerived);
        Assert.Equal(one.Uid, Assert.Single(Ics.Read("METHOD:PUBLISH\n" + Lines).Events).Uid);
        Assert.NotEqual(one.Uid, Assert.Single(Ics.Read(Lines.Replace("Tea", "Coffee", StringComparison.Ordinal)).Events).Uid);
    }

    [Fact]
    public void A_reply_needs_no_time_of_its_own()
    {
        var reply = Assert.Single(
            Ics.Read(
                "METHOD:REPLY\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20260301T080000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:ben@oak.example\nEND:VEVENT"
            ).Events);
        Assert.True(reply.StartIsMissing);
        Assert.Equal(ParticipationStatus.Declined, Assert.Single(reply.Attendees).Status);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>Please sign in: <a href=\"x\">here</a></body></html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("Dear customer,\r\nthe calendar has moved.\r\n", "not a calendar")]
    public void What_is_no_calendar_is_said_to_be_none(string content, string words)
    {
        var file = CalendarReader.Read(Encoding.UTF8.GetBytes(content));
        Assert.False(file.IsCalendar || file.IsComplete);
        Assert.Contains(words, Assert.Single(file.Problems).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_calendar_cut_in_the_middle_gives_its_whole_events_and_says_that_it_is_cut()
    {
        const string Whole =
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\n"
                + "DTSTART:20260303T090000Z\r\nATTEN";
        var file = CalendarReader.Read(Encoding.UTF8.GetBytes(Whole));
        Assert.Equal("a", Assert.Single(file.Events).Uid);
        Assert.False(file.IsComplete);
        Assert.Equal(1, file.EventsLost);
        Assert.Contains(file.Problems, problem => problem is { Line: 6, EventLost: true });
    }

    [Fact]
    public void A_bad_event_does_not_stop_the_others()
    {
        var file = Ics.Read("""
            BEGIN:VEVENT
            UID:a
            DTSTART:soon
            END:VEVENT
            BEGIN:VEVENT
            UID:b
            no colon here
            DTSTART:20260302T090000Z
            END:VEVENT
            BEGIN:VTODO
            UID:c
            END:VTODO
            """);
        Assert.Equal("b", Assert.Single(file.Events).Uid);
        Assert.Equal(1, file.EventsLost);
        Assert.Equal(3, file.Problems.Count);
    }

    [Fact]
    public void A_stream_of_500_megabytes_is_read_up_to_the_limit_in_little_memory()
    {
        using var endless = new RepeatingStream(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nEND:VEVENT\r\n",
            "X-SOUP:" + new string('x', 3_000) + "\r\n",
            500L << 20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var file = CalendarReader.Read(endless, CalendarLimits.Default with { Bytes = 64 << 20 });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Single(file.Events);
        Assert.False(file.IsComplete);
        Assert.Contains(file.Problems, problem => problem.Words.Contains("longer than", StringComparison.Ordinal));
    }

    [Fact]
    public void Latin_letters_in_another_charset_and_UTF_16_are_read()
    {
        const string Text =
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260302T090000Z\r\nSUMMARY:Büro in "
                + "Zürich\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        foreach (var encoding in (Encoding[])[Encoding.Latin1, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF8])
            Assert.Equal(
                "Büro in Zürich",
                Assert.Single(CalendarReader.Read((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]).Events).Summary);
    }

    [Fact]
    public void Quoted_printable_that_nobody_decoded_is_decoded()
    {
        var entry = Assert.Single(
            Ics.Read(
                "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=3DEurope/Vienna:20260302T100000\nSUMMARY:Gespr=C3=A4ch ueber Prei=\nse\nEND:VEVENT"
            ).Events);
        Assert.Equal(("Gespräch ueber Preise", Instant.FromUtc(2026, 3, 2, 9, 0)), (entry.Summary, entry.Start.Instant));
    }

    [Fact]
    public void A_vCalendar_of_a_telephone_is_read()
    {
        var file = Ics.Read("""
            VERSION:1.0
            BEGIN:VEVENT
            UID:a
            DTSTART:20260302T090000Z
            DTEND:20260302T100000Z
            SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Gespr=E4ch=
             im B=FCro
            RRULE:W1 MO WE #4
            ATTENDEE;ROLE=ATTENDEE;STATUS=CONFIRMED:ben@oak.example
            END:VEVENT
            """);
        var entry = Assert.Single(file.Events);
        Assert.StartsWith("Gespräch", entry.Summary, StringComparison.Ordinal);
        Assert.Equal(ParticipationStatus.Accepted, Assert.Single(entry.Attendees).Status);
        Assert.Equal("0302T0900 0304T0900 0309T0900 0311T0900", Ics.Starts(EventSeries.From(entry)));
    }

    [Theory]
    [InlineData("MP1 1+ MO #3", "0302T0900 0406T0900 0504T0900")]
    [InlineData("MD1 2 LD #3", "0302T0900 0331T0900 0402T0900")]
    [InlineData("D2 20260306T090000Z", "0302T0900 0304T0900 0306T0900")]
    [InlineData("YM1 3 6 #2", "0302T0900 0602T0900")]
    public void The_old_recurrence_grammar_is_understood(string rule, string expected) =>
        Assert.Equal(expected, Ics.Starts(EventSeries.From(Ics.Event($"DTSTART:20260302T090000Z\nRRULE:{rule}"))));

    /// <summary>A beginning, then one line over and over, up to a length.</summary>
    private sealed class RepeatingStream(string begin, string line, long length) : MemoryStream
    {
        private readonly byte[] first = Encoding.UTF8.GetBytes(begin);
        private readonly byte[] again = Encoding.UTF8.GetBytes(line);
        private long given;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = 0;
            while (read < count && given < length)
            {
                buffer[offset + read++] = given < first.Length ? first[given] : again[(given - first.Length) % again.Length];
                given++;
            }

            return read;
        }
    }
}
