using CrmSync.Domain.Log;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Graph.GraphCalendarTests;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>A mailbox with calendars of its own beside the one it has of itself, and with some that colleagues share.</summary>
public sealed class SeveralCalendarsTests
{
    private const string Review = "uid-1-of-a-long-meeting";
    private static readonly Instant Tuesday = Instant.FromUtc(2026, 3, 3, 10, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_meeting_of_another_calendar_is_read_followed_and_gone_whether_or_not_it_tells_changes(bool tellsChanges)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var projects = Add(ana, "C1+=", "Projekte", tellsChanges: tellsChanges);
        ana.Put("E", Event(Tuesday, "uid-2-of-a-long-meeting", "In its own"));
        ana.Put("P", Event(Tuesday, Review, "Review"), projects);
        ana.Put("M", Event(Tuesday, "uid-3-of-a-long-meeting", "Weekly", type: "seriesMaster"), projects);
        foreach (var week in new[] { 0, 1 })
        {
            var one = Event(Tuesday + Duration.FromDays(7 * week), "uid-3-of-a-long-meeting", "Weekly", type: "occurrence");
            one["seriesMasterId"] = "M";
            ana.Put($"O{week}", one, projects);
        }

        var summary = await graph.Harvest(ana);
        Assert.Equal((3, null), (summary.New, summary.Problem));
        Assert.Equal(["In its own", "Review", "Weekly", "Weekly"], await Subjects(graph));
        Assert.Equal((0, null), await Told(graph, ana, hours: 1));

        ana.Put("P", Event(Tuesday + Duration.FromHours(2), Review, "Review, later"), projects);
        await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(2));
        Assert.Equal(["In its own", "Review, later", "Weekly", "Weekly"], await Subjects(graph));

