using System.Globalization;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using NodaTime.Text;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

/// <summary>
/// A weekly series over a clock change; it is changed step by step, and after every step the log is right, on incremental harvest and on a
/// fresh one alike.
/// </summary>
public sealed class ASeriesThatChanges
{
    private const int Weeks = 8;
    private static readonly Instant Begin = Instant.FromUtc(2026, 2, 1, 8, 0);
    private static readonly LocalDateTime First = new(2026, 2, 24, 10, 0);

    [Theory]
    [InlineData("Europe/Vienna", false)]
    [InlineData("America/New_York", false)]
    [InlineData("Australia/Sydney", false)]
    [InlineData("Europe/Vienna", true)]
    [InlineData("America/New_York", true)]
    [InlineData("Australia/Sydney", true)]
    public async Task The_log_is_right_after_every_step(string zone, bool byMail)
    {
        await using var company = await TestCompany.Open();
        var expected = Enumerable.Range(0, Weeks).Select(week => (Start: First.PlusWeeks(week), Cancelled: false)).ToArray();
        await Check(0);

        expected[2].Start = First.PlusWeeks(2).PlusHours(5);
        await Check(1);

        expected[3].Cancelled = true;
        await Check(2);

        for (var week = 4; week < Weeks; week++)
            expected[week].Start = First.PlusWeeks(week).PlusMinutes(90);
        await Check(3);

        for (var week = 0; week < Weeks; week++)
            expected[week].Cancelled = true;
        await Check(4);

        async Task Check(int step)
        {
            var now = Begin + Duration.FromDays(step);
            var tzdb = DateTimeZoneProviders.Tzdb[zone];
            var right = expected.Select(one => $"{one.Start.InZoneLeniently(tzdb).ToInstant()} {one.Cancelled}");
            await using var fresh = await TestCompany.Open();
            foreach (var firm in new[] { company, fresh })
            {
                Assert.Null((await firm.Harvest("ana", CreateSource(firm, step, now), now)).Problem);
                Assert.Equal(
                    right,
                    (await firm.Meetings())
                        .OrderBy(line => line.Meeting!.Occurrence)
                        .Select(line => $"{line.Meeting!.Start} {line.Meeting.CancelledAt is not null}"));
            }

            Assert.Equal((await fresh.Meetings()).Select(line => line.Id), (await company.Meetings()).Select(line => line.Id));
        }

        ISource CreateSource(TestCompany firm, int step, Instant now)
        {
            if (!byMail)
            {
                System.IO.File.WriteAllText(firm.PathTo("series.ics"), Calendar(InCalendar(zone, step)));
                return Ics.File(firm.PathTo("series.ics"), now);
            }

            for (var sent = 0; sent <= step; sent++)
            {
                var file = firm.PathTo("mails", sent.ToString(CultureInfo.InvariantCulture) + ".eml");
                if (!System.IO.File.Exists(file))
                    System.IO.File.WriteAllText(file, InMail(zone, sent));
            }

            return new EmlSource(firm.PathTo("mails"));
        }
    }

    [Fact]
    public async Task What_was_held_before_the_series_disappeared_stays_and_the_rest_goes()
    {
        await using var company = await TestCompany.Open();
        System.IO.File.WriteAllText(company.PathTo("series.ics"), Calendar(InCalendar("Europe/Vienna", 0)));
        var march = Instant.FromUtc(2026, 3, 11, 8, 0);
        await company.Harvest("ana", Ics.File(company.PathTo("series.ics"), march), march);
        System.IO.File.WriteAllText(company.PathTo("series.ics"), Calendar(Meeting("other")));
        await company.Harvest("ana", Ics.File(company.PathTo("series.ics"), march), march + Duration.FromHours(1));

        Assert.Equal(["Weekly", "other", "Weekly", "Weekly"], await company.Titles());
    }

    private static string[] InCalendar(string zone, int step)
    {
        var status = step == 4 ? "STATUS:CANCELLED" : "X-NOTHING:1";
        var events = new List<string> { Entry(zone, step == 4 ? 4 : 0, First, "RRULE:FREQ=WEEKLY;COUNT=8", status) };
        if (step >= 1)
            events.Add(Entry(zone, 1, First.PlusWeeks(2).PlusHours(5), Id(zone, 2), status));
        if (step >= 2)
            events.Add(Entry(zone, 2, First.PlusWeeks(3), Id(zone, 3), "STATUS:CANCELLED"));
        if (step >= 3)
            events.Add(Entry(zone, 3, First.PlusWeeks(4).PlusMinutes(90), Id(zone, 4, ";RANGE=THISANDFUTURE"), status));
        return [.. events];
    }

    private static string InMail(string zone, int step) => step switch
    {
        0 => Message("REQUEST", Entry(zone, 0, First, "RRULE:FREQ=WEEKLY;COUNT=8")),
        1 => Message("REQUEST", Entry(zone, 1, First.PlusWeeks(2).PlusHours(5), Id(zone, 2))),
        2 => Message("CANCEL", Entry(zone, 2, First.PlusWeeks(3), Id(zone, 3), "STATUS:CANCELLED")),
        3 => Message("REQUEST", Entry(zone, 3, First.PlusWeeks(4).PlusMinutes(90), Id(zone, 4, ";RANGE=THISANDFUTURE"))),
        _ => Message("CANCEL", Entry(zone, 4, First, "RRULE:FREQ=WEEKLY;COUNT=8", "STATUS:CANCELLED")),
    };

    private static string Message(string method, string entry) => CalendarMail("jane@acme.example", "ana@us.example", method, entry);

    private static string Id(string zone, int week, string range = "") =>
        $"RECURRENCE-ID;TZID={zone}{range}:{Local(First.PlusWeeks(week))}";

    private static string Entry(string zone, int version, LocalDateTime start, params string[] more) =>
        Event(
            "weekly",
            [
                "SUMMARY:Weekly",
                $"SEQUENCE:{version}",
                $"DTSTAMP:2026011{version}T080000Z",
                $"DTSTART;TZID={zone}:{Local(start)}",
                $"DTEND;TZID={zone}:{Local(start.PlusHours(1))}",
                "ORGANIZER:mailto:jane@acme.example",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example",
                .. more,
            ]);

    private static string Local(LocalDateTime time) => LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss").Format(time);
}
