using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>What is not the mail server it should be: a named error with what to do, few attempts, and no harm to others.</summary>
public sealed class BadServerHarvestTests : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly TestAuthority stranger = new();

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "does not speak IMAP but HTTP; check `host` and `port`")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "does not speak IMAP but SSH; check `host` and `port`")]
    [InlineData("+OK POP3 server ready <1896.6971@mx>\r\n", "does not speak IMAP but POP3; check `host` and `port`")]
    [InlineData("220 mx.bright.example ESMTP\r\n", "does not speak IMAP but SMTP or FTP; check `host` and `port`")]
    public async Task Another_protocol_is_named_and_tried_every_ten_minutes(string banner, string words)
    {
        await using var server = RawServer.Saying(banner);

        var (summary, attempts) = await AnHour(server, Encryption.None);

        Assert.True(summary.IsPermanent);
        Assert.Contains(words, summary.Problem, StringComparison.Ordinal);
        Assert.Contains(banner.Split(' ')[0].Trim('+'), summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 1, 7);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian\r\n")]
    [InlineData("* OK IMAP4rev1 ready\r\n")]
    public async Task A_port_without_TLS_is_named_where_TLS_is_required(string banner)
    {
        await using var server = RawServer.Saying(banner);

        var (summary, attempts) = await AnHour(server, Encryption.Required);

        Assert.True(summary.IsPermanent);
        Assert.Contains("does not speak TLS on this port", summary.Problem, StringComparison.Ordinal);
        Assert.Contains("`tls: starttls`", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 1, 7);
    }

    [Theory]
    [InlineData("stranger", "comes from an authority that is not trusted here")]
    [InlineData("expired", "is expired or not yet valid")]
    [InlineData("other name", "is for mx.elsewhere.example, not for localhost")]
    public async Task A_certificate_that_is_not_trusted_is_refused_with_the_reason_and_gets_no_password(string kind, string words)
    {
        var heard = new StringBuilder();
        await using var server = new RawServer(
            async (stream, ct) =>
            {
                await stream.WriteAsync("* OK ready\r\n"u8.ToArray(), ct);
                using var reader = new StreamReader(stream);
                heard.Append(await reader.ReadToEndAsync(ct));
            },
            kind switch
            {
                "stranger" => stranger.Localhost(),
                "expired" => authority.Expired(),
                _ => authority.For("mx.elsewhere.example"),
            });

        var (summary, attempts) = await AnHour(server, Encryption.Required);

        Assert.True(summary.IsPermanent);
        Assert.Contains(words, summary.Problem, StringComparison.Ordinal);
        Assert.Contains("crmsync check --connect", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 1, 7);
        Assert.Empty(heard.ToString());
    }

    [Fact]
    public async Task A_server_from_which_STARTTLS_was_stripped_gets_no_password()
    {
        await using var server = new FakeImapServer("IMAP4rev1 AUTH=PLAIN").On("STARTTLS", "TAG BAD unknown command");

        var (summary, attempts) = await AnHour(server, Encryption.StartTls);

        Assert.True(summary.IsPermanent);
        Assert.Contains("offers no STARTTLS, and without it no password is sent", summary.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(
            server.Received,
            command => command.StartsWith("LOGIN", StringComparison.Ordinal) || command.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.InRange(attempts, 1, 7);
    }

    [Fact]
    public async Task Words_put_in_before_TLS_end_the_connection_before_any_password()
    {
        await using var server = new FakeImapServer().On("STARTTLS", "TAG OK begin\n* CAPABILITY IMAP4rev1 AUTH=PLAIN");

        var (summary, attempts) = await AnHour(server, Encryption.StartTls);

        Assert.Contains("somebody may be tampering with the connection", summary.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Received, command => command.StartsWith("LOGIN", StringComparison.Ordinal));
        Assert.InRange(attempts, 1, 20);
    }

    [Fact]
    public async Task A_server_that_never_says_a_word_is_tried_less_and_less()
    {
        await using var server = RawServer.Saying("");

        var (summary, attempts) = await AnHour(
            server,
            Encryption.None,
            new MailTimeouts(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20)));

        Assert.False(summary.IsPermanent);
        Assert.Contains("did not answer", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 5, 20);
    }

    [Fact]
    public async Task A_server_that_says_goodbye_after_every_login_is_tried_less_and_less()
    {
        await using var server = new FakeImapServer().On("LIST", string.Concat(Enumerable.Repeat("* BYE come again\n", 1000)));

        var (summary, attempts) = await AnHour(server, Encryption.None);

        Assert.False(summary.IsPermanent);
        Assert.Contains("come again", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 5, 40);
    }

    [Fact]
    public async Task A_line_without_end_is_named_and_tried_less_and_less()
    {
        var chunk = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
        await using var server = new RawServer(async (stream, ct) =>
        {
            await stream.WriteAsync("* OK "u8.ToArray(), ct);
            while (true)
                await stream.WriteAsync(chunk, ct);
        });

        var (summary, attempts) = await AnHour(server, Encryption.None);

        Assert.Contains("a line does not end after", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(attempts, 5, 20);
    }

    [Fact]
    public async Task Exchange_that_is_not_connected_after_the_login_needs_nobody_and_is_left_in_peace()
    {
        await using var server = new FakeImapServer().On("LIST", "TAG BAD User is authenticated but not connected.");

        var (summary, attempts) = await AnHour(server, Encryption.None);

        Assert.False(summary.IsPermanent);
        Assert.Contains("Exchange accepted the login but not the mailbox", summary.Problem, StringComparison.Ordinal);
        Assert.InRange(server.Received.Count(command => command.StartsWith("LIST", StringComparison.Ordinal)), 4, 60);
        Assert.InRange(attempts, 1, 20);
    }

    [Fact]
    public async Task Coremail_opens_folders_only_for_who_introduced_himself_and_we_do()
    {
        var introduced = false;
        await using var server = new FakeImapServer();
        server.On("ID (\"name\" \"CrmSync\"", _ => { introduced = true; return "* ID NIL\nTAG OK done"; });
        var inbox = new OddMailbox(server, "INBOX", 1, 2);
        server.On("EXAMINE", _ => introduced ? inbox.Open() : "TAG NO EXAMINE Unsafe Login. Please contact kefu@188.com for help");

        var (summary, _) = await AnHour(server, Encryption.None);

        Assert.Null(summary.Problem);
    }

    [Fact]
    public async Task A_bad_account_is_told_in_status_and_harms_no_other()
    {
        await using var company = await TestCompany.Open();
        await using var ssh = RawServer.Saying("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
        await using var refusing = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no");
        await using var good = new FakeImapServer();
        _ = new OddMailbox(good, "INBOX", 1, 2, 3);
        var config = TheProgram.Configuration(
            company,
            string.Join(
                '\n',
                new[] { ("ssh", ssh.Port), ("refusing", refusing.Port), ("good", good.Port) }.Select(a =>
                    $"  - {{ imap: {a.Item1}@us.example, name: {a.Item1}, host: 127.0.0.1, port: {a.Item2}, tls: none, password: "
                        + $"hunter-two }}"
                )));

        for (var run = 0; run < 2; run++)
        {
            var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
            Assert.Equal(1, sync.Status);
            Assert.Equal(
                3,
                sync.Json.Single(a => a.GetProperty("account").GetString() == "good").GetProperty(run == 0 ? "new" : "known").GetInt32());
        }

        Assert.Equal((1, 1), (ssh.Connections, refusing.Connections));
        var status = await TheProgram.Run("status", "--config", config, "--format", "json");
        Assert.DoesNotContain("hunter-two", status.Output, StringComparison.Ordinal);
        var accounts = status.Json.ToDictionary(a => a.GetProperty("account").GetString()!);
        Assert.Contains("does not speak IMAP", accounts["ssh"].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("check user name and password", accounts["refusing"].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, accounts["good"].GetProperty("error").ValueKind);
        Assert.True(
            accounts["ssh"].GetProperty("next_run").GetDateTime()
                > accounts["good"].GetProperty("next_run").GetDateTime() + TimeSpan.FromMinutes(4));
    }

    /// <summary>An hour of harvests, one a minute; gives the first, and how many connections were made.</summary>
    private async Task<(HarvestSummary First, int Attempts)> AnHour(FakeImapServer server, Encryption encryption) =>
        (await AnHour(server.Port, encryption, null), server.Connections);

    private async Task<(HarvestSummary First, int Attempts)> AnHour(
        RawServer server,
        Encryption encryption,
        MailTimeouts? timeouts = null) => (await AnHour(server.Port, encryption, timeouts), server.Connections);

    private async Task<HarvestSummary> AnHour(int port, Encryption encryption, MailTimeouts? timeouts)
    {
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        var ca = company.PathTo("ca.pem");
        await File.WriteAllTextAsync(ca, authority.Pem);
        var account = new ImapAccount(
            "ana",
            default,
            EmailAddress.Parse("ana@us.example"),
            new Server("localhost", port, encryption, ca),
            "ana",
            new Login.Password(new Secret("hunter-two")));
        using var logins = ImapCompany.Logins(clock, company.Database);
        await using var sources = new ImapSources(
            clock,
            logins,
            new ServerLessons(clock),
            new ImapOptions { Timeouts = timeouts ?? MailTimeouts.Default });
        HarvestSummary? first = null;
        for (var minute = 0; minute < 60; minute++)
        {
            var summary = await company.Harvest("ana", sources.CreateSource(account, company.Since), clock.GetCurrentInstant());
            Assert.DoesNotContain("hunter-two", summary.Problem ?? "", StringComparison.Ordinal);
            first ??= summary;
            clock.AdvanceMinutes(1);
        }

        return first!;
    }
}
