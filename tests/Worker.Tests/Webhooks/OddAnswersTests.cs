using System.Globalization;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Tests.Imap;
using NodaTime;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>
/// What servers, and what stands before them, answer to a post. What matters is whether it was certainly not taken, for then it is tried
/// again; what is in doubt is told in words.
/// </summary>
public sealed class OddAnswersTests : IAsyncDisposable
{
    private const string Accepted = "Accepted";
    private const string Waits = "Unreachable";
    private const string Refused = "Refused";
    private const string InDoubt = "InDoubt";

    private static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 10, 0);

    private readonly PostServer server = new();
    private readonly WebPosts posts = new(TimeProvider.System, new TestClock(Now), Quick);

    private static WebLimits Quick => new() { Silence = TimeSpan.FromSeconds(4), Whole = TimeSpan.FromSeconds(8), Bytes = 64 << 10 };

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("200 OK", Accepted, "")]
    [InlineData("202 Accepted", Accepted, "")]
    [InlineData("204 No Content", Accepted, "")]
    [InlineData("400 Bad Request", Refused, "answered 400: it does not take what was posted")]
    [InlineData("401 Unauthorized", Waits, "answered 401: it does not let us post there")]
    [InlineData("403 Forbidden", Waits, "make a new webhook and correct its address")]
    [InlineData("404 Not Found", Waits, "there is no such webhook any more")]
    [InlineData("407 Proxy Authentication Required", Waits, "the proxy on the way")]
    [InlineData("408 Request Timeout", Waits, "it takes nothing for the moment")]
    [InlineData("410 Gone", Waits, "there is no such webhook any more")]
    [InlineData("413 Content Too Large", Refused, "answered 413")]
    [InlineData("415 Unsupported Media Type", Refused, "answered 415")]
    [InlineData("422 Unprocessable Content", Refused, "answered 422")]
    [InlineData("429 Too Many Requests", Waits, "it asks for fewer posts")]
    [InlineData("500 Internal Server Error", InDoubt, "nobody knows whether it was taken")]
    [InlineData("502 Bad Gateway", InDoubt, "answered 502")]
    [InlineData("503 Service Unavailable", Waits, "it takes nothing for the moment")]
    [InlineData("504 Gateway Timeout", InDoubt, "answered 504")]
    [InlineData("599 Whatever", InDoubt, "answered 599")]
    [InlineData("304 Not Modified", Refused, "answered 304")]
    public async Task A_status_says_what_became_of_a_post(string status, string kind, string words)
    {
        server.Answer = _ => $"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        Told(await Post(), kind, words);
        Assert.Single(server.Taken);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Nobody_is_followed_to_another_server(int status)
    {
        await using var other = new PostServer();
        server.Answer = _ => $"HTTP/1.1 {status} Moved\r\nLocation: {other.Url}\r\nContent-Length: 0\r\n\r\n";
        Told(await Post(), Waits, "sends us on, which is not followed; correct the address");
        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData("Retry-After: 120", 120)]
    [InlineData("Retry-After: Wed, 04 Mar 2026 10:05:00 GMT", 300)]
    [InlineData("Date: Wed, 04 Mar 2026 12:00:00 GMT\r\nRetry-After: Wed, 04 Mar 2026 12:01:30 GMT", 90)]
    [InlineData("Retry-After: 7200", 7200)]
    [InlineData("Retry-After: 999999", 86400)]
    [InlineData("Retry-After: -5", null)]
    [InlineData("Retry-After: soon", null)]
    [InlineData("X-Nothing: 1", null)]
    public async Task A_wait_that_is_asked_for_is_kept_in_either_form(string header, int? seconds)
    {
        server.Answer = _ => $"HTTP/1.1 429 Too Many Requests\r\n{header}\r\nContent-Length: 0\r\n\r\n";
        var answer = Assert.IsType<DeliveryAnswer.Unreachable>(await Post());
        Assert.Equal(MailFailure.Throttled, answer.Failure);
        Assert.Equal(seconds is { } wait ? Duration.FromSeconds(wait) : null, answer.RetryAfter);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\nthe rest never comes", Accepted)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Accepted)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", Accepted)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Accepted)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", InDoubt)]
    [InlineData("220 smtp.example ESMTP\r\n", InDoubt)]
    [InlineData("\0\u0001\u0002", InDoubt)]
    [InlineData("", InDoubt)]
    public async Task An_answer_that_is_cut_or_none_at_all_is_judged_by_what_came_of_it(string words, string kind)
    {
        server.Answer = _ => words;
        Told(await Post(), kind, "");
    }

    [Fact]
    public async Task A_body_without_end_is_not_read()
    {
        server.Say = async (stream, _, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ct);
            while (!ct.IsCancellationRequested)
                await stream.WriteAsync(new byte[64 << 10], ct);
        };
        Told(await Post(), Accepted, "");
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_doubt()
    {
        server.Say = (_, _, ct) => Task.Delay(Timeout.Infinite, ct);
        Told(await Post(), InDoubt, "did not answer within");
    }

    [Fact]
    public async Task Headers_without_end_are_given_up()
    {
        server.Say = async (stream, _, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n"u8.ToArray(), ct);
            while (!ct.IsCancellationRequested)
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"X-A: {new string('a', 1000)}\r\n"), ct);
        };
        Told(await Post(), InDoubt, "");
    }

    [Fact]
    public async Task Where_nobody_listens_the_post_has_certainly_not_arrived() =>
        Told(
            await Post(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}/"))),
            Waits,
            "cannot be reached");

    [Fact]
    public async Task Where_there_is_no_such_host_the_post_has_certainly_not_arrived() =>
        Told(await Post(new Uri("https://hooks.nowhere.invalid/")), Waits, "there is no host hooks.nowhere.invalid");

    [Fact]
    public async Task A_certificate_of_nobody_we_trust_is_refused_and_its_authority_can_be_named()
    {
        using var authority = new TestAuthority();
        await using var secure = new PostServer(authority.Localhost());
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{secure.Port}/"));
        Told(await Post(url), Waits, "no secure connection");
        Assert.Empty(secure.Taken);

        var ca = Path.Combine(Directory.CreateTempSubdirectory("crmsync-ca-").FullName, "ca.pem");
        await File.WriteAllTextAsync(ca, authority.Pem);
        Told(await Post(url, ca), Accepted, "");
        Directory.Delete(Path.GetDirectoryName(ca)!, recursive: true);
    }

    [Fact]
    public async Task An_expired_certificate_and_one_for_another_name_are_refused_before_anything_is_posted()
    {
        using var authority = new TestAuthority();
        foreach (var certificate in new[] { authority.Expired(), authority.For("elsewhere.example") })
        {
            await using var secure = new PostServer(certificate);
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{secure.Port}/"));
            Told(await Post(url), Waits, "no secure connection");
            Assert.Empty(secure.Taken);
        }
    }

    [Fact]
    public async Task A_server_without_TLS_behind_an_https_address_gets_nothing()
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{server.Port}/"));
        Told(await Post(url), Waits, "localhost");
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task A_file_of_authorities_that_is_missing_is_told_and_nothing_leaves()
    {
        Told(await Post(new Uri(server.Url), "/nowhere/ca.pem"), Waits, "the file of 'ca' cannot be used");
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task What_may_not_leave_any_more_does_not_even_begin()
    {
        var answer = await posts.Post(
            new PostTarget(new Uri(server.Url), null, null), "1", "{}"u8.ToArray(), _ => Task.FromResult(false), default);
        Assert.IsType<DeliveryAnswer.NotOurs>(answer);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task An_interrupted_post_is_in_doubt_once_it_has_begun()
    {
        using var stop = new CancellationTokenSource();
        server.OnStep = async step =>
        {
            if (step == "BODY")
                await stop.CancelAsync();
        };
        server.Say = (_, _, ct) => Task.Delay(Timeout.Infinite, ct);
        var answer = await posts.Post(
            new PostTarget(new Uri(server.Url), null, null), "1", "{}"u8.ToArray(), _ => Task.FromResult(true), stop.Token);
        Assert.IsType<DeliveryAnswer.InDoubt>(answer);
    }

    private Task<DeliveryAnswer> Post(Uri? url = null, string? ca = null) =>
        posts.Post(new PostTarget(url ?? new Uri(server.Url), null, ca), "1", "{}"u8.ToArray(), _ => Task.FromResult(true), default);

    private static void Told(DeliveryAnswer answer, string kind, string words)
    {
        Assert.Equal(kind, answer.GetType().Name);
        var reason = answer switch
        {
            DeliveryAnswer.Unreachable unreachable => unreachable.Reason,
            DeliveryAnswer.Refused refused => refused.Reason,
            DeliveryAnswer.InDoubt doubt => doubt.Reason,
            _ => "",
        };
        Assert.Contains(words, reason, StringComparison.Ordinal);

        // The address opens the webhook: it never stands in words.
        Assert.DoesNotContain("secret-of-the-hook", reason, StringComparison.Ordinal);
    }
}
