using CrmSync.Domain.Company;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>What <c>check</c> says, and what neither it nor any other verb lets through to a terminal.</summary>
public sealed class CheckingTheConfiguration : IAsyncLifetime
{
    private TestCompany company = null!;

    [Theory]
    [InlineData("  - { ics: \"https://calendars.example/private-0a1b2c3d/basic.ics\", address: ana@us.example, pasword: x }", "0a1b2c3d")]
    [InlineData("  - { ics: \"webcal://calendars.example/private-0a1b2c3d/basic.ics\", address: nobody }", "0a1b2c3d")]
    [InlineData("  - { imap: ana@us.example, host: h, password: { hunter2x: } }", "hunter2x")]
    [InlineData("  - { imap: ana@us.example, host: h, password: a, hunter2x: }", "hunter2x")]
    [InlineData("  - { imap: ana@us.example, host: h, password: a, hunter2x: b, hunter2x: c }", "hunter2x")]
    [InlineData("  - { ics: \"https://calendars.example/private-0a1b2c3d/basic.ics\", address: [", "0a1b2c3d")]
    public async Task A_secret_in_whatever_place_is_in_no_excerpt_and_no_message(string account, string secret)
    {
        var run = await Check(account);

        Assert.Equal(1, run.Status);
        Assert.Contains("error", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_secrets_and_trust_anchors_that_are_none_are_errors()
    {
        await File.WriteAllTextAsync(company.PathTo("config", "not-a-certificate.pem"), "hello\n");
        var run = await Check(
            """
              - { imap: ana@us.example, host: mail.us.example, ca: not-there.pem, password: a-password }
              - { caldav: "https://dav.us.example/", address: ana@us.example, user: ana, password: a-password, ca: not-a-certificate.pem }
            delivery:
              from: CrmSync <crmsync@us.example>
              folder: out
              commands: { address: ana@us.example, secret: fifteen-letters }
            status: { listen: 127.0.0.1:8025, token: fifteen-letters }
            """);

        Assert.Equal(1, run.Status);
        Assert.Contains("C062: there is no file", run.Error, StringComparison.Ordinal);
        Assert.Contains("holds no certificate", run.Error, StringComparison.Ordinal);
        Assert.Contains("'secret' in", run.Error, StringComparison.Ordinal);
        Assert.Contains("'token' in", run.Error, StringComparison.Ordinal);
        Assert.Contains("4 errors", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fifteen-letters", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://crmsync:hunter2@db.us.example/crmsync")]
    [InlineData("Host=db.us.example;Port=many;Password=hunter2")]
    [InlineData("hunter2")]
    public async Task A_connection_string_that_is_none_is_said_without_it(string text)
    {
        var run = await Check("  []", $"{{ postgres: \"{text}\" }}");

        Assert.Equal(1, run.Status);
        Assert.Contains("is not a connection string", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_accounts_of_one_name_are_an_error()
    {
        var run = await Check("  - { eml: a, address: ana@us.example, name: mail }\n  - { eml: b, address: ana@us.example, name: mail }");

        Assert.Equal(1, run.Status);
        Assert.Contains("two accounts are called 'mail'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_connect_a_database_and_a_way_out_that_cannot_be_used_fail_the_check()
    {
        await File.WriteAllTextAsync(
            company.PathTo("config", "data", "crmsync.db"),
            "this is no database, only a file of words that is long enough to be looked at"
        );
        await File.WriteAllTextAsync(company.PathTo("config", "out"), "a file where a folder should be");
        Directory.CreateDirectory(company.PathTo("config", "mail"));
        var config = TheProgram.Configuration(
            company,
            "  - { eml: mail, address: ana@us.example }\ndelivery: { from: crmsync@us.example, folder: out }"
        );

        var run = await TheProgram.Run("check", "--connect", "--config", config);

        Assert.Equal(1, run.Status);
        Assert.Contains("this is not an SQLite database", run.Error, StringComparison.Ordinal);
        Assert.Contains("delivery to", run.Error, StringComparison.Ordinal);
        Assert.Contains("account eml:ana@us.example: can be read", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log", "--since", "\u001b[2Jnow")]
    [InlineData("sync", "--account", "\u001b]0;title\u0007ana")]
    [InlineData("\u001b[31mverb", "", "")]
    [InlineData("digest", "--to", "ana\u202egro.live")]
    public async Task What_an_argument_holds_never_steers_the_terminal(string verb, string option, string value)
    {
        var config = TheProgram.Configuration(company, "  []");

        var run = await TheProgram.Run(((string[])[verb, option, value, "--config", config]).Where(argument => argument.Length > 0));

        Assert.Equal(2, run.Status);
        Assert.Matches(@"\\u(001b|202e)", run.Error);
        Assert.DoesNotMatch("[\u001b\u0007\u202e]", run.Error + run.Output);
    }

    [Theory]
    [InlineData("jane\u202e@acme.example")]
    [InlineData("jane\u200b@acme.example")]
    [InlineData("jane@acme\u2066.example")]
    [InlineData("jane\u0007@acme.example")]
    [InlineData("jane@acme.example\ufeff.net")]
    public void An_address_with_marks_that_nobody_sees_is_none(string text) => Assert.False(EmailAddress.TryParse(text, out _));

    [Fact]
    public async Task Marks_that_nobody_sees_are_shown_as_escapes_in_tables()
    {
        Directory.CreateDirectory(company.PathTo("config", "mail"));
        await File.WriteAllTextAsync(
            company.PathTo("config", "mail", "1.eml"), TestCompany.MailText("invoice\u202efdp.exe \u200bnew", id: "1@acme.example"));
        var config = TheProgram.Configuration(company, "  - { eml: mail, address: ana@us.example }");
        Assert.Equal(0, (await TheProgram.Run("sync", "--config", config)).Status);

        var run = await TheProgram.Run("log", "--config", config);

        Assert.Contains(@"invoice\u202efdp.exe \u200bnew", run.Output, StringComparison.Ordinal);
    }

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    private Task<ProgramRun> Check(string accounts, string storage = "{ sqlite: data/crmsync.db }") =>
        TheProgram.Run("check", "--config", TheProgram.Configuration(company, accounts, storage));
}
