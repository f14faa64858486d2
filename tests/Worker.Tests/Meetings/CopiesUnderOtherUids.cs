using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class CopiesUnderOtherUids
{
    private static readonly string[] Quarterly =
    [
        "DTSTART:20260303T100000Z",
        "DTEND:20260303T110000Z",
        "SUMMARY:Quarterly",
        "ORGANIZER:mailto:ivy@oak.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ivy@oak.example",
    ];

    [Fact]
    public void A_copy_that_another_calendar_imported_is_the_same_meeting()
    {
        var line = new ToldMeetings().Calendar("ana", Event("quarterly", Quarterly)).Calendar("tim", Event("imported", Quarterly)).Line();
        Assert.Equal(["ana", "tim"], line.Accounts);
    }

    [Theory]
    [InlineData("SUMMARY:Re: Quarterly")]
    [InlineData("SUMMARY:quarterly")]
    [InlineData("SUMMARY:[EXTERNAL] Quarterly")]
    public void A_title_is_compared_bare(string title) =>
        new ToldMeetings().Calendar("ana", Event("quarterly", Quarterly)).Calendar("tim", Event("imported", With("SUMMARY", title))).Line();

    [Theory]
    [InlineData("SUMMARY", "SUMMARY:Quarterly figures")]
    [InlineData("SUMMARY", "X-NOTHING:1")]
    [InlineData("DTSTART", "DTSTART:20260303T103000Z")]
    [InlineData("DTEND", "DTEND:20260303T113000Z")]
    [InlineData("ORGANIZER", "ORGANIZER:mailto:abe@oak.example")]
    [InlineData("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ivy", "ATTENDEE:mailto:jo@oak.example")]
    [InlineData("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana", "ATTENDEE:mailto:tim@us.example")]
    public void Another_title_time_organizer_or_guest_is_another_meeting(string part, string instead) =>
        Assert.Equal(
            2,
            new ToldMeetings().Calendar("ana", Event("quarterly", Quarterly)).Calendar("tim", Event("imported", With(part, instead)))
                .Lines().Count);

    [Fact]
    public void A_copy_without_people_belongs_to_the_only_meeting_it_can_be_of()
    {
        var bare = Event("bare", Quarterly[0], Quarterly[1], Quarterly[2]);
        Assert.Equal(
            ["ana"],
            new ToldMeetings().Calendar("ana", Event("quarterly", Quarterly), bare).Line().Accounts);
        Assert.Equal(
            3,
            new ToldMeetings()
                .Calendar("ana", Event("quarterly", Quarterly), Event("other", With("ORGANIZER", "ORGANIZER:mailto:abe@oak.example")), bare)
                .Lines().Count);
        Assert.Equal(2, new ToldMeetings().Calendar("ana", Event("quarterly", Quarterly)).Calendar("tim", bare).Lines().Count);
    }

    [Fact]
    public void A_meeting_cancelled_and_called_anew_at_the_same_time_are_two() =>
        Assert.Equal(
            2,
            new ToldMeetings()
                .Calendar("ana", Event("quarterly", [.. Quarterly, "STATUS:CANCELLED"]), Event("anew", Quarterly))
                .Lines().Count);

    [Fact]
    public async Task Copies_join_in_whatever_order_calendars_are_read_and_part_when_one_moves()
    {
        await using var company = await TestCompany.Open();
        var now = Instant.FromUtc(2026, 3, 2, 8, 0);
        await Read("ana", "quarterly", Quarterly);
        await Read("tim", "imported", Quarterly);
        Assert.Equal(["ana", "tim"], Assert.Single(await company.Meetings()).Accounts);

        await Read("tim", "imported", With("DTSTART", "DTSTART:20260303T093000Z"));
        Assert.Equal(2, (await company.Meetings()).Count);

        await Read("ana", "quarterly", With("DTSTART", "DTSTART:20260303T093000Z"));
        Assert.Equal(["ana", "tim"], Assert.Single(await company.Meetings()).Accounts);

        async Task Read(string account, string uid, IEnumerable<string> lines)
        {
            var path = company.PathTo(account + ".ics");
            await System.IO.File.WriteAllTextAsync(path, Calendar(Event(uid, lines)));
            now += Duration.FromHours(1);
            await company.Harvest(account, Ics.File(path, now, account), now);
        }
    }

    private static IEnumerable<string> With(string part, string instead) =>
        Quarterly.Select(line => line.StartsWith(part, StringComparison.Ordinal) ? instead : line);
}
