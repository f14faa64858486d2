using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>
/// Web servers that fall silent, dawdle, send without end or show a bad certificate, as every client of this program meets them.
/// </summary>
public sealed class PeersThatMisbehave
{
    private static readonly WebLimits Short = new()
    {
        Silence = TimeSpan.FromMilliseconds(400),
        Whole = TimeSpan.FromSeconds(20),
        Bytes = 1 << 20,
    };

    [Fact]
    public async Task Who_says_nothing_is_given_up()
    {
        await using var server = RawServer.Saying("");

        var failure = await Assert.ThrowsAsync<WebLimitException>(() => Get(server, Short));

        Assert.Equal((WebLimit.Silence, "127.0.0.1 did not answer within 0.4 seconds"), (failure.Limit, failure.Message));
    }

    [Fact]
    public async Task Who_begins_an_answer_and_says_nothing_more_is_given_up()
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");

        var failure = await Assert.ThrowsAsync<WebLimitException>(() => Get(server, Short));

        Assert.Equal(
            (WebLimit.Silence, "127.0.0.1 fell silent for 0.4 seconds in the middle of its answer"),
            (failure.Limit, failure.Message));
    }

    [Fact]
    public async Task Who_never_falls_silent_and_never_ends_is_given_up()
    {
        await using var server = new RawServer(async (stream, ct) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), ct);
            while (true)
            {
                await stream.WriteAsync("."u8.ToArray(), ct);
                await Task.Delay(20, ct);
            }
        });

        var failure = await Assert.ThrowsAsync<WebLimitException>(() =>
            Get(server, Short with { Silence = TimeSpan.FromSeconds(30), Whole = TimeSpan.FromSeconds(1) }));

        Assert.Equal((WebLimit.Whole, "127.0.0.1 had not finished its answer after 1 seconds"), (failure.Limit, failure.Message));
    }

    [Fact]
    public async Task An_answer_of_a_few_kilobytes_that_unpacks_to_many_megabytes_is_read_no_further_than_the_limit()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(new byte[64 << 20]);

        await using var server = RawServer.Saying(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"
                + Encoding.Latin1.GetString(packed.ToArray()));

        var failure = await Assert.ThrowsAsync<WebLimitException>(() => Get(server, Short with { Silence = TimeSpan.FromSeconds(30) }));

        Assert.True(packed.Length < 100_000);
        Assert.Equal((WebLimit.Bytes, "the answer of 127.0.0.1 is longer than 1 MB"), (failure.Limit, failure.Message));
    }

    [Fact]
    public async Task A_whole_answer_within_the_limits_is_handed_on_as_it_is()
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\nContent-Length: 4\r\n\r\nwell");
        using var http = new HttpMessageInvoker(WebConnections.Create(TimeProvider.System));

        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{server.Port}/"), default);

        Assert.Equal(("text/calendar", "well"), (answer.Content.Headers.ContentType!.MediaType, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://169.254.169.254:{0}/")]
    [InlineData("http://[fe80::1]:{0}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/")]
    public async Task Where_a_server_sends_us_on_to_is_never_this_machine_or_its_own_link_whatever_it_is_called(string address)
    {
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var http = new HttpMessageInvoker(WebConnections.CreateForRedirects(TimeProvider.System));
        var target = new Uri(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, server.Port));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() =>
            http.SendAsync(new HttpRequestMessage(HttpMethod.Get, target), default));

        Assert.IsType<LocalAddressException>(failure.InnerException);
        Assert.Contains(
            "leads to this machine or its own network link",
            WebTrouble.Explain(target, failure)!.Words,
            StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("expired", "expired or not yet valid")]
    [InlineData("other name", "the certificate is for mail.other.example, not for localhost")]
    [InlineData("unknown authority", "from an authority that is not trusted here")]
    public async Task A_bad_certificate_is_refused_in_the_words_that_mail_servers_get(string kind, string words)
    {
        using var authority = new TestAuthority();
        using var trusted = X509Certificate2.CreateFromPem(authority.Pem);
        var certificate = kind switch
        {
            "expired" => authority.Expired(),
            "other name" => authority.For("mail.other.example"),
            _ => authority.Localhost(),
        };
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", certificate);
        var anchors = new X509Certificate2Collection();
        if (kind != "unknown authority")
            anchors.Add(trusted);

        using var http = new HttpMessageInvoker(WebConnections.Create(TimeProvider.System, anchors: anchors));
        var target = new Uri($"https://localhost:{server.Port}/");

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() =>
            http.SendAsync(new HttpRequestMessage(HttpMethod.Get, target), default));

        Assert.Contains(words, WebTrouble.Explain(target, failure)!.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, "sha256", "has an RSA key of 1024 bits")]
    [InlineData(2048, "sha1", "can be forged")]
    public async Task A_certificate_as_nobody_should_use_any_more_is_refused_though_ca_names_it(int bits, string hash, string words)
    {
        await using var server = await WeakServer.Start(bits, hash);
        using var anchor = X509CertificateLoader.LoadCertificateFromFile(server.Certificate);
        using var http = new HttpMessageInvoker(WebConnections.Create(TimeProvider.System, anchors: [anchor]));
        var target = new Uri($"https://localhost:{server.Port}/");

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() =>
            http.SendAsync(new HttpRequestMessage(HttpMethod.Get, target), default));

        Assert.Contains(words, WebTrouble.Explain(target, failure)!.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_the_authority_that_ca_names_is_accepted()
    {
        using var authority = new TestAuthority();
        using var trusted = X509Certificate2.CreateFromPem(authority.Pem);
        await using var server = RawServer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", authority.Localhost());
        using var http = new HttpMessageInvoker(WebConnections.Create(TimeProvider.System, anchors: [trusted]));

        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{server.Port}/"), default);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<byte[]> Get(RawServer server, WebLimits limits)
    {
        using var http = new HttpMessageInvoker(WebConnections.Create(TimeProvider.System, limits));
        using var answer = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{server.Port}/"), default);
        return await answer.Content.ReadAsByteArrayAsync();
    }
}