        ana.DeleteEvent("M");
        await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(3));
        Assert.Equal(["In its own", "Review, later"], await Subjects(graph));
    }

    [Fact]
    public async Task A_meeting_in_two_calendars_is_one_and_stays_while_it_is_in_either()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var projects = Add(ana, "C1", "Projekte");
        var team = Add(ana, "C2", "Team", owner: "ben@us.example");
        ana.Put("E", Event(Tuesday, Review, "Review"));
        ana.Put("P", Event(Tuesday, Review, "Review"), projects);
        ana.Put("T", Event(Tuesday, Review, "Review"), team);

        Assert.Equal((1, null), await Told(graph, ana, hours: 0));
        Assert.Equal("Review", Assert.Single(await graph.Company.Log()).Subject);

        ana.DeleteEvent("P");
        await Told(graph, ana, hours: 1);
        Assert.Single(await graph.Company.Log());

        // The first has it no more: what the next says of it counts.
        ana.Put("T", Event(Tuesday, Review, "Review with all"), team);
        ana.DeleteEvent("E");
        await Told(graph, ana, hours: 2);
        Assert.Equal(["Review with all"], await Subjects(graph));

        ana.DeleteEvent("T");
        await Told(graph, ana, hours: 3);
        Assert.Empty(await graph.Company.Log());
    }

    [Fact]
    public async Task What_a_colleague_shares_and_their_own_mailbox_says_is_one_meeting_with_the_colleagues_answer()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var ben = graph.Service.AddMailbox("ben@us.example");
        ana.Put("S", Event(Tuesday, Review, "Review", response: "accepted"), Add(ana, "C1", "Ben", owner: "ben@us.example"));
        ben.Put("B", Event(Tuesday, Review, "Review", response: "accepted"));

        Assert.Equal(1, (await graph.Harvest(ana)).New);
        Assert.Equal(1, (await graph.Harvest(ben)).Known);
        var meeting = Assert.Single(await graph.Company.Log());
        Assert.Equal(["graph:ana@us.example", "graph:ben@us.example"], meeting.Accounts);
        Assert.Equal(MeetingResponse.Accepted, meeting.Participants.Single(p => p.Address.Value == "ben@us.example").Response);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_shared_calendar_that_the_app_may_not_read_is_counted_and_troubles_nobody(int status)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        Add(ana, "C1", "Ben", owner: "ben@us.example").Refused = status;
        ana.Put("E", Event(Tuesday, Review, "Review"));

        var summary = await graph.Harvest(ana);

        Assert.Equal((1, 1, null), (summary.New, summary.Skipped, summary.Problem));
    }

    [Fact]
    public async Task A_calendar_of_the_mailbox_itself_that_is_refused_says_so_and_the_others_are_read()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        Add(ana, "C1", "Projekte").Refused = 403;
        ana.Put("E", Event(Tuesday, Review, "Review"));
        ana.Put("T", Event(Tuesday, "uid-2-of-a-long-meeting", "Team"), Add(ana, "C2", "Team"));

        var summary = await graph.Harvest(ana);

        Assert.Equal(2, summary.New);
        Assert.Contains("graph:ana@us.example: Projekte", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calendar_that_is_removed_takes_its_meetings_with_it_and_one_that_moves_into_another_stays()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var projects = Add(ana, "C1", "Projekte");
        ana.Put("P", Event(Tuesday, Review, "Review"), projects);
        ana.Put("Q", Event(Tuesday, "uid-2-of-a-long-meeting", "Kickoff"), projects);
        Assert.Equal((2, null), await Told(graph, ana, hours: 0));

        ana.Put("E", Event(Tuesday, Review, "Review"));
        ana.Calendars.Clear();
        await Told(graph, ana, hours: 1);
        Assert.Equal(["Review"], await Subjects(graph));

        await Told(graph, ana, hours: 2);
        Assert.Equal(["Review"], await Subjects(graph));
    }

    [Fact]
    public async Task Calendars_are_left_out_by_name_and_the_one_of_the_mailbox_never_counts_twice()
    {
        await using var graph = await GraphCompany.Open();
        graph.Choice = new GraphChoice([], ["Privat"]);
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var number = 0; number < 7; number++)
        {
            var calendar = Add(ana, $"C{number}", $"Nr. {number}");
            ana.Put($"E{number}", Event(Tuesday, $"uid-{number}-of-a-long-meeting", $"Number {number}"), calendar);
        }

        ana.Put("P", Event(Tuesday, "uid-9-of-a-long-meeting", "Doctor"), Add(ana, "C9", "privat"));

        // user-list-calendars gives them page by page.
        Assert.Equal((7, null), await Told(graph, ana, hours: 0));
        Assert.DoesNotContain("Doctor", await Subjects(graph));
        graph.Service.Forget();
        Assert.Equal((0, null), await Told(graph, ana, hours: 1));
        Assert.True(graph.Service.Seen.Count(request => !request.InBatch) <= 5, string.Join('\n', graph.Service.Seen));
    }

    [Fact]
    public async Task Killed_between_any_two_requests_the_meetings_of_all_calendars_are_the_same()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var (projects, team) = (Add(ana, "C1", "Projekte", tellsChanges: false), Add(ana, "C2", "Team"));
        for (var number = 0; number < 6; number++)
        {
            var calendar = (number % 3) switch { 0 => null, 1 => projects, _ => team };
            ana.Put($"E{number}", Event(Tuesday, $"uid-{number}-of-a-long-meeting", $"Number {number}"), calendar);
        }

        ana.Put("X", Event(Tuesday, "uid-0-of-a-long-meeting", "Number 0"), team);
        for (var death = 1; death <= 10; death++)
        {
            var left = death;
            graph.Service.Faults = (_, _) => --left < 0 ? Fault.Cut : Fault.None;
            await graph.Harvest(ana);
            graph.Restart();
        }

        graph.Service.Faults = null;
        Assert.Null((await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(1))).Problem);
        Assert.Equal(Enumerable.Range(0, 6).Select(number => $"Number {number}"), await Subjects(graph));
    }

    private static GraphTestCalendar Add(
        GraphTestMailbox mailbox, string id, string name, string? owner = null, bool tellsChanges = true)
    {
        var calendar = new GraphTestCalendar(id, name) { Owner = owner, TellsChanges = tellsChanges };
        mailbox.Calendars.Add(calendar);
        return calendar;
    }

    private static async Task<(int, string?)> Told(GraphCompany graph, GraphTestMailbox mailbox, int hours)
    {
        var summary = await graph.Harvest(mailbox, now: TestCompany.Monday + Duration.FromHours(hours));
        return (summary.New, summary.Problem);
    }

    private static async Task<IEnumerable<string?>> Subjects(GraphCompany graph) =>
        (await graph.Company.Log()).Select(meeting => meeting.Subject).Order(StringComparer.Ordinal);
}
