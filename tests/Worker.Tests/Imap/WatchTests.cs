using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Servers that tell of new mail by themselves, and ones that take tokens.</summary>
public sealed class WatchTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task New_mail_is_told_within_seconds_and_read_on_the_same_connection()
    {
        using var server = new DovecotServer();
        var user = server.NewUser();
        server.Deliver(user, Mail("one"));
        await using var company = await TestCompany.Open();
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday), company.Database);
        var account = CreateAccount(company, server, user, new Login.Password(new Secret(DovecotServer.Password)));
        await company.Harvest("ana", sources.CreateSource(account, company.Since));
        var turns = await sources.RoundTrips(account);

        var told = new TaskCompletionSource();
        sources.Watch(account, () => { told.SetResult(); return Task.CompletedTask; });
        await Task.Delay(DovecotServer.Tick);
        Assert.False(told.Task.IsCompleted);
        server.Deliver(user, Mail("two"));
        await told.Task.WaitAsync(Soon);

        Assert.Equal(1, (await company.Harvest("ana", sources.CreateSource(account, company.Since))).New);
        Assert.InRange(await sources.RoundTrips(account), turns + 3, turns + 16);
    }

    [Fact]
    public async Task A_wait_in_which_nothing_came_ends_at_once_and_its_connection_is_used_again()
    {
        using var server = new DovecotServer();
        var user = server.NewUser();
        server.Deliver(user, Mail("one"));
        await using var company = await TestCompany.Open();
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday), company.Database);
        var account = CreateAccount(company, server, user, new Login.Password(new Secret(DovecotServer.Password)));
        for (var i = 0; i < 3; i++)
        {
            Assert.Null((await company.Harvest("ana", sources.CreateSource(account, company.Since))).Problem);
            sources.Watch(account, () => Task.CompletedTask);
            await Task.Delay(300);
        }

        Assert.Single(server.Log.Split('\n'), line => line.Contains("Login: user=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_running_worker_has_new_mail_in_the_log_long_before_its_next_poll()
    {
        using var server = new DovecotServer();
        var user = server.NewUser();
        server.Deliver(user, Mail("one"));
        await using var company = await TestCompany.Open();
        await File.WriteAllTextAsync(company.PathTo("config", "ca.pem"), server.Authority.Pem);
        var config = TheProgram.Configuration(
            company,
            $"  - {{ imap: {user}, name: ana, host: localhost, port: {server.TlsPort}, ca: ca.pem, password: {DovecotServer.Password} }}");
        using var worker = TheProgram.Start(["run", "--config", config]);
        try
        {
            await Says(worker.StandardError, "account ana: 1 new");
            server.Deliver(user, Mail("two"));
            await Says(worker.StandardError, "account ana: 1 new");
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_harvest_that_needs_the_connection_ends_the_wait_at_once()
    {
        await using var server = new FakeImapServer("IMAP4rev1 IDLE").On("IDLE", "+ idling").On("DONE", "* 3 EXISTS");
        _ = new OddMailbox(server, "INBOX", 1, 2, 3);
        await using var company = await TestCompany.Open();
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday));
        var account = new ImapAccount(
            "ana",
            default,
            EmailAddress.Parse("ana@us.example"),
            new Server("localhost", server.Port, Encryption.None, null),
            "ana",
            new Login.Password(new Secret("secret")));
        await company.Harvest("ana", sources.CreateSource(account, company.Since));

        // This server never ends the wait with a tagged answer: it is left behind after some seconds, and the harvest goes on over a new
        // connection.
        sources.Watch(account, () => Task.CompletedTask);
        while (!server.Received.Contains("IDLE"))
            await Task.Delay(20);

        var summary = await company.Harvest("ana", sources.CreateSource(account, company.Since));

        Assert.Equal((null, 3), (summary.Problem, summary.Known));
        Assert.Equal(2, server.Connections);
        Assert.Contains("DONE", server.Received);
    }

    [Theory]
    [InlineData("xoauth2")]
    [InlineData("oauthbearer")]
    public async Task Dovecot_takes_the_token_that_a_token_server_gave(string mechanism)
    {
        await using var tokens = new TokenServer(_ => (200, $$"""{"access_token": "{{DovecotServer.Password}}", "expires_in": 3600}"""));
        using var server = new DovecotServer($"auth_mechanisms = {mechanism}");
        var user = server.NewUser();
        server.Deliver(user, Mail("one"));
        await using var company = await TestCompany.Open();
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday), company.Database);
        var login = new Login.OAuth(tokens.Url, "crmsync", null, new Secret("refresh-0"), null);

        var summary = await company.Harvest("ana", sources.CreateSource(CreateAccount(company, server, user, login), company.Since));

        Assert.Equal((null, 1), (summary.Problem, summary.New));
        Assert.Single(tokens.Forms);
    }

    /// <summary>Waits for words of the worker; it polls every five minutes.</summary>
    private static async Task Says(StreamReader worker, string words)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await worker.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"the worker ended without saying \"{words}\"");
    }

    private static ImapAccount CreateAccount(TestCompany company, DovecotServer server, string user, Login login)
    {
        var ca = company.PathTo("ca.pem");
        File.WriteAllText(ca, server.Authority.Pem);
        return new ImapAccount(
            "ana",
            default,
            EmailAddress.Parse(user),
            new Server("localhost", server.TlsPort, Encryption.Required, ca),
            user,
            login);
    }

    private static byte[] Mail(string subject) =>
        System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(subject, id: $"{subject}@acme.example"));
}
