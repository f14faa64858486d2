using System.Security.Cryptography;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using MailKit.Net.Imap;
using MailKit.Security;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>Connections for MailKit's clients: to a real Dovecot, through proxies, and to what is no server at all.</summary>
public sealed class MailConnectionTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    private static readonly MailTimeouts Short = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(200));

    [Theory]
    [InlineData(TlsMode.Required)]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.None)]
    public async Task Every_way_to_protect_the_connection_leads_to_the_mailbox(TlsMode tls)
    {
        using var client = new ImapClient();
        await LogIn(client, At(tls), DovecotServer.Password);

        Assert.True(client.IsAuthenticated);
    }

    [Fact]
    public async Task A_wrong_password_is_a_refused_login()
    {
        using var client = new ImapClient();

        var failure = await Assert.ThrowsAsync<MailServerException>(() => LogIn(client, At(TlsMode.Required), "battery-staple"));

        Assert.Equal(MailFailure.Auth, failure.Failure);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused_with_its_name()
    {
        var endpoint = MailEndpoint.For("localhost", server.TlsPort, TlsMode.Required);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Open(endpoint));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.Contains("Bright Test Authority", failure.Message, StringComparison.Ordinal);
        Assert.Contains("`ca`", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks5", null)]
    [InlineData("socks5", "s3cret")]
    [InlineData("http", null)]
    [InlineData("http", "s3cret")]
    public async Task A_proxy_leads_to_the_mailbox(string scheme, string? password)
    {
        await using var proxy = new ProxyServer(scheme, password);
        using var client = new ImapClient();
        await LogIn(client, At(TlsMode.Required, $"{scheme}://{(password is null ? "" : $"ada:{password}@")}127.0.0.1:{proxy.Port}"),
            DovecotServer.Password);

        Assert.True(client.IsAuthenticated);
        Assert.Equal(1, proxy.Passed);
    }

    [Fact]
    public async Task What_goes_through_a_proxy_waits_for_no_acknowledgement_either()
    {
        await using var proxy = new ProxyServer("socks5");
        var url = new Uri($"socks5://127.0.0.1:{proxy.Port}");
        await using var stream = await MailConnection.ThroughProxy(At(TlsMode.None), url, CancellationToken.None);

        Assert.True(MailConnection.SocketUnder(stream)!.NoDelay);
    }

    [Theory]
    [InlineData("socks5")]
    [InlineData("http")]
    public async Task A_proxy_that_wants_another_password_or_is_not_there_is_named_without_the_password(string scheme)
    {
        await using var proxy = new ProxyServer(scheme, "s3cret");
        foreach (var port in new[] { proxy.Port, ServerProcess.FreePort() })
        {
            var failure =
                await Assert.ThrowsAsync<MailServerException>(() => Open(At(TlsMode.Required, $"{scheme}://ada:wr0ng@127.0.0.1:{port}")));

            Assert.Equal(MailFailure.Network, failure.Failure);
            Assert.Contains("check `proxy`", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("wr0ng", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_login_is_bound_to_the_certificate_of_the_server()
    {
        using var authority = new TestAuthority();
        var certificate = authority.Localhost();
        var fingerprint = SHA256.HashData(certificate.RawData);
        await using var secure = RawServer.Saying("* OK ready\r\n", certificate);
        using var wire = await Open(MailEndpoint.For("localhost", secure.Port, TlsMode.Required, authority.Pem));
        using var clear = await Open(At(TlsMode.None));

        Assert.Equal(fingerprint, wire.ChannelBinding);
        Assert.Null(clear.ChannelBinding);
    }

    [Fact]
    public async Task An_answer_that_trickles_without_end_is_given_up_after_its_longest_time()
    {
        await using var trickle = new RawServer(async (stream, ct) =>
        {
            while (true)
            {
                await stream.WriteAsync("*"u8.ToArray(), ct);
                await Task.Delay(5, ct);
            }
        });
        using var wire =
            await MailConnection.Open(MailEndpoint.For("localhost", trickle.Port, TlsMode.None), MailProtocol.Imap, Short,
                CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => ReadOn(wire));

        Assert.Contains("did not finish its answer", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.ConnectionLost);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up_after_a_megabyte()
    {
        await using var endless = new RawServer(async (stream, ct) =>
        {
            var piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
            while (true)
                await stream.WriteAsync(piece, ct);
        });
        using var wire = await Open(MailEndpoint.For("localhost", endless.Port, TlsMode.None));

        var failure = await Assert.ThrowsAsync<MailServerException>(() => ReadOn(wire));

        Assert.Contains("sent more than 1 MB where no more was to be expected", failure.Message, StringComparison.Ordinal);
        Assert.InRange(wire.Received, MailWire.UsualAnswer, 2 * MailWire.UsualAnswer);
    }

    [Fact]
    public async Task Words_put_in_before_TLS_end_the_connection()
    {
        await using var fake = new FakeImapServer().On("STARTTLS", "TAG OK begin\n* CAPABILITY IMAP4rev1 AUTH=PLAIN");
        await using var smtp = new FakeSmtpServer("STARTTLS").On("STARTTLS", "220 go ahead\r\n250 forged");

        foreach (var (port, protocol) in new[] { (fake.Port, MailProtocol.Imap), (smtp.Port, MailProtocol.Smtp) })
        {
            var failure = await Assert.ThrowsAsync<MailServerException>(() => MailConnection.Open(
                MailEndpoint.For("localhost", port, TlsMode.StartTls), protocol, MailTimeouts.Default, CancellationToken.None));
            Assert.Contains("somebody may be tampering with the connection", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_greeting_that_claims_a_login_cannot_prevent_STARTTLS()
    {
        await using var fake = new FakeImapServer().Greet("* PREAUTH welcome back");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Open(MailEndpoint.For("localhost", fake.Port, TlsMode.StartTls)));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.Contains("prevents STARTTLS", failure.Message, StringComparison.Ordinal);
    }

    private static Task<MailWire> Open(MailEndpoint endpoint) =>
        MailConnection.Open(endpoint, MailProtocol.Imap, MailTimeouts.Default, CancellationToken.None);

    private static async Task LogIn(ImapClient client, MailEndpoint endpoint, string password)
    {
        var wire = await Open(endpoint);
        await client.ConnectAsync(wire, endpoint.Host, endpoint.Port, SecureSocketOptions.None);
        await MailSignIn.Run(
            client, wire, Credential.WithPassword("ada@bright.example", password), e =>
                new MailServerException(MailFailure.Auth, "refused", inner: e), CancellationToken.None);
    }

    private static async Task ReadOn(MailWire wire)
    {
        var buffer = new byte[16 * 1024];
        while (true)
            await wire.ReadExactlyAsync(buffer.AsMemory(0, 1));
    }

    private MailEndpoint At(TlsMode tls, string? proxy = null) => MailEndpoint.For(
        "localhost", tls == TlsMode.Required ? server.TlsPort : server.PlainPort, tls, server.Authority.Pem, proxy is null ? null
            : new Uri(proxy));
}
