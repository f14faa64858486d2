using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Fixtures;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class InvitationsInTheHarvest
{
    private const string Ana = "ana@us.example";
    private const string Jane = "jane@acme.example";

    [Fact]
    public async Task An_invitation_becomes_a_meeting_and_its_mail_a_line_of_the_class_calendar()
    {
        await using var company = await TestCompany.Open();
        await Harvest(company, CalendarMail(Jane, Ana, "REQUEST", Invitation()));

        var log = await company.Log();
        Assert.Equal(2, log.Count);
        var meeting = Assert.Single(await company.Meetings());
        Assert.Equal(("Tea", Instant.FromUtc(2026, 3, 2, 9, 0)), (meeting.Subject, meeting.At));
        Assert.Equal(["ana"], meeting.Accounts);
    }

    [Fact]
    public async Task A_reply_that_is_harvested_before_its_request_counts_when_that_comes()
    {
        await using var company = await TestCompany.Open();
        var invitation = Event(
            "tea",
            "DTSTAMP:20260110T080000Z",
            "DTSTART:20260302T090000Z",
            "SUMMARY:Tea",
            $"ORGANIZER:mailto:{Ana}",
            $"ATTENDEE:mailto:{Jane}");
        await Harvest(
            company,
            CalendarMail(
                Jane,
                Ana,
                "REPLY",
                Event("tea", "DTSTAMP:20260110T090000Z", $"ORGANIZER:mailto:{Ana}", $"ATTENDEE;PARTSTAT=DECLINED:mailto:{Jane}")));
        Assert.Empty(await company.Meetings());

        await Harvest(company, CalendarMail(Ana, Jane, "REQUEST", invitation));
        Assert.Equal(
            MeetingResponse.Declined,
            Assert.Single(await company.Meetings()).Participants.Single(person => person.Address.Value == Jane).Response);
    }

    [Fact]
    public async Task A_cancellation_counts_from_the_organiser_and_not_from_a_stranger_nor_for_an_older_version()
    {
        await using var company = await TestCompany.Open();
        await Harvest(company, CalendarMail(Jane, Ana, "REQUEST", Invitation(sequence: 2)));
        await Harvest(company, CalendarMail("mallory@elsewhere.example", Ana, "CANCEL", Invitation(sequence: 3, "STATUS:CANCELLED")));
        await Harvest(company, CalendarMail(Jane, Ana, "CANCEL", Invitation(sequence: 1, "STATUS:CANCELLED")));
        Assert.Null(Assert.Single(await company.Meetings()).Meeting!.CancelledAt);

        await Harvest(company, CalendarMail(Jane, Ana, "CANCEL", Invitation(sequence: 3, "STATUS:CANCELLED")));
        Assert.NotNull(Assert.Single(await company.Meetings()).Meeting!.CancelledAt);
    }

    [Fact]
    public async Task An_invitation_in_two_mailboxes_read_twice_is_one_line()
    {
        await using var company = await TestCompany.Open();
        var mail = CalendarMail(Jane, Ana, "REQUEST", Invitation());
        await Harvest(company, mail);
        await Harvest(company, mail);
        await Harvest(company, mail, account: "tim");

        Assert.Equal(["ana", "tim"], Assert.Single(await company.Meetings()).Accounts);
    }

    [Fact]
    public async Task A_mail_that_must_not_be_stored_brings_no_meeting_either()
    {
        var privacy = new Privacy
        {
            NoCapture = new PrivacyFilter
            {
                SubjectHas = ["salary"],
                Addresses = new HashSet<EmailAddress> { EmailAddress.Parse("lawyer@law.example") },
            },
        };
        await using var company = await TestCompany.Open(privacy: privacy);
        await Harvest(company, CalendarMail(Jane, Ana, "REQUEST", Invitation(), subject: "About your salary"));
        await Harvest(
            company,
            CalendarMail(
                Jane,
                Ana,
                "REQUEST",
                Event("tea", "DTSTART:20260302T090000Z", $"ORGANIZER:mailto:{Jane}", "SUMMARY:Salary", $"ATTENDEE:mailto:{Ana}")));
        await Harvest(
            company,
            CalendarMail(
                Jane,
                Ana,
                "REQUEST",
                Event(
                    "tea",
                    "DTSTART:20260302T090000Z",
                    $"ORGANIZER:mailto:{Jane}",
                    "ATTENDEE:mailto:lawyer@law.example",
                    $"ATTENDEE:mailto:{Ana}"),
                subject: "Contract"));

        Assert.Empty(await company.Meetings());
        Assert.Equal(2, (await company.Log()).Count);
    }

    [Theory]
    [InlineData(".Junk")]
    [InlineData(".Trash")]
    [InlineData(".Drafts")]
    public async Task Junk_trash_and_drafts_invite_to_nothing(string folder)
    {
        await using var company = await TestCompany.Open();
        System.IO.File.WriteAllText(company.PathTo("ana", folder, "cur", "1.a:2,S"), CalendarMail(Jane, Ana, "REQUEST", Invitation()));
        System.IO.File.WriteAllText(company.PathTo("ana", "cur", "2.a:2,S"), TestCompany.MailText());
        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Empty(await company.Meetings());
    }

    [Theory]
    [InlineData("BEGIN:VEVENT\r\nUID:x\r\n")]
    [InlineData(
        "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:99999999T999999Z\r\nRRULE:FREQ=SECONDLY;INTERVAL=0\r\nORGANIZER:mailto:\r\nEND:VEVENT\r\n")]
    [InlineData("\0\0<html>")]
    public async Task A_calendar_that_makes_no_sense_does_not_keep_its_mail_out_of_the_log(string events)
    {
        await using var company = await TestCompany.Open();
        var summary = await Harvest(company, CalendarMail(Jane, Ana, "REQUEST", events));

        Assert.Equal((1, 0, 0), (summary.New, summary.Quarantined, summary.Failed));
        Assert.Single(await company.Log());
    }

    [CorpusFact]
    public async Task Every_invitation_of_the_corpus_is_harvested_without_failing_its_mail()
    {
        await using var company = await TestCompany.Open();
        foreach (var folder in new[] { "mime", "ics" })
        {
            var summary = await company.Harvest(folder, new EmlSource(Path.Combine(SharedData.Folder!, folder)));
            Assert.Null(summary.Problem);
            Assert.Equal(0, summary.Failed);
        }

        Assert.NotEmpty(await company.Meetings());
    }

    private static string Invitation(int sequence = 0, string more = "X-NOTHING:1") =>
        Event(
            "tea",
            $"DTSTAMP:2026011{sequence}T080000Z",
            $"SEQUENCE:{sequence}",
            "DTSTART:20260302T090000Z",
            "DTEND:20260302T100000Z",
            "SUMMARY:Tea",
            $"ORGANIZER:mailto:{Jane}",
            $"ATTENDEE:mailto:{Ana}",
            more);

    private static async Task<CrmSync.Worker.Harvest.HarvestSummary> Harvest(TestCompany company, string mail, string account = "ana")
    {
        System.IO.File.WriteAllText(company.PathTo(account, $"{Guid.NewGuid():n}.eml"), mail);
        return await company.Harvest(account, new EmlSource(company.PathTo(account)));
    }
}
