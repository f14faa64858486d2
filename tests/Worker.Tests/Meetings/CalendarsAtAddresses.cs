using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Feeds;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class CalendarsAtAddresses : IAsyncLifetime
{
    private readonly List<HttpRequestMessage> asked = [];
    private TestCompany company = null!;
    private Instant now = Instant.FromUtc(2026, 2, 20, 8, 0);

    [Fact]
    public async Task A_calendar_is_fetched_again_only_when_it_has_changed()
    {
        var (content, tag) = (Calendar(Meeting("Tea")), "\"1\"");
        HttpResponseMessage Serve(HttpRequestMessage request)
        {
            if (request.Headers.TryGetValues("If-None-Match", out var known) && known.Single() == tag)
                return new HttpResponseMessage(HttpStatusCode.NotModified);

            var answer = Ok(content);
            answer.Headers.ETag = new EntityTagHeaderValue(tag);
            answer.Content.Headers.LastModified = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
            return answer;
        }

        Assert.Equal(1, (await Harvest(Serve)).New);
        Assert.Equal((0, 1), await Harvest(Serve) is var again ? (again.New, again.Known) : default);
        Assert.Equal("Sun, 01 Feb 2026 00:00:00 GMT", asked[1].Headers.GetValues("If-Modified-Since").Single());

        (content, tag) = (Calendar(Meeting("Coffee")), "\"2\"");
        await Harvest(Serve);
        Assert.Equal(["Coffee"], await company.Titles());
        Assert.Equal(3, asked.Count);
    }

    [Theory]
    [InlineData(401, "asks for a login", true)]
    [InlineData(403, "does not let us read", true)]
    [InlineData(404, "no calendar at this address", true)]
    [InlineData(410, "no calendar at this address", true)]
    [InlineData(418, "refuses the request", false)]
    [InlineData(500, "a fault of its own", false)]
    public async Task A_refusal_is_told_in_words_and_nothing_is_lost(int status, string words, bool permanent)
    {
        await Harvest(_ => Ok(Calendar(Many(10))));
        var refused = await Harvest(_ => new HttpResponseMessage((HttpStatusCode)status));

        Assert.Contains(words, refused.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(permanent, refused.IsPermanent);
        Assert.Equal(10, (await company.Meetings()).Count);
        Assert.Null((await Harvest(_ => Ok(Calendar(Many(11))))).Problem);
        Assert.Equal(11, (await company.Meetings()).Count);
    }

    [Fact]
    public async Task A_server_that_names_a_time_is_left_alone_until_then()
    {
        HttpResponseMessage Busy(HttpRequestMessage request)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromMinutes(50));
            return answer;
        }

        await Harvest(Busy, Duration.FromMinutes(1));
        var left = await Harvest(Busy, Duration.FromMinutes(30));
        Assert.Contains("fewer requests", left.Problem, StringComparison.Ordinal);
        Assert.Contains("asked again after 2026-02-20 08:51 UTC", left.Problem, StringComparison.Ordinal);
        Assert.Single(asked);

        Assert.Null((await Harvest(_ => Ok(Calendar(Meeting("Tea"))), Duration.FromMinutes(30))).Problem);
        Assert.Null((await Harvest(_ => Ok(Calendar(Meeting("Tea"))), Duration.FromMinutes(1))).Problem);
    }

    [Fact]
    public async Task A_server_that_says_nothing_or_breaks_off_is_tried_again()
    {
        Assert.Contains("connection", (await Harvest(_ => throw new HttpRequestException("gone"))).Problem, StringComparison.Ordinal);
        var broken = await Harvest(_ => new HttpResponseMessage { Content = new StreamContent(new BreakingStream(Calendar(Many(3)))) });
        Assert.Contains("broke off", broken.Problem, StringComparison.Ordinal);
        Assert.False(broken.IsPermanent);
        Assert.Empty(await company.Meetings());
    }

    [Theory]
    [InlineData("<html>Sign in</html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n", "ends in the middle")]
    public async Task What_is_no_whole_calendar_is_said_and_the_meetings_stay(string content, string words)
    {
        await Harvest(_ => Ok(Calendar(Meeting("Tea"))));
        Assert.Contains(words, (await Harvest(_ => Ok(content))).Problem, StringComparison.Ordinal);
        Assert.Equal(["Tea"], await company.Titles());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_calendar_of_500_megabytes_is_refused_whether_it_says_its_length_or_not(bool announced)
    {
        var summary = await Harvest(_ =>
        {
            var answer = new HttpResponseMessage { Content = new StreamContent(new EndlessStream()) };
            answer.Content.Headers.ContentLength = announced ? 500L << 20 : null;
            return answer;
        });
        Assert.Contains("longer than 1 MB", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_followed_within_https_and_not_for_ever()
    {
        HttpResponseMessage To(string location)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.Found);
            answer.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
            return answer;
        }

        Assert.Null(
            (
                await Harvest(request =>
                    request.RequestUri!.Host == "new.example" ? Ok(Calendar(Meeting("Tea"))) : To("webcal://new.example/x.ics")
                )).Problem);
        Assert.Equal(["Tea"], await company.Titles());
        Assert.Contains("without https", (await Harvest(_ => To("http://new.example/x.ics"))).Problem, StringComparison.Ordinal);
        Assert.Contains("on and on", (await Harvest(_ => To("/secret.ics"))).Problem, StringComparison.Ordinal);
        var count = 0;
        Assert.Contains("on and on", (await Harvest(_ => To($"/{++count}.ics"))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_found_and_did_not_read_is_fetched_again_by_the_next()
    {
        var served = Ok(Calendar(Meeting("Tea")));
        served.Headers.ETag = new EntityTagHeaderValue("\"1\"");
        var state = await company.Accounts.Register("ana", "test", "ana@us.example", CancellationToken.None);
        var nothing = new KnownItems(new Dictionary<string, FolderState>(), (_, _) => Task.FromResult(new HashSet<string>()));
        await foreach (var listing in Source(_ => served).Discover(nothing, CancellationToken.None))
        {
            var page = Assert.IsType<ListedPage>(listing);
            var folder =
                await company.Ledger.Folder(state, page.Folder.RemoteId, page.Folder.Path, page.Folder.Role, CancellationToken.None);
            await company.Ledger.Discover(folder, page.New, page.Cursor, CancellationToken.None);
        }

        var next = await Harvest(request =>
            request.Headers.Contains("If-None-Match") ? new HttpResponseMessage(HttpStatusCode.NotModified) : Ok(Calendar(Meeting("Tea"))));
        Assert.Null(next.Problem);
        Assert.Equal(["Tea"], await company.Titles());
    }

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    private static IEnumerable<string> Many(int count) =>
        Enumerable.Range(0, count).Select(number => Meeting($"meeting {number}", day: number + 1));

    private static HttpResponseMessage Ok(string content) => new() { Content = new StringContent(content, Encoding.UTF8, "text/calendar") };

    private IcsFeedSource Source(Func<HttpRequestMessage, HttpResponseMessage> serve) =>
        new(
            "ana",
            new CalendarFeed(
                new CalendarFeeds(Serving(serve), Serving(serve), new ReachedHosts()),
                new Uri("https://calendars.example/secret.ics")
            ),
            Items(now),
            DateTimeZone.Utc,
            now);

    private WatchedExchange Serving(Func<HttpRequestMessage, HttpResponseMessage> serve) =>
        new(new Served(serve, asked), WebLimits.Default with { Bytes = 1 << 20 }, TimeProvider.System);

    private Task<HarvestSummary> Harvest(Func<HttpRequestMessage, HttpResponseMessage> serve, Duration? later = null)
    {
        now += later ?? Duration.FromHours(1);
        return company.Harvest("ana", Source(serve), now);
    }

    private sealed class Served(Func<HttpRequestMessage, HttpResponseMessage> serve, List<HttpRequestMessage> asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked.Add(request);
            return Task.FromResult(serve(request));
        }
    }

    /// <summary>Half a calendar, then the end of the connection.</summary>
    private sealed class BreakingStream(string content) : MemoryStream(Encoding.UTF8.GetBytes(content[..(content.Length / 2)]))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count
                ? count
                : throw new HttpIOException(HttpRequestError.ResponseEnded, "it ended");
    }

    /// <summary>Comes without end.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'\n');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
