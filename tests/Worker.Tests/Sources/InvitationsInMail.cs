using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources;

public sealed class InvitationsInMail
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 20, 8, 0);
    private static readonly EmailAddress Ana = EmailAddress.Parse("ana@bright.example");
    private static readonly EmailAddress Ben = EmailAddress.Parse("ben@oak.example");

    [Fact]
    public void An_invitation_names_its_meetings_and_people()
    {
        var mail = Assert.Single(Read("ben@oak.example", "REQUEST", """
            RRULE:FREQ=WEEKLY;COUNT=3
            ORGANIZER;CN=Ben:mailto:ben@oak.example
            ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ana@bright.example
            """));
        Assert.Equal((InvitationMethod.Request, "plan-2026-03@oak.example", Ben), (mail.Method, mail.Uid, mail.Organizer!.Address));
        Assert.Equal(3, mail.Meetings.Count);
        Assert.All(mail.Meetings, meeting => Assert.True(meeting.Invitation));
        Assert.Equal([Ben], mail.Senders);
        Assert.Equal("Europe/Vienna", mail.Zone.Id);
    }

    [Fact]
    public void An_answer_that_repeats_the_whole_list_is_the_senders()
    {
        var mail = Assert.Single(Read("ben@oak.example", "REPLY", """
            ORGANIZER:mailto:ana@bright.example
            ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:tim@bright.example
            ATTENDEE;PARTSTAT=DECLINED:mailto:ben@oak.example
            """));
        Assert.Equal(new Invitee(Ben, null, MeetingResponse.Declined), Assert.Single(mail.Invitees));
    }

    [Fact]
    public void A_calendar_that_is_only_a_file_is_no_message() =>
        Assert.Empty(Read("ben@oak.example", "PUBLISH", "ORGANIZER:mailto:ben@oak.example"));

    [Fact]
    public void A_private_invitation_is_not_kept() =>
        Assert.Empty(Read("ben@oak.example", "REQUEST", "CLASS:PRIVATE\nORGANIZER:mailto:ben@oak.example"));

    [Fact]
    public void A_cancellation_speaks_of_its_occurrence()
    {
        var mail = Assert.Single(
            Read(
                "ben@oak.example",
                "CANCEL",
                "STATUS:CANCELLED\nRECURRENCE-ID;TZID=Europe/Vienna:20260309T100000\nORGANIZER:mailto:ben@oak.example"));
        Assert.Equal(
            (InvitationMethod.Cancel, true, Instant.FromUtc(2026, 3, 9, 9, 0)),
            (mail.Method, mail.SaysCancelled, mail.Occurrence!.Value));
    }

    private static IReadOnlyList<InvitationMail> Read(string from, string method, string lines)
    {
        var text = $"""
            From: {from}
            To: ana@bright.example
            Subject: Plans
            Date: Fri, 20 Feb 2026 08:00:00 +0000
            Message-ID: <1@oak.example>
            MIME-Version: 1.0
            Content-Type: text/calendar; charset=utf-8; method={method}

            BEGIN:VCALENDAR
            METHOD:{method}
            BEGIN:VEVENT
            UID:plan-2026-03@oak.example
            DTSTAMP:20260220T080000Z
            DTSTART;TZID=Europe/Vienna:20260302T100000
            DTEND;TZID=Europe/Vienna:20260302T110000
            SUMMARY:Plans
            {lines}
            END:VEVENT
            END:VCALENDAR

            """;
        return new InvitationTranslation(new MeetingTranslation("ana", Ana, Now), "ana", Instant.FromUtc(2026, 1, 1, 0, 0), Now)
            .CreateMessages(MimeReader.Read(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))), Now, backlog: false, []);
    }
}
