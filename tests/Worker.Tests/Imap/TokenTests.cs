using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Logging in with access tokens that are fetched with a refresh token, for reading and for sending.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class TokenTests : IAsyncLifetime
{
    private readonly TokenServer tokens = new();
    private readonly TestClock clock = new(TestCompany.Monday);
    private readonly FakeImapServer server = new FakeImapServer("IMAP4rev1 SASL-IR AUTH=XOAUTH2")
        .On("STATUS", "* STATUS INBOX (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\nTAG OK done");

    private TestCompany company = null!;

    private List<string> Used => [.. server.Received.Where(c => c.StartsWith("AUTHENTICATE", StringComparison.Ordinal)).Select(Token)];

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        Takes("token-1", "token-2", "token-3");
    }

    public async Task DisposeAsync()
    {
        await company.DisposeAsync();
        await server.DisposeAsync();
        await tokens.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_fetched_once_and_used_until_shortly_before_it_ends()
    {
        Assert.Null((await Sync()).Problem);
        clock.AdvanceMinutes(58);
        Assert.Null((await Sync()).Problem);
        clock.AdvanceMinutes(2);
        Assert.Null((await Sync()).Problem);

        Assert.Equal(["token-1", "token-1", "token-2"], Used);
        var form = tokens.Forms[0];
        Assert.Equal(
            ("refresh_token", "refresh-0", "crmsync", "hush", "mail"),
            (form["grant_type"], form["refresh_token"], form["client_id"], form["client_secret"], form["scope"]));
    }

    [Fact]
    public async Task A_refresh_token_that_is_good_only_once_is_followed_over_restarts_and_does_not_stand_in_the_database()
    {
        var next = 0;
        tokens.Answers(form =>
            form["refresh_token"] == $"refresh-{next}"
                ? tokens.Token(refresh: $"refresh-{++next}")
                : (400, """{"error": "invalid_grant"}"""));
        for (var run = 0; run < 3; run++)
        {
            Assert.Null((await Sync()).Problem);
            clock.AdvanceMinutes(61);
        }

        Assert.Equal(["token-1", "token-2", "token-3"], Used);
        var file = await File.ReadAllTextAsync(company.Database.Place, Encoding.Latin1);
        Assert.DoesNotContain("refresh-", file, StringComparison.Ordinal);
        Assert.DoesNotContain("token-3", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_consent_in_the_configuration_is_used_at_once()
    {
        tokens.Answers(form =>
            form["refresh_token"] == "refresh-new"
                ? tokens.Token()
                : (400, """{"error": "invalid_grant", "error_description": "consent was withdrawn"}"""));
        for (var run = 0; run < 4; run++)
        {
            var refused = await Sync();
            Assert.True(refused.IsPermanent);
            Assert.Contains("consent was withdrawn", refused.Problem, StringComparison.Ordinal);
            Assert.Contains("consent again", refused.Problem, StringComparison.Ordinal);
            Assert.DoesNotContain("refresh-0", refused.Problem, StringComparison.Ordinal);
            clock.AdvanceMinutes(1);
        }

        Assert.Equal(3, tokens.Forms.Count);
        Assert.Empty(Used);
        Assert.Null((await Sync("refresh-new")).Problem);
    }

    [Fact]
    public async Task A_token_the_server_refuses_is_fetched_anew_once_and_that_is_all()
    {
        Takes("token-2");
        Assert.Null((await Sync()).Problem);
        Assert.Equal(["token-1", "token-2"], Used);
        Assert.Equal(2, tokens.Forms.Count);
    }

    [Fact]
    public async Task Tokens_that_are_refused_again_and_again_are_tried_as_rarely_as_passwords()
    {
        Takes();
        foreach (var minute in new[] { 0, 1, 2, 3, 4, 30, 61, 62, 63, 64 })
        {
            clock.SetMinute(minute);
            Assert.True((await Sync()).IsPermanent);
        }

        Assert.Equal(4 * 2, Used.Count);
        Assert.InRange(tokens.Forms.Count, 5, 8);
    }

    [Theory]
    [InlineData(500, "oops", false, "gave no token")]
    [InlineData(429, "{}", false, "gave no token")]
    [InlineData(200, "<html>Sign in</html>", true, "not JSON")]
    [InlineData(200, "{}", true, "without an access token")]
    [InlineData(401, """{"error": "invalid_client"}""", true, "invalid_client")]
    public async Task Trouble_of_the_token_server_is_no_refused_login(int status, string body, bool permanent, string words)
    {
        tokens.Answers(_ => (status, body));

        var summary = await Sync();

        Assert.Contains(words, summary.Problem, StringComparison.Ordinal);
        Assert.Equal(permanent, summary.IsPermanent);
        Assert.DoesNotContain("hush", summary.Problem, StringComparison.Ordinal);
        Assert.Empty(Used);
    }

    [Fact]
    public async Task Twenty_mailboxes_of_one_credential_that_start_together_ask_for_one_token()
    {
        await using var sources = ImapCompany.Sources(clock, company.Database);
        var login = Login();
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    sources.CreateSource(Account(login) with { Name = $"ana{i}", User = $"ana{i}" }, company.Since).Connect(default)
                )
        );

        Assert.Single(tokens.Forms);
        Assert.Equal(20, Used.Count);
    }

    [Fact]
    public async Task Two_programs_that_renew_at_the_same_time_do_it_one_after_the_other()
    {
        var next = 0;
        tokens.Answers(form =>
            form["refresh_token"] == $"refresh-{next}"
                ? tokens.Token(refresh: $"refresh-{++next}")
                : (400, """{"error": "invalid_grant"}"""));
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async i =>
                {
                    await using var program = ImapCompany.Sources(clock, company.Database);
                    await program.CreateSource(Account(Login()) with { User = $"ana{i}" }, company.Since).Connect(default);
                }));

        Assert.Equal((1, 1), (tokens.Forms.Count, tokens.MostAtOnce));
    }

    [Fact]
    public async Task A_token_that_another_program_keeps_in_a_file_is_read_for_each_connection_and_a_new_one_tried_at_once()
    {
        var file = company.PathTo("token");
        await File.WriteAllTextAsync(file, "token-old\n");
        Takes("token-new");
        for (var run = 0; run < 4; run++)
            Assert.True((await Sync(new Login.TokenFile(file))).IsPermanent);

        Assert.Equal(["token-old"], Used);
        await File.WriteAllTextAsync(file, "token-new\nwritten by a cron job\n");
        Assert.Null((await Sync(new Login.TokenFile(file))).Problem);
    }

    [Theory]
    [InlineData("XOAUTH2")]
    [InlineData("OAUTHBEARER")]
    public async Task Sending_uses_the_same_tokens(string mechanism)
    {
        await using var smtp = new FakeSmtpServer($"AUTH {mechanism}").On("AUTH", "535 5.7.8 no", "235 welcome");
        using var logins = ImapCompany.Logins(clock, company.Database);
        await using var delivery = new DeliveryWays(logins, TimeProvider.System).Open(
            new DeliveryChoice.Smtp(new Server("localhost", smtp.Port, Encryption.None, null), "crmsync", Login()));

        Assert.IsType<DeliveryAnswer.Accepted>(await delivery.Deliver(Digest(), default));
        Assert.Equal(
            ["token-1", "token-2"],
            smtp.Received.Where(command => command.StartsWith("AUTH", StringComparison.Ordinal)).Select(Token));
    }

    [Fact]
    public async Task A_refresh_token_that_is_refused_stops_sending_with_the_words_of_the_token_server()
    {
        tokens.Answers(_ => (400, """{"error": "invalid_grant", "error_description": "consent was withdrawn"}"""));
        await using var smtp = new FakeSmtpServer("AUTH XOAUTH2");
        using var logins = ImapCompany.Logins(clock, company.Database);
        await using var delivery = new DeliveryWays(logins, TimeProvider.System).Open(
            new DeliveryChoice.Smtp(new Server("localhost", smtp.Port, Encryption.None, null), "crmsync", Login()));

        var answer = Assert.IsType<DeliveryAnswer.Unreachable>(await delivery.Deliver(Digest(), default));
        Assert.Contains("consent was withdrawn", answer.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(smtp.Received, command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    private static LeavingMail Digest() =>
        new("1", "crmsync@us.example", "ana@us.example", null, "Subject: x\r\n\r\nHello\r\n"u8.ToArray());

    /// <summary>Lets the server take these tokens and no others.</summary>
    private void Takes(params string[] good)
    {
        server.On("AUTHENTICATE", "TAG NO [AUTHENTICATIONFAILED] no");
        foreach (var user in Enumerable.Range(0, 20).Select(i => $"ana{i}").Append("ana"))
        {
            foreach (var token in new[] { "token-1", "token-2", "token-3", "token-new" })
            {
                server.On(
                    $"AUTHENTICATE XOAUTH2 "
                        + $"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"user={user}\u0001auth=Bearer {token}\u0001\u0001"))}",
                    good.Contains(token) ? "TAG OK welcome" : "TAG NO [AUTHENTICATIONFAILED] no");
            }
        }
    }

    private static string Token(string command)
    {
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(command.Split(' ')[2]));
        return text[(text.IndexOf("Bearer ", StringComparison.Ordinal) + 7)..].TrimEnd('\u0001');
    }

    private Login.OAuth Login(string refresh = "refresh-0") => new(tokens.Url, "crmsync", new Secret("hush"), new Secret(refresh), "mail");

    private ImapAccount Account(Login login) =>
        new(
            "ana",
            default,
            EmailAddress.Parse("ana@us.example"),
            new Server("localhost", server.Port, Encryption.None, null),
            "ana",
            login);

    private Task<HarvestSummary> Sync(string refresh = "refresh-0") => Sync(Login(refresh));

    /// <summary>A program that is started, harvests once and ends.</summary>
    private async Task<HarvestSummary> Sync(Login login)
    {
        await using var sources = ImapCompany.Sources(clock, company.Database);
        return await company.Harvest("ana", sources.CreateSource(Account(login), company.Since), clock.GetCurrentInstant());
    }
}
