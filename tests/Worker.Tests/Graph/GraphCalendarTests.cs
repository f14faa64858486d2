using System.Text.Json.Nodes;
using CrmSync.Domain.Log;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>The calendar of a mailbox in a Graph of ours (event-delta, delta-query-events, event-list-instances).</summary>
public sealed class GraphCalendarTests
{
    private const string SeriesUid =
        "040000008200E00074C5B7101A82E00800000000A0B1C2D3E4F5A601000000000000000010000000AABBCCDDEEFF00112233445566778899";
    private static readonly Instant Tuesday = Instant.FromUtc(2026, 3, 3, 10, 0);

    [Fact]
    public async Task The_copies_of_organiser_and_attendee_are_one_meeting_with_both_answers_and_no_rooms()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var ben = graph.Service.AddMailbox("ben@us.example");
        ana.Put("E1", Event(Tuesday, "uid-1-of-a-long-meeting", "Review", online: true));
        ben.Put("e1", Event(Tuesday, "uid-1-of-a-long-meeting", "Review", response: "accepted", online: true));

        Assert.Equal(1, (await graph.Harvest(ana)).New);
        Assert.Equal(1, (await graph.Harvest(ben)).Known);

        var meeting = Assert.Single(await graph.Company.Log());
        Assert.Equal((InteractionKind.Meeting, "Review", Tuesday), (meeting.Kind, meeting.Subject, meeting.At));
        Assert.Equal(["graph:ana@us.example", "graph:ben@us.example"], meeting.Accounts);
        Assert.Equal(
            ["ana@us.example", "ben@us.example", "jane@acme.example"],
            meeting.Participants.Select(p => p.Address.Value).Order(StringComparer.Ordinal));
        Assert.Equal(MeetingResponse.Accepted, meeting.Participants.Single(p => p.Address.Value == "ben@us.example").Response);
    }

    [Fact]
    public async Task Occurrences_take_from_their_master_what_they_do_not_say_and_exceptions_and_deleted_ones_are_followed()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Put("M", Event(Tuesday, SeriesUid, "Weekly", type: "seriesMaster"));
        for (var week = 0; week < 5; week++)
            ana.Put($"O{week}", Occurrence(week));

        Assert.Equal(1, (await graph.Harvest(ana)).New);
        var log = await graph.Company.Log();
        Assert.Equal(5, log.Count);
        Assert.All(log, m => Assert.Equal(("Weekly", SeriesUid), (m.Subject, m.Meeting!.Uid)));

        // One is deleted, which nobody announces; one moves; one is cancelled.
        ana.DeleteEvent("O4");
        var moved = Event(Tuesday + Duration.FromDays(7) + Duration.FromHours(3), SeriesUid, "Weekly, later", type: "exception");
        (moved["seriesMasterId"], moved["originalStart"]) = ("M", Text(Tuesday + Duration.FromDays(7)) + "Z");
        ana.Put("O1", moved);
        var cancelled = Occurrence(2);
        (cancelled["type"], cancelled["isCancelled"], cancelled["subject"]) = ("exception", true, "Cancelled: Weekly");
        ana.Put("O2", cancelled);
        await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(1));

        log = [.. (await graph.Company.Log()).OrderBy(m => m.At)];
        Assert.Equal(4, log.Count);
        Assert.Equal(
            (Tuesday + Duration.FromDays(7), Tuesday + Duration.FromDays(7) + Duration.FromHours(3)),
            (log[1].Meeting!.Occurrence, log[1].At));
        Assert.Equal("Weekly, later", log[1].Subject);
        Assert.NotNull(log[2].Meeting!.CancelledAt);
        Assert.Null(log[3].Meeting!.CancelledAt);

        ana.DeleteEvent("M");
        await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(2));
        Assert.Empty(await graph.Company.Log());
    }

    [Fact]
    public async Task A_private_event_shows_nothing_and_an_odd_one_stops_no_other()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var secret = Event(Tuesday, "uid-2-of-a-long-meeting", "Doctor");
        secret["sensitivity"] = "private";
        ana.Put("P", secret);

        // Seen in the field: no subject, no organiser's address, attendees without an address, a custom zone, the year 1 as original start.
        var odd = Event(Tuesday, "uid-3-of-a-long-meeting", "Odd");
        (odd["subject"], odd["originalStart"], odd["attendees"]) = (
            null,
            "0001-01-01T00:00:00Z",
            new JsonArray(new JsonObject { ["type"] = "required" }));
        (odd["organizer"], odd["start"]!["timeZone"]) = (
            new JsonObject { ["emailAddress"] = new JsonObject { ["name"] = "Nobody" } },
            "tzone://Microsoft/Custom"
        );
        ana.Put("O", odd);
        ana.Put("F", Event(Tuesday, "uid-4-of-a-long-meeting", "Fine"));

        var summary = await graph.Harvest(ana);

        Assert.Equal((0, null), (summary.Failed, summary.Problem));
        var log = await graph.Company.Log();
        Assert.DoesNotContain(log, m => m.Subject == "Doctor" || m.Meeting!.Uid == "uid-2-of-a-long-meeting");
        Assert.Contains(log, m => m.Subject == "Fine");
    }

    [Fact]
    public async Task An_expired_link_and_another_month_list_the_calendar_anew_and_double_nothing()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Put("E", Event(Tuesday, "uid-1-of-a-long-meeting", "Review"));
        await graph.Harvest(ana);

        graph.Service.ExpireLinks();
        Assert.Equal((0, null), Told(await graph.Harvest(ana)));
        Assert.Equal((0, null), Told(await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromDays(40))));
        Assert.Single(await graph.Company.Log());

        ana.DeleteEvent("E");
        ana.Put("N", Event(Tuesday + Duration.FromDays(60), "uid-9-of-a-long-meeting", "New"));
        await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromDays(41));
        Assert.Contains(await graph.Company.Log(), m => m.Subject == "New");

        static (int, string?) Told(CrmSync.Worker.Harvest.HarvestSummary summary) => (summary.New, summary.Problem);
    }

    private static JsonObject Occurrence(int week)
    {
        var occurrence = Event(Tuesday + Duration.FromDays(7 * week), SeriesUid, "Weekly", type: "occurrence");
        (occurrence["seriesMasterId"], occurrence["originalStart"]) = ("M", Text(Tuesday + Duration.FromDays(7 * week)) + "Z");
        return occurrence;
    }

    internal static JsonObject Event(
        Instant start,
        string uid,
        string subject,
        string type = "singleInstance",
        string response = "none",
        bool online = false) =>
        new()
        {
            ["@odata.type"] = "#microsoft.graph.event",
            ["subject"] = subject,
            ["iCalUId"] = uid,
            ["type"] = type,
            ["isCancelled"] = false,
            ["isAllDay"] = false,
            ["sensitivity"] = "normal",
            ["isOnlineMeeting"] = online,
            ["lastModifiedDateTime"] = "2026-03-01T08:00:00Z",
            ["originalStartTimeZone"] = "W. Europe Standard Time",
            ["start"] = new JsonObject { ["dateTime"] = Text(start), ["timeZone"] = "UTC" },
            ["end"] = new JsonObject { ["dateTime"] = Text(start + Duration.FromHours(1)), ["timeZone"] = "UTC" },
            ["organizer"] = Person("Ana", "ana@us.example"),
            ["responseStatus"] = new JsonObject { ["response"] = response, ["time"] = "0001-01-01T00:00:00Z" },
            ["attendees"] = new JsonArray(
                Attendee("Ben", "ben@us.example"),
                Attendee("Jane", "jane@acme.example"),
                Attendee("Room 1", "room1@us.example", "resource")),
        };

    private static JsonObject Attendee(string name, string address, string type = "required")
    {
        var attendee = Person(name, address);
        (attendee["type"], attendee["status"]) = (type, new JsonObject { ["response"] = "none", ["time"] = "0001-01-01T00:00:00Z" });
        return attendee;
    }

    private static JsonObject Person(string name, string address) =>
        new()
        {
            ["emailAddress"] = new JsonObject { ["name"] = name, ["address"] = address },
        };

    private static string Text(Instant moment) =>
        moment.InUtc().ToString("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.0000000'", System.Globalization.CultureInfo.InvariantCulture);
}
