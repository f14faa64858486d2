using System.Net;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Sources.Feeds;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Tests.Imap;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>Servers of calendars that fall silent, echo secrets, lead astray or send too much.</summary>
public sealed class CalendarServersInTrouble
{
    private const string Password = "correct horse/battery+staple";

    private static readonly WebLimits Short = new()
    {
        Silence = TimeSpan.FromMilliseconds(500),
        Whole = TimeSpan.FromSeconds(30),
        Bytes = 1 << 20,
    };

    [Theory]
    [InlineData("")]
    [InlineData(
        "HTTP/1.1 207 Multi-Status\r\nContent-Type: application/xml\r\nContent-Length: 5000\r\n\r\n<multistatus xmlns=\"DAV:\"><response>"
    )]
    public async Task A_CalDAV_server_that_falls_silent_ends_the_harvest_of_its_account_in_words(string beginning)
    {
        await using var server = RawServer.Saying(beginning);
        await using var company = await TestCompany.Open();

        var summary = await company.Harvest("ana", Open(server, out var sources));

        Assert.Matches("did not answer within 0.5 seconds|fell silent for 0.5 seconds", summary.Problem);
        Assert.False(summary.IsPermanent);
        sources.Dispose();
    }

    [Fact]
    public async Task A_published_calendar_that_stops_in_the_middle_ends_the_harvest_of_its_account_in_words()
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nBEGIN:VCALENDAR\r\n");
        await using var company = await TestCompany.Open();
        using var feeds = CalendarFeeds.Create(TimeProvider.System, Short);

        var summary = await company.Harvest("ana", Feed(feeds, $"http://127.0.0.1:{server.Port}/ana.ics"));

        Assert.Contains("fell silent for 0.5 seconds in the middle of its answer", summary.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 418 I know {0}")]
    [InlineData("HTTP/1.1 401 not {0}")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/{0}")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/{0}")]
    [InlineData("HTTP/1.1 207 Multi-Status\r\nContent-Type: text/xml")]
    public async Task A_secret_that_a_server_echoes_is_in_no_message_in_whatever_form(string head)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"ana:{Password}"));
        foreach (var form in new[] { Password, Uri.EscapeDataString(Password), basic })
        {
            var body = $"<{form.Replace(' ', '_').Replace('/', '_').Replace('+', '_').Replace('=', '_').Replace('%', '_')} {form}";
            await using var server = RawServer.Saying(
                $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, head, form)}\r\nContent-Length: {body.Length}\r\n"
                    + $"Connection: close\r\n\r\n{body}"
            );
            await using var company = await TestCompany.Open();

            var summary = await company.Harvest("ana", Open(server, out var sources));

            Assert.NotNull(summary.Problem);
            Assert.DoesNotContain(form, summary.Problem, StringComparison.Ordinal);
            sources.Dispose();
        }
    }

    [Fact]
    public async Task The_secret_part_of_a_feeds_address_is_in_no_message_though_its_server_quotes_it()
    {
        await using var server = RawServer.Saying("HTTP/1.1 404 there is no /private-0a1b2c3d4e5f/basic.ics\r\nContent-Length: 0\r\n\r\n");
        await using var company = await TestCompany.Open();
        using var feeds = CalendarFeeds.Create(TimeProvider.System, Short);

        var summary = await company.Harvest("ana", Feed(feeds, $"http://127.0.0.1:{server.Port}/private-0a1b2c3d4e5f/basic.ics"));

        Assert.Contains("no calendar at this address", summary.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("0a1b2c3d4e5f", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_elsewhere_that_sends_us_on_to_this_machine_is_not_followed_and_one_on_this_machine_is()
    {
        await using var calendar = RawServer.Saying($"HTTP/1.1 200 OK\r\nContent-Length: {Ics.Length}\r\nConnection: close\r\n\r\n{Ics}");
        await using var company = await TestCompany.Open();
        var reached = new ReachedHosts();
        using var elsewhere = new CalendarFeeds(
            new Redirecting($"https://localhost:{calendar.Port}/x.ics"),
            WebConnections.CreateForRedirects(TimeProvider.System, Short),
            reached
        );

        var summary = await company.Harvest("ana", Feed(elsewhere, "https://calendars.example/ana.ics"));

        Assert.Contains("localhost leads to this machine or its own network link", summary.Problem, StringComparison.Ordinal);
        Assert.Equal(0, calendar.Connections);

        await using var here = RawServer.Saying(
            $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{calendar.Port}/x.ics\r\nContent-Length: 0\r\n\r\n"
        );
        using var feeds = CalendarFeeds.Create(TimeProvider.System, Short);
        Assert.Null((await company.Harvest("here", Feed(feeds, $"http://127.0.0.1:{here.Port}/ana.ics"))).Problem);
        Assert.Equal(1, calendar.Connections);
    }

    [Fact]
    public async Task An_event_that_is_longer_than_any_answer_may_be_is_set_aside_and_the_others_are_read()
    {
        using var server = new RadicaleServer();
        var work = await server.NewCalendar("work");
        for (var number = 0; number < 5; number++)
            await server.Put(work, $"e{number}", Event(number, number == 3 ? new string('x', 3 << 20) : "short"));
        await using var company = await TestCompany.Open();
        using var sources = new CalDavSources(TimeProvider.System, Logins, Short with { Silence = TimeSpan.FromSeconds(30) });

        var summary = await company.Harvest("ana", sources.Open(Account(server.Root, CalDavServer.Password), Series, DateTimeZone.Utc));

        Assert.Equal((4, 1), (summary.New, summary.Quarantined));
        Assert.Contains("longer than 1 MB", Assert.Single(await company.Ledger.Quarantine(null, default)).Reason, StringComparison.Ordinal);
    }

    private static readonly string Ics = Event(1, "Tea");

    private static MailLogins Logins { get; } = new(new TestClock(TestCompany.Monday), TimeProvider.System);

    private static SeriesItems Series { get; } = new(
        new MeetingTranslation("ana", EmailAddress.Parse("ana@us.example"), TestCompany.Monday),
        new Interval(TestCompany.Monday - Duration.FromDays(60), TestCompany.Monday + Duration.FromDays(60)));

    private static CaldavAccount Account(Uri address, string password) =>
        new(
            "ana",
            new Spot(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1),
            address,
            EmailAddress.Parse("ana@us.example"),
            "ana",
            new Login.Password(new Secret(password)));

    private static CalDavSource Open(RawServer server, out CalDavSources sources)
    {
        sources = new CalDavSources(TimeProvider.System, Logins, Short);
        return sources.Open(Account(new Uri($"http://127.0.0.1:{server.Port}/"), Password), Series, DateTimeZone.Utc);
    }

    private static IcsFeedSource Feed(CalendarFeeds feeds, string address) =>
        new("ana", new CalendarFeed(feeds, new Uri(address)), new CalendarItems(Series), DateTimeZone.Utc, TestCompany.Monday);

    private static string Event(int number, string description) =>
        $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:event-{number}-2026-03@us.example\r\n"
            + $"DTSTAMP:20260101T000000Z\r\n"
        + $"DTSTART:2026030{number + 2}T090000Z\r\nDTEND:2026030{number + 2}T100000Z\r\nSUMMARY:Event {number}\r\n"
        + $"DESCRIPTION:{description}\r\n"
        + "ORGANIZER:mailto:ana@us.example\r\nATTENDEE:mailto:jane@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    private sealed class Redirecting(string location) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.Found);
            answer.Headers.Location = new Uri(location);
            return Task.FromResult(answer);
        }
    }
}
