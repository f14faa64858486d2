using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources;

public sealed class CalDavSourceTests(RadicaleServer server) : IClassFixture<RadicaleServer>
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 20, 8, 0);

    [Fact]
    public async Task Meetings_come_change_and_go_with_the_calendar()
    {
        await using var company = await TestCompany.Open();
        var work = await server.NewCalendar("work");
        await server.Put(work, "a", Event("a", "Tea"));
        await server.Put(work, "b", Event("b", "Weekly", "RRULE:FREQ=WEEKLY;COUNT=3"));

        var first = await company.Harvest("ana", Source(Now), Now);
        Assert.Null(first.Problem);
        Assert.Equal(["Tea", "Weekly", "Weekly", "Weekly"], (await company.Log()).Select(line => line.Subject).Order());

        var again = await company.Harvest("ana", Source(Now + Duration.FromHours(1)), Now + Duration.FromHours(1));
        Assert.Equal((0, 0), (again.New, again.Failed));

        await server.Put(work, "a", Event("a", "Coffee"));
        await company.Harvest("ana", Source(Now + Duration.FromHours(2)), Now + Duration.FromHours(2));
        Assert.Equal(["Coffee", "Weekly", "Weekly", "Weekly"], (await company.Log()).Select(line => line.Subject).Order());

        // Two of the three weeks are over when the series is last seen; they stay, the third goes.
        var march = Instant.FromUtc(2026, 3, 10, 8, 0);
        await server.Put(work, "b", Event("b", "Weekly", "RRULE:FREQ=WEEKLY;COUNT=3\r\nLOCATION:Elsewhere"));
        await company.Harvest("ana", Source(march), march);
        await server.Delete(new Uri(work, "b.ics"));
        await company.Harvest("ana", Source(march + Duration.FromHours(1)), march + Duration.FromHours(1));
        Assert.Equal(["Coffee", "Weekly", "Weekly"], (await company.Log()).Select(line => line.Subject).Order());
        await server.Delete(work);
    }

    [Fact]
    public async Task An_event_changed_back_is_read_again_and_one_moved_to_another_calendar_stays()
    {
        await using var company = await TestCompany.Open();
        var (first, second) = (await server.NewCalendar("first"), await server.NewCalendar("second"));
        await server.Put(first, "a", Event("changing", "Green"));
        await server.Put(first, "b", Event("moving", "Cake"));
        await Harvest(company, 0);
        foreach (var (hour, title) in new[] { (1, "Red"), (2, "Green") })
        {
            await server.Put(first, "a", Event("changing", title));
            Assert.Null((await Harvest(company, hour)).Problem);
            Assert.Contains(title, (await company.Log()).Select(line => line.Subject));
        }

        await server.Delete(new Uri(first, "b.ics"));
        await server.Put(second, "b", Event("moving", "Cake"));
        await Harvest(company, 3);
        Assert.Contains("Cake", (await company.Log()).Select(line => line.Subject));

        await server.Delete(second);
        Assert.Null((await Harvest(company, 4)).Problem);
        Assert.DoesNotContain("Cake", (await company.Log()).Select(line => line.Subject));
        await server.Delete(first);
    }

    [Fact]
    public async Task An_emptied_calendar_is_an_alarm_and_one_that_lost_most_is_believed_the_second_time()
    {
        await using var company = await TestCompany.Open();
        var many = await server.NewCalendar("many");
        for (var number = 0; number < 24; number++)
            await server.Put(many, $"e{number}", Event($"event{number}", $"Event {number}"));
        await Harvest(company, 0);
        for (var number = 2; number < 24; number++)
            await server.Delete(new Uri(many, $"e{number}.ics"));

        Assert.Contains("now shows 2", (await Harvest(company, 1)).Problem, StringComparison.Ordinal);
        Assert.Equal(24, (await company.Log()).Count(line => line.Subject!.StartsWith("Event", StringComparison.Ordinal)));
        Assert.Null((await Harvest(company, 2)).Problem);
        Assert.Equal(2, (await company.Log()).Count(line => line.Subject!.StartsWith("Event", StringComparison.Ordinal)));

        for (var number = 0; number < 6; number++)
            await server.Put(many, $"e{number}", Event($"event{number}", $"Event {number} again"));
        await Harvest(company, 3);
        for (var number = 0; number < 6; number++)
            await server.Delete(new Uri(many, $"e{number}.ics"));
        foreach (var hour in new[] { 4, 5 })
            Assert.Contains("suddenly empty", (await Harvest(company, hour)).Problem, StringComparison.Ordinal);
        Assert.Equal(6, (await company.Log()).Count(line => line.Subject!.EndsWith("again", StringComparison.Ordinal)));
        await server.Delete(many);
    }

    /// <summary>Tokens of one-second resolution miss what changes within the second (mail-servers.md).</summary>
    [Fact]
    public async Task What_the_token_of_a_server_missed_is_found_within_a_day()
    {
        await using var company = await TestCompany.Open();
        var work = await server.NewCalendar("work");
        await server.Put(work, "a", Event("a", "Tea"));
        await Harvest(company, 0);
        await server.Put(work, "a", Event("a", "Coffee"));

        // The token of a reader who comes after the change, in the place of ours.
        await using var late = await TestCompany.Open();
        await Harvest(late, 0);
        var theirs = await Folder(late, work);
        await company.Ledger.MoveCursor(
            await Folder(company, work), theirs.Cursor with { LastFullAt = Now }, CancellationToken.None);

        await Harvest(company, 23);
        Assert.Equal(["Tea"], (await company.Log()).Select(line => line.Subject));
        await Harvest(company, 25);
        Assert.Equal(["Coffee"], (await company.Log()).Select(line => line.Subject));
        await server.Delete(work);

        static async Task<FolderState> Folder(TestCompany company, Uri calendar) =>
            (await company.Ledger.Folders(await company.Accounts.Register("ana", "test", "ana@us.example", default), default))
                .Single(folder => folder.RemoteId == calendar.AbsolutePath);
    }

    [Fact]
    public async Task A_server_that_names_a_time_is_left_alone_until_then()
    {
        await using var company = await TestCompany.Open();
        var busy = new BusyServer();
        var problems = new List<string?>();
        foreach (var minutes in new[] { 0, 30, 51 })
        {
            var now = Now + Duration.FromMinutes(minutes);
            var source = new CalDavSource(
                "ana",
                new DavClient(new HttpClient(busy), new Uri("https://calendars.example/"), DavCredentials.Basic("ana", "secret")),
                Series(now), DateTimeZone.Utc);
            problems.Add((await company.Harvest("ana", source, now)).Problem);
        }

        Assert.All(problems, problem => Assert.Contains("fewer requests", problem, StringComparison.Ordinal));
        Assert.Contains("asked again after 2026-02-20 08:50 UTC", problems[1], StringComparison.Ordinal);
        Assert.Equal(2, busy.Asked);
    }

    [Fact]
    public async Task An_account_of_one_calendar_costs_one_request_when_nothing_changed_and_two_when_an_event_did()
    {
        await using var company = await TestCompany.Open();
        var only = await server.NewCalendar("only");
        for (var number = 0; number < 5; number++)
            await server.Put(only, $"e{number}", Event($"only{number}", $"Only {number}"));
        await Count(0);
        Assert.Equal(1, await Count(10));

        await server.Put(only, "e3", Event("only3", "Changed"));
        Assert.Equal(2, await Count(20));
        Assert.Contains("Changed", (await company.Log()).Select(line => line.Subject));
        await server.Delete(new Uri(only, "e4.ics"));
        Assert.Equal(1, await Count(30));
        Assert.DoesNotContain("Only 4", (await company.Log()).Select(line => line.Subject));
        await server.Delete(only);

        async Task<int> Count(int minutes)
        {
            var counter = new Counter();
            var now = Now + Duration.FromMinutes(minutes);
            Assert.Null((await company.Harvest("ana", Source(now, counter), now)).Problem);
            return counter.Asked;
        }
    }

    private Task<CrmSync.Worker.Harvest.HarvestSummary> Harvest(TestCompany company, int hour) =>
        company.Harvest("ana", Source(Now + Duration.FromHours(hour)), Now + Duration.FromHours(hour));

    private CalDavSource Source(Instant now, HttpMessageHandler? handler = null) =>
        new(
            "ana",
            new DavClient(
                new HttpClient(handler ?? WebConnections.Create(TimeProvider.System)),
                server.Root,
                DavCredentials.Basic(CalDavServer.User, CalDavServer.Password)),
            Series(now), DateTimeZone.Utc);

    private static Interval Window { get; } = new(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2026, 7, 1, 0, 0));

    private static SeriesItems Series(Instant now) => new(new MeetingTranslation("ana", EmailAddress.Parse("ana@us.example"), now), Window);

    private static string Event(string uid, string summary, string more = "X-NOTHING:1") => $"""
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Test//EN
        BEGIN:VEVENT
        UID:{uid}-2026-03@us.example
        DTSTAMP:20260101T000000Z
        DTSTART:20260302T090000Z
        DTEND:20260302T100000Z
        SUMMARY:{summary}
        ORGANIZER:mailto:ana@us.example
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:jane@acme.example
        {more}
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n");

    /// <summary>Counts what is answered: Python's small servers now and then close a connection without, and are asked again.</summary>
    private sealed class Counter() : DelegatingHandler(WebConnections.Create(TimeProvider.System))
    {
        public int Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            Asked++;
            return answer;
        }
    }

    /// <summary>Wants to be left alone for fifty minutes, whatever it is asked.</summary>
    private sealed class BusyServer : HttpMessageHandler
    {
        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            var answer = new HttpResponseMessage(System.Net.HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromMinutes(50));
            return Task.FromResult(answer);
        }
    }
}
