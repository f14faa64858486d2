using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Xml.Linq;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.CalDav;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources.CalDav;

/// <summary>What servers do that the real ones at hand do not.</summary>
public sealed class DavClientTests
{
    private static readonly Uri Address = new("https://dav.bright.example/ana/");
    private static readonly CalDavCalendar Calendar = new()
    {
        Address = new Uri("https://dav.bright.example/ana/work/"),
        Name = "work",
        CanSync = true,
    };

    [Theory]
    [InlineData(401, MailFailure.Auth, "check `user` and `password`")]
    [InlineData(403, MailFailure.Config, "ask for access")]
    [InlineData(404, MailFailure.Permanent, "check the address")]
    [InlineData(405, MailFailure.Permanent, "no CalDAV address")]
    [InlineData(429, MailFailure.Throttled, "fewer requests")]
    [InlineData(500, MailFailure.Network, "usually passes")]
    [InlineData(503, MailFailure.Throttled, "fewer requests")]
    public async Task A_refusal_is_told_in_words_with_its_remedy(int status, MailFailure failure, string words)
    {
        var error = await Fails(new CannedHandler(_ => CannedHandler.Answer((HttpStatusCode)status)));
        Assert.Equal(failure, error.Failure);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("correct-horse", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_a_server_wants_to_be_left_alone_is_told()
    {
        var error = await Fails(new CannedHandler(_ =>
        {
            var answer = CannedHandler.Answer(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(90));
            return answer;
        }));
        Assert.Equal(Duration.FromSeconds(90), error.RetryAfter);
    }

    [Fact]
    public async Task A_web_page_is_told_from_a_calendar()
    {
        var error = await Fails(
            new CannedHandler(_ => CannedHandler.Answer(HttpStatusCode.OK, "<html>Please sign in</html>", "text/html")));
        Assert.Equal(MailFailure.Config, error.Failure);
        Assert.Contains("web page", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task XML_that_is_broken_is_a_fault_of_the_server() =>
        Assert.Equal(
            MailFailure.Protocol,
            (
                await Fails(
                    new CannedHandler(_ => CannedHandler.Answer(HttpStatusCode.MultiStatus, "<multistatus xmlns=\"DAV:\"><response>")))
            ).Failure);

    [Fact]
    public async Task A_server_that_cannot_be_reached_may_be_tried_again()
    {
        var error = await Fails(
            new CannedHandler(_ => throw new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused))));
        Assert.True(error is { Failure: MailFailure.Network, ConnectionLost: true });
    }

    [Fact]
    public async Task A_password_goes_over_https_only()
    {
        var handler = new CannedHandler(_ => CannedHandler.Multi(""));
        var dav = new DavClient(
            new HttpClient(handler),
            new Uri("http://dav.bright.example/"),
            DavCredentials.Basic("ana", "correct-horse"));
        var error = await Assert.ThrowsAsync<MailServerException>(() => new CalDavClient(dav).Discover(CancellationToken.None));
        Assert.Equal(MailFailure.Config, error.Failure);
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task A_redirect_is_followed_but_the_password_stays_with_its_host()
    {
        var handler = new CannedHandler(
            _ => Redirect("https://elsewhere.example/ana/"),
            _ => CannedHandler.Multi(CannedHandler.Found("/ana/a.ics", "\"1\"")));
        await Client(handler).List(Calendar, CancellationToken.None);
        Assert.NotNull(handler.Requests[0].Authorization);
        Assert.Equal(("elsewhere.example", null), (handler.Requests[1].Address.Host, handler.Requests[1].Authorization));
        Assert.Equal("PROPFIND", handler.Requests[1].Method);
    }

    [Theory]
    [InlineData("http://dav.bright.example/ana/", "not https")]
    [InlineData("https://dav.bright.example/ana/work/", "on and on")]
    public async Task A_redirect_out_of_https_or_without_end_is_refused(string location, string words)
    {
        var error = await Fails(new CannedHandler(_ => Redirect(location)));
        Assert.Equal(MailFailure.Config, error.Failure);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once()
    {
        var handler = new CannedHandler(_ => CannedHandler.Answer(HttpStatusCode.Unauthorized), _ => CannedHandler.Multi(""));
        var dav = new DavClient(
            new HttpClient(handler),
            Address,
            DavCredentials.Bearer((renew, _) => Task.FromResult(renew ? "new" : "old")));
        await new CalDavClient(dav).List(Calendar, CancellationToken.None);
        Assert.Equal(["Bearer old", "Bearer new"], handler.Requests.Select(request => request.Authorization));
    }

    [Fact]
    public async Task A_truncated_answer_is_asked_on_for_until_it_is_whole()
    {
        var handler = new CannedHandler(
            _ => CannedHandler.Multi(CannedHandler.Found("/ana/work/a.ics", "\"1\"") + CannedHandler.Status("/ana/work/", 507), "token-1"),
            _ =>
                CannedHandler.Multi(
                    CannedHandler.Found("/ana/work/b.ics", "\"1\"")
                        + CannedHandler.Status("/ana/work/a.ics", 404)
                        + CannedHandler.Status("/ana/work/", 507),
                    "token-2"),
            _ => CannedHandler.Multi(CannedHandler.Found("/ana/work/c.ics", "\"1\""), "token-3"));
        var delta = await Client(handler).Changes(Calendar, null, CancellationToken.None);
        Assert.Equal(["/ana/work/b.ics", "/ana/work/c.ics"], delta!.Changed.Select(tag => tag.Path).Order(StringComparer.Ordinal));
        Assert.Equal("/ana/work/a.ics", Assert.Single(delta.Gone));
        Assert.Equal("token-3", delta.Token);
        Assert.Contains("token-2", handler.Requests[2].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("limit", handler.Requests[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(412)]
    [InlineData(415)]
    public async Task A_refused_token_leads_to_all_objects_and_a_comparison(int status)
    {
        var handler = new CannedHandler(
            _ => CannedHandler.Answer((HttpStatusCode)status, "<error xmlns=\"DAV:\"><valid-sync-token/></error>"),
            _ =>
                CannedHandler.Multi(
                    CannedHandler.Found("/ana/work/a.ics", "\"2\"") + CannedHandler.Found("/ana/work/b.ics", "\"1\""),
                    "new"));
        var known = new Dictionary<string, string?>
        {
            ["/ana/work/a.ics"] = "\"1\"",
            ["/ana/work/b.ics"] = "\"1\"",
            ["/ana/work/c.ics"] = "\"1\"",
        };
        var changes = await new CalDavPoll(Client(handler)).Changes(
            Calendar,
            new CalDavCursor("old", null),
            known,
            audit: false,
            CancellationToken.None);
        Assert.Equal("/ana/work/a.ics", Assert.Single(changes.Changed).Path);
        Assert.Equal("/ana/work/c.ics", Assert.Single(changes.Gone));
        Assert.Equal(("new", 2), (changes.Cursor.SyncToken, changes.Total));
    }

    [Fact]
    public async Task A_server_without_tokens_is_read_by_its_change_tag_and_then_by_all_tags()
    {
        var handler = new CannedHandler(_ => CannedHandler.Multi(CannedHandler.Found("/ana/work/a.ics", "\"2\"")));
        var calendar = Calendar with { CanSync = false, ChangeTag = "17" };
        var known = new Dictionary<string, string?> { ["/ana/work/a.ics"] = "\"1\"" };
        var poll = new CalDavPoll(Client(handler));
        Assert.Empty((await poll.Changes(calendar, new CalDavCursor(null, "17"), known, audit: false, CancellationToken.None)).Changed);
        Assert.Empty(handler.Requests);
        Assert.Single((await poll.Changes(calendar, new CalDavCursor(null, "16"), known, audit: false, CancellationToken.None)).Changed);
    }

    [Fact]
    public async Task What_a_multiget_is_silent_about_is_asked_for_by_itself_and_not_taken_as_gone()
    {
        var handler = new CannedHandler(
            _ => CannedHandler.Multi(CannedHandler.Status("/ana/work/b.ics", 404)),
            _ => CannedHandler.Answer(HttpStatusCode.OK, "BEGIN:VCALENDAR", "text/calendar"));
        var objects = new List<CalDavObject>();
        await foreach (
            var item in Client(handler)
                .Fetch(Calendar, [new CalDavTag("/ana/work/a.ics", null), new CalDavTag("/ana/work/b.ics", null)], CancellationToken.None)
        )
            objects.Add(item);
        Assert.Equal(
            [("/ana/work/b.ics", null), ("/ana/work/a.ics", "BEGIN:VCALENDAR")],
            objects.Select(item => (item.Path, item.Content)));
    }

    [Fact]
    public async Task Mailboxes_of_the_scheduler_trash_subscriptions_and_task_lists_are_not_read_and_it_is_said_why()
    {
        const string Listing = """
            <response><href>/ana/</href>
            <propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>/ana/work/</href>
            <propstat><prop><resourcetype><collection/><c:calendar/></resourcetype><displayname>Work</displayname>
              <c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>
              <supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set></prop>
              <status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>/ana/inbox/</href>
            <propstat><prop><resourcetype><collection/><c:schedule-inbox/></resourcetype></prop>
              <status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>/ana/tasks/</href><propstat><prop><resourcetype><collection/><c:calendar/></resourcetype>
              <c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set></prop>
              <status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>/ana/holidays/</href>
            <propstat><prop><resourcetype><collection/><subscribed xmlns="http://calendarserver.org/ns/"/></resourcetype></prop>
              <status>HTTP/1.1 200 OK</status></propstat></response>
            <response><href>/ana/old/</href>
            <propstat><prop><resourcetype><collection/><c:calendar/>
                <deleted-calendar xmlns="http://nextcloud.com/ns"/></resourcetype></prop>
              <status>HTTP/1.1 200 OK</status></propstat></response>
            """;
        var calendars = await Client(new CannedHandler(_ => CannedHandler.Multi(Listing))).Calendars([Address], CancellationToken.None);
        var work = Assert.Single(calendars, calendar => calendar.SkipReason is null);
        Assert.Equal(("Work", true), (work.Name, work.CanSync));
        Assert.Equal(
            ["holidays", "inbox", "old", "tasks"],
            calendars.Where(calendar => calendar.SkipReason is not null).Select(calendar => calendar.Name).Order());
    }

    [Fact]
    public async Task The_home_may_lie_on_a_host_beside_and_the_password_goes_there_too()
    {
        var handler = new CannedHandler(
            _ =>
                CannedHandler.Multi(
                    "<response><href>/</href><propstat>"
                        + "<prop><current-user-principal><href>/p/</href></current-user-principal></prop>"
                        + "<status>HTTP/1.1 200 OK</status></propstat></response>"
                ),
            _ =>
                CannedHandler.Multi(
                    "<response><href>/p/</href><propstat>"
                        + "<prop><c:calendar-home-set><href>https://p12-dav.bright.example/1/</href></c:calendar-home-set></prop>"
                        + "<status>HTTP/1.1 200 OK</status></propstat></response>"
                ),
            _ => CannedHandler.Multi(""));
        var client = Client(handler);
        var homes = await client.Discover(CancellationToken.None);
        await client.Calendars(homes, CancellationToken.None);
        Assert.Equal("p12-dav.bright.example", Assert.Single(homes).Host);
        Assert.NotNull(handler.Requests[2].Authorization);
    }

    [Fact]
    public async Task Five_thousand_events_take_at_most_twelve_requests_a_thousand_then_one_when_nothing_changed_and_two_for_a_change()
    {
        using var server = new SmallServer(5_000);
        using var counting = new CountingHandler(server);
        var client = Client(counting);
        var calendar = Assert.Single(await client.Calendars(await client.Discover(CancellationToken.None), CancellationToken.None));
        var poll = new CalDavPoll(client);
        var first = await poll.Changes(calendar, null, new Dictionary<string, string?>(), audit: false, CancellationToken.None);
        var known = await Fetch(first);
        Assert.Equal(5_000, known.Count);
        Assert.InRange(counting.Take(), 1, 60);

        // As it is remembered between polls: without the state it was listed in.
        calendar = calendar with { SyncToken = null, ChangeTag = null };
        Assert.Empty((await poll.Changes(calendar, first.Cursor, known, audit: false, CancellationToken.None)).Changed);
        Assert.Equal(1, counting.Take());

        server.Change(17);
        Assert.Single(await Fetch(await poll.Changes(calendar, first.Cursor, known, audit: false, CancellationToken.None)));
        Assert.Equal(2, counting.Take());

        async Task<Dictionary<string, string?>> Fetch(CalDavChanges changes)
        {
            var tags = new Dictionary<string, string?>();
            await foreach (var item in client.Fetch(calendar, changes.Changed, CancellationToken.None))
                tags.Add(item.Path, item.ETag);
            return tags;
        }
    }

    private static HttpResponseMessage Redirect(string location)
    {
        var answer = CannedHandler.Answer(HttpStatusCode.MovedPermanently);
        answer.Headers.Location = new Uri(location);
        return answer;
    }

    private static CalDavClient Client(HttpMessageHandler handler) =>
        new(new DavClient(new HttpClient(handler), Address, DavCredentials.Basic("ana", "correct-horse")));

    private static Task<MailServerException> Fails(CannedHandler handler) =>
        Assert.ThrowsAsync<MailServerException>(() => Client(handler).List(Calendar, CancellationToken.None));

    /// <summary>One calendar with many events, in memory: the real servers at hand need a minute to look at so many.</summary>
    private sealed class SmallServer(int count) : HttpMessageHandler
    {
        private readonly int[] versions = new int[count];
        private int state = 1;

        public void Change(int number) => versions[number] = ++state;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = XDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            return body.Root!.Name.LocalName switch
            {
                "propfind" => CannedHandler.Multi("""
                    <response><href>/ana/work/</href>
                    <propstat><prop><resourcetype><collection/><c:calendar/></resourcetype>
                    <supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set>
                    </prop><status>HTTP/1.1 200 OK</status></propstat></response>
                    """),
                "sync-collection" => CannedHandler.Multi(
                    string.Concat(
                        Enumerable
                            .Range(0, count)
                            .Where(number => versions[number] >= Since(body))
                            .Select(number => CannedHandler.Found(Path(number), Tag(number)))),
                    $"{state + 1}"),
                _ => CannedHandler.Multi(
                    string.Concat(
                        body.Descendants(XName.Get("href", "DAV:"))
                            .Select(href => int.Parse(href.Value[11..^4], CultureInfo.InvariantCulture))
                            .Select(number =>
                                $"<response><href>{Path(number)}</href><propstat><prop><getetag>{Tag(number)}</getetag>"
                                    + "<c:calendar-data>BEGIN:VCALENDAR</c:calendar-data></prop>"
                                    + "<status>HTTP/1.1 200 OK</status></propstat></response>"
                            ))),
            };
        }

        private static int Since(XDocument body) =>
            int.TryParse(
                body.Descendants(XName.Get("sync-token", "DAV:")).First().Value,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var token)
                ? token
                : 0;

        private static string Path(int number) => $"/ana/work/e{number}.ics";

        private string Tag(int number) => $"\"{versions[number]}\"";
    }
}
