using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>What an administrator is told about real mail servers, from a shell.</summary>
public abstract class AdminContract(MailboxServer server)
{
    /// <summary>What the server says of a wrong password.</summary>
    protected abstract string Refusal { get; }

    /// <summary>What is told of a mail whose file cannot be opened.</summary>
    protected abstract string Unreadable { get; }

    [Fact]
    public async Task Check_and_status_say_of_each_account_what_is_wrong_and_what_to_do_in_the_servers_own_words_and_no_secret()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [RealMailbox.Stored("one")]);
        await using var company = await TestCompany.Open();
        var config = TheProgram.Configuration(
            company,
            $$"""
              - { imap: ana@us.example, name: good, {{At(
                server.TlsPort)}}, ca: {{server.CaFile}}, user: {{user}}, password: {{MailboxServer.Password}} }
              - { imap: ben@us.example, name: wrong, {{At(
                server.TlsPort)}}, ca: {{server.CaFile}}, user: {{user}}, password: battery-staple }
              - { imap: cleo@us.example, name: untrusted, {{At(server.TlsPort)}}, user: {{user}}, password: {{MailboxServer.Password}} }
              - { imap: dan@us.example, name: clear, {{At(
                server.PlainPort)}}, ca: {{server.CaFile}}, user: {{user}}, password: {{MailboxServer.Password}} }
              - { imap: eve@us.example, name: nobody, {{At(
                ServerProcess.FreePort())}}, ca: {{server.CaFile}}, user: {{user}}, password: {{MailboxServer.Password}} }
            """
        );

        var check = await TheProgram.Run("check", "--connect", "--config", config);
        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
        var status = await TheProgram.Run("status", "--config", config, "--format", "json");

        Assert.Equal((1, 1), (check.Status, sync.Status));
        Assert.Equal(1, sync.Json.Single(line => line.GetProperty("account").GetString() == "good").GetProperty("new").GetInt32());
        Assert.Contains("account good: can be read", check.Error, StringComparison.Ordinal);
        foreach (
            var (account, words) in new (string, string[])[]
            {
                ("wrong", [Refusal, "correct the login in crmsync.yaml"]),
                ("untrusted", ["Bright Test Authority", "`ca`"]),
                ("clear", ["starttls", "crmsync.yaml"]),
                ("nobody", ["check host, port"]),
            })
        {
            var told = check.Error.Split('\n').Single(line => line.StartsWith($"account {account}: ", StringComparison.Ordinal));
            var standing = status.Json.Single(line => line.GetProperty("account").GetString() == account).GetProperty("error").GetString()!;
            Assert.All(words, word => Assert.Contains(word, told, StringComparison.OrdinalIgnoreCase));
            Assert.All(words, word => Assert.Contains(word, standing, StringComparison.OrdinalIgnoreCase));
        }

        Assert.All(
            new[] { check, sync, status },
            run => Assert.DoesNotContain("battery-staple", run.Output + run.Error, StringComparison.Ordinal));
        Assert.All(
            new[] { sync, status },
            run => Assert.DoesNotContain(MailboxServer.Password, run.Output + run.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mail_the_server_cannot_give_out_is_quarantined_with_its_words_and_read_when_it_was_repaired()
    {
        var user = server.NewUser();
        server.Fill(user, "INBOX", [RealMailbox.Stored("one"), RealMailbox.Stored("two"), RealMailbox.Stored("three")]);
        server.LetRead(user, 2, may: false);
        await using var company = await TestCompany.Open();
        var account = RealMailbox.CreateAccount(server, user);
        var clock = new TestClock(TestCompany.Monday);
        await using (var sources = RealMailbox.Sources(clock))
        {
            for (var i = 0; i < 5; i++)
            {
                await company.Harvest("ana", sources.CreateSource(account, company.Since), clock.GetCurrentInstant());
                clock.AdvanceMinutes(20);
            }
        }

        Assert.Equal(["one", "three"], (await company.Log()).Select(line => line.Subject).Order(StringComparer.Ordinal));
        var config = TheProgram.Configuration(
            company,
            $"  - {{ imap: ana@us.example, name: ana, {At(server.TlsPort)}, ca: {server.CaFile}, user: {user}, password: "
                + $"{MailboxServer.Password} }}",
            "{ sqlite: ../crmsync.db }");
        var bad = Assert.Single((await TheProgram.Run("quarantine", "--config", config, "--format", "json")).Json);
        Assert.EndsWith("INBOX UID 2", bad.GetProperty("place").GetString(), StringComparison.Ordinal);
        Assert.Contains(Unreadable, bad.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("quarantine retry", bad.GetProperty("remedy").GetString(), StringComparison.Ordinal);

        server.LetRead(user, 2, may: true);
        var retry = await TheProgram.Run("quarantine", "retry", "--config", config, "--format", "json");

        Assert.True(retry.Status == 0, retry.Error);
        Assert.Equal(1, retry.Json.Single().GetProperty("new").GetInt32());
        Assert.Equal(["one", "three", "two"], (await company.Log()).Select(line => line.Subject).Order(StringComparer.Ordinal));
    }

    private static string At(int port) => $"host: localhost, port: {port}";
}

public sealed class DovecotAdminTests(DovecotServer server) : AdminContract(server), IClassFixture<DovecotServer>
{
    protected override string Refusal => "Authentication failed";

    protected override string Unreadable => "Internal error occurred";
}

public sealed class CyrusAdminTests(CyrusServer server) : AdminContract(server), IClassFixture<CyrusServer>
{
    protected override string Refusal => "authentication failure";

    /// <summary>It answers OK, and says that the message it has just listed no longer exists.</summary>
    protected override string Unreadable => "the server lists it but does not send it";
}
