using System.Globalization;
using System.Text;
using CrmSync.Domain.Log;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Meetings;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>A few kilobytes from anybody make no more of the log than a person would.</summary>
public sealed class BoundsOfWhatStrangersSend : IAsyncLifetime
{
    private TestCompany company = null!;
    private int mails;

    [Theory]
    [InlineData("FREQ=MINUTELY")]
    [InlineData("FREQ=SECONDLY")]
    [InlineData("FREQ=HOURLY;COUNT=200000")]
    [InlineData("FREQ=DAILY;BYHOUR=8,9,10,11,12,13,14,15,16,17;BYMINUTE=0,10,20,30,40,50")]
    public async Task An_invitation_gives_at_most_one_meeting_a_day_and_a_thousand_in_all(string rule)
    {
        Send(Invitation("flood", rule));

        Assert.Null((await Harvest()).Problem);

        var meetings = await company.Meetings();
        Assert.InRange(meetings.Count, 1, 1000);
        Assert.Equal(meetings.Count, meetings.Select(line => line.Meeting!.Start.InUtc().Date).Distinct().Count());
        var told = Assert.Single(await company.Ledger.Quarantine(null, default));
        Assert.True(told.Kept);
        Assert.Contains("one meeting a day is kept", told.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_invitations_of_one_mail_together_give_a_thousand_meetings_and_fifty_events_are_read()
    {
        Send([.. Enumerable.Range(1, 60).Select(number => Invitation($"daily{number}", "FREQ=DAILY"))]);

        await Harvest();

        Assert.InRange((await company.Meetings()).Count, 900, 1000);
        var told = Assert.Single(await company.Ledger.Quarantine(null, default)).Reason;
        Assert.Contains("more than 50 events", told, StringComparison.Ordinal);
        Assert.Contains("more than 1,000 meetings", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_series_with_many_people_is_written_out_less_far()
    {
        Send(Invitation("crowd", "FREQ=DAILY", people: 600));

        await Harvest();

        var meetings = await company.Meetings();
        Assert.InRange(meetings.Count, 1, 40);
        Assert.All(meetings, line => Assert.InRange(line.Participants.Count, 1, 302));
    }

    [Fact]
    public async Task An_invitation_that_goes_on_is_written_out_two_years_ahead_of_now_whatever_now_is()
    {
        company.Since = Instant.FromUtc(2025, 12, 31, 0, 0);
        Send(Invitation("weekly", "FREQ=WEEKLY", more: "EXDATE:20260309T080000Z"));
        var now = TestCompany.Monday;
        Assert.Null((await Harvest(now)).Problem);
        Assert.InRange((await company.Meetings()).Count, 103, 105);
        Assert.Empty(await company.Ledger.Quarantine(null, default));

        // Nothing new comes; a year and a half goes by, in steps.
        for (var step = 0; step < 3; step++)
        {
            now += Duration.FromDays(182);
            Assert.Null((await Harvest(now)).Problem);
            var meetings = await company.Meetings();
            Assert.Equal(meetings.Count, meetings.Select(line => line.Meeting!.Start).Distinct().Count());
            Assert.InRange(meetings[^1].At, now + Duration.FromDays(700), now + Duration.FromDays(731));
            Assert.Equal(Instant.FromUtc(2026, 3, 2, 8, 0), meetings[0].At);
            Assert.DoesNotContain(meetings, line => line.At == Instant.FromUtc(2026, 3, 9, 8, 0));
        }
    }

    [Fact]
    public async Task An_invitation_that_ends_is_not_looked_at_again()
    {
        Send(Invitation("ends", "FREQ=WEEKLY;COUNT=3"));
        await Harvest();
        var before = company.Changes();

        await Harvest(TestCompany.Monday + Duration.FromSeconds(10));

        Assert.Equal(before, company.Changes());
        Assert.Equal(3, (await company.Meetings()).Count);
    }

    [Fact]
    public async Task A_calendar_whose_entry_recurs_by_the_minute_gives_one_meeting_a_day_of_it_and_says_so()
    {
        var file = company.PathTo("ana.ics");
        await File.WriteAllTextAsync(
            file,
            Ics.Calendar(
                Ics.Meeting("flood", more: "RRULE:FREQ=MINUTELY"),
                Ics.Meeting("standup", more: "RRULE:FREQ=DAILY;BYHOUR=9,15;COUNT=10")
            )
        );

        await company.Harvest("ana", Ics.File(file, TestCompany.Monday));

        var meetings = await company.Meetings();
        Assert.InRange(meetings.Count(line => line.Subject == "flood"), 180, 190);
        Assert.Equal(10, meetings.Count(line => line.Subject == "standup"));
        Assert.Contains(
            "one meeting a day is kept",
            Assert.Single(await company.Ledger.Quarantine(null, default)).Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_mail_keeps_a_thousand_people_ours_first_and_names_what_was_cut()
    {
        var many = string.Join(",\r\n ", Enumerable.Range(1, 12_000).Select(n => $"p{n}@elsewhere.example"));
        SendText(
            TestCompany.MailText(
                subject: new string('s', 30_000),
                to: $"{many},\r\n ana@us.example",
                id: "many@acme.example",
                more: $"Cc: \"{new string('n', 5000)}\" <bob@us.example>\r\n"
            )
        );

        var summary = await Harvest();

        Assert.Equal((1, true), (summary.New, summary.IsClean));
        var line = Assert.Single(await company.Log());
        Assert.InRange(line.Participants.Count, 1000, 1002);
        Assert.Contains(line.Participants, person => person.Address.Value == "ana@us.example" && person.Role == ParticipantRole.To);
        Assert.Contains(line.Participants, person => person.Address.Value == "bob@us.example" && person.Name!.Length <= 300);
        Assert.InRange(line.Subject!.Length, 1, 2000);
        var told = Assert.Single(await company.Ledger.Quarantine(null, default));
        Assert.Equal(
            (true, "its subject has 30,000 characters, and 2,000 are kept; it names 12,002 people, and 1,000 are kept"),
            (told.Kept, told.Reason)
        );

        // Read again, it is the same line, and said again.
        Assert.Equal(1, await company.Ledger.RetryQuarantine(null, default));
        await Harvest(TestCompany.Monday + Duration.FromHours(1));
        Assert.Single(await company.Log());
        Assert.Single(await company.Ledger.Quarantine(null, default));
    }

    [Theory]
    [InlineData("header fields", "more than 2000 header fields")]
    [InlineData("header bytes", "the header section is longer than its limit")]
    [InlineData("parts", "more than 1000 parts")]
    [InlineData("nesting", "parts lie deeper in each other than the limit")]
    [InlineData("text", "longer than what is kept of it")]
    public async Task What_a_reader_leaves_out_is_told_and_the_mail_is_in_the_log(string kind, string words)
    {
        var text = kind switch
        {
            "header fields" => TestCompany.MailText(
                id: "1@acme.example",
                more: string.Concat(Enumerable.Range(0, 3000).Select(n => $"X-{n}: y\r\n"))
            ),
            "header bytes" => TestCompany.MailText(id: "1@acme.example", more: $"X-Long: {new string('y', 2 << 20)}\r\n"),
            "parts" => TestCompany.MailText(
                id: "1@acme.example",
                more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
                body: string.Concat(Enumerable.Range(0, 1500).Select(n => $"--b\r\n\r\npart {n}\r\n")) + "--b--"),
            "nesting" => TestCompany.MailText(
                id: "1@acme.example",
                more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n",
                body: string.Concat(
                    Enumerable.Range(0, 80).Select(n => $"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n")
                ) + "deep"
            ),
            _ => TestCompany.MailText(id: "1@acme.example", body: string.Concat(Enumerable.Repeat("words and words\r\n", 40_000))),
        };
        SendText(text);

        Assert.Equal(1, (await Harvest()).New);

        Assert.Contains(words, Assert.Single(await company.Ledger.Quarantine(null, default)).Reason, StringComparison.Ordinal);
    }

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    private static string Invitation(string uid, string rule, int people = 1, string more = "X-NOTHING:1") =>
        Ics.Event(
            uid,
            [
                "DTSTAMP:20260220T080000Z",
                "DTSTART:20260302T080000Z",
                "DTEND:20260302T083000Z",
                $"RRULE:{rule}",
                $"SUMMARY:{uid}",
                more,
                "ORGANIZER:mailto:jane@acme.example",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example",
                .. Enumerable
                    .Range(0, people)
                    .Select(number => $"ATTENDEE:mailto:p{number.ToString(CultureInfo.InvariantCulture)}@acme.example"),
            ]
        );

    private void Send(params string[] events) =>
        SendText(Ics.CalendarMail("jane@acme.example", "ana@us.example", "REQUEST", string.Concat(events)));

    private void SendText(string mail) => File.WriteAllBytes(company.PathTo("mail", $"{++mails}.eml"), Encoding.UTF8.GetBytes(mail));

    private Task<CrmSync.Worker.Harvest.HarvestSummary> Harvest(Instant? now = null) =>
        company.Harvest("ana", new EmlSource(company.PathTo("mail")), now);
}
