using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class CalendarsInTrouble : IAsyncLifetime
{
    private TestCompany company = null!;
    private Instant now = Instant.FromUtc(2026, 2, 20, 8, 0);

    [Theory]
    [InlineData("<!DOCTYPE html><html><body>Sign in</body></html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("Dear Ana, the calendar is attached.", "not a calendar")]
    public async Task What_is_no_calendar_is_said_to_be_none_and_the_meetings_stay(string content, string words)
    {
        await Harvest(Calendar(Meeting("Tea")));
        Assert.Contains(words, (await Harvest(content)).Problem, StringComparison.Ordinal);
        Assert.Equal(["Tea"], await company.Titles());

        Assert.Null((await Harvest(Calendar(Meeting("Coffee")))).Problem);
        Assert.Equal(["Coffee"], await company.Titles());
    }

    [Fact]
    public async Task A_file_of_500_megabytes_is_left_alone_and_the_meetings_stay()
    {
        await Harvest(Calendar(Meeting("Tea")));
        using (var file = System.IO.File.OpenWrite(company.PathTo("ana", "calendar.ics")))
            file.SetLength(500L << 20);

        Assert.Contains("longer than 256 MB", (await Harvest()).Problem, StringComparison.Ordinal);
        Assert.Equal(["Tea"], await company.Titles());
    }

    [Fact]
    public async Task A_calendar_cut_in_the_middle_loses_nothing_and_is_read_again()
    {
        await Harvest(Calendar(Many(10)));
        var cut = Calendar([Meeting("News", day: 20), .. Many(10)]);
        var summary = await Harvest(cut[..(cut.Length / 2)]);

        Assert.Contains("ends in the middle", summary.Problem, StringComparison.Ordinal);
        Assert.Equal(0, summary.Quarantined);
        Assert.Equal(11, (await company.Meetings()).Count);

        Assert.Contains("ends in the middle", (await Again()).Problem, StringComparison.Ordinal);
        Assert.Null((await Harvest(cut)).Problem);
        Assert.Equal(11, (await company.Meetings()).Count);
    }

    [Fact]
    public async Task A_calendar_that_is_suddenly_empty_is_an_alarm_and_not_a_thousand_cancellations()
    {
        await Harvest(Calendar(Many(30)));
        for (var times = 0; times < 3; times++)
            Assert.Contains("suddenly empty", (await Harvest(Calendar())).Problem, StringComparison.Ordinal);

        Assert.Equal(30, (await company.Meetings()).Count);
        Assert.Contains(
            "suddenly empty",
            Assert.Single(await company.Accounts.All(CancellationToken.None)).LastError,
            StringComparison.Ordinal);

        Assert.Null((await Harvest(Calendar(Many(30)))).Problem);
        Assert.Equal(30, (await company.Meetings()).Count);
    }

    [Fact]
    public async Task A_calendar_that_lost_most_of_its_events_is_believed_the_second_time()
    {
        await Harvest(Calendar(Many(30)));
        Assert.Contains("had 30 events and now shows 3", (await Harvest(Calendar(Many(3)))).Problem, StringComparison.Ordinal);
        Assert.Equal(30, (await company.Meetings()).Count);

        Assert.Null((await Again()).Problem);
        Assert.Equal(3, (await company.Meetings()).Count);
    }

    [Fact]
    public async Task A_meeting_that_turns_private_leaves_the_log_even_when_it_was_held()
    {
        now = Instant.FromUtc(2026, 4, 1, 8, 0);
        await Harvest(Calendar(Meeting("Tea"), Meeting("Doctor", day: 3)));
        var summary = await Harvest(Calendar(Meeting("Tea"), Meeting("Doctor", day: 3, more: "CLASS:PRIVATE")));

        Assert.Equal(1, summary.Skipped);
        Assert.Equal(["Tea"], await company.Titles());
    }

    [Fact]
    public async Task A_meeting_changed_back_or_gone_and_returned_is_read_again()
    {
        await Harvest(Calendar(Meeting("Tea")));
        await Harvest(Calendar(Meeting("Tea", day: 5)));
        await Harvest(Calendar(Meeting("Tea")));
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 9, 0), Assert.Single(await company.Meetings()).At);

        await Harvest(Calendar(Meeting("Coffee")));
        Assert.Equal(["Coffee"], await company.Titles());
        await Harvest(Calendar(Meeting("Tea")));
        Assert.Equal(["Tea"], await company.Titles());
    }

    [Fact]
    public async Task A_feed_that_writes_the_moment_of_the_download_into_every_event_is_not_read_anew()
    {
        await Harvest(Calendar(Many(10)));
        var again = await Harvest(
            Calendar(Enumerable.Range(0, 10).Select(number => Meeting($"meeting {number}", number + 1, stamp: "20260220T080000Z"))));

        Assert.Equal((0, 10), (again.New, again.Known));
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_any_more_is_not_cancelled()
    {
        await Harvest(Calendar(Meeting("Tea"), Meeting("Coffee", day: 3)));
        var summary = await Harvest(Calendar(Meeting("Tea"), Event("Coffee", "SUMMARY:Coffee", "DTSTART:nonsense")));

        Assert.Equal(1, summary.Quarantined);
        Assert.Equal(["Tea", "Coffee"], await company.Titles());
    }

    [Fact]
    public async Task A_file_that_leaves_a_folder_takes_its_meetings_along_unless_it_had_nearly_all()
    {
        Write("one.ics", Calendar(Meeting("Tea")));
        Write("many.ics", Calendar(Many(30)));
        Write("few.ics", Calendar(Meeting("Coffee", day: 30)));
        await Harvest();
        System.IO.File.Delete(company.PathTo("ana", "one.ics"));
        Assert.Null((await Harvest()).Problem);
        Assert.Equal(31, (await company.Meetings()).Count);

        System.IO.File.Delete(company.PathTo("ana", "many.ics"));
        Assert.Contains("had 31 events and now shows 1", (await Harvest()).Problem, StringComparison.Ordinal);
        Assert.Equal(31, (await company.Meetings()).Count);
        Assert.Null((await Harvest()).Problem);
        Assert.Equal(["Coffee"], await company.Titles());
    }

    [Fact]
    public async Task A_meeting_that_moves_from_one_file_to_another_stays()
    {
        Write("a.ics", Calendar(Meeting("Tea"), Meeting("Coffee", day: 3)));
        Write("b.ics", Calendar(Meeting("Cake", day: 4)));
        await Harvest();
        Write("a.ics", Calendar(Meeting("Tea")));
        Write("b.ics", Calendar(Meeting("Coffee", day: 3), Meeting("Cake", day: 4)));
        await Harvest();

        Assert.Equal(["Tea", "Coffee", "Cake"], await company.Titles());
    }

    [Fact]
    public async Task A_UID_of_1034_characters_a_Windows_zone_and_a_zone_of_its_own_reach_the_log()
    {
        var uid = new string('u', 1034);
        var zone =
            "BEGIN:VTIMEZONE\r\nTZID:Our "
            + "Own\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\n"
            + "END:VTIMEZONE\r\n";
        await Harvest(
            Calendar(
                zone,
                Event(
                    uid,
                    "DTSTART;TZID=W. Europe Standard Time:20260302T100000",
                    "DTEND;TZID=W. Europe Standard Time:20260302T110000",
                    "SUMMARY:Long"),
                Event("own", "DTSTART;TZID=Our Own:20260303T100000", "DTEND;TZID=Our Own:20260303T110000", "SUMMARY:Own")));
        Assert.Equal(
            [Instant.FromUtc(2026, 3, 2, 9, 0), Instant.FromUtc(2026, 3, 3, 6, 30)],
            (await company.Meetings()).Select(line => line.At));

        Assert.Equal((0, 2), (await Again() is var again ? (again.New, again.Known) : default));
        await Harvest(Calendar(Meeting("Tea")));
        Assert.Equal(["Tea"], await company.Titles());
    }

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    private static IEnumerable<string> Many(int count) =>
        Enumerable.Range(0, count).Select(number => Meeting($"meeting {number}", day: number + 1));

    private void Write(string name, string content)
    {
        var path = company.PathTo("ana", name);
        System.IO.File.WriteAllText(path, content);

        // Two versions of a file within one tick of the clock and of the same length would be taken for one.
        System.IO.File.SetLastWriteTimeUtc(path, now.ToDateTimeUtc());
    }

    private Task<HarvestSummary> Harvest(string content)
    {
        Write("calendar.ics", content);
        return Harvest();
    }

    private Task<HarvestSummary> Again() => Harvest();

    private Task<HarvestSummary> Harvest()
    {
        now += Duration.FromHours(1);
        return company.Harvest("ana", Ics.File(company.PathTo("ana", ""), now), now);
    }
}
