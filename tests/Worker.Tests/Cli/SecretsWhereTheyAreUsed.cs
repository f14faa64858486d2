using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>A secret that is not there stops what needs it, and nothing else.</summary>
public sealed class SecretsWhereTheyAreUsed
{
    [Fact]
    public async Task A_password_that_is_not_set_fails_its_account_and_who_only_reads_the_database_does_not_ask_for_it()
    {
        await using var company = await TestCompany.Open();
        await File.WriteAllTextAsync(company.PathTo("mail", "ana", "1.eml"), TestCompany.MailText("Hinges"));
        var config = TheProgram.Configuration(
            company,
            """
              - { imap: bob@us.example, host: mail.us.example, password: "${CRMSYNC_NO_SUCH_SECRET}" }
              - { eml: ../mail/ana, address: ana@us.example, name: ana }
            """);

        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
        var log = await TheProgram.Run("log", "--config", config);
        var check = await TheProgram.Run("check", "--config", config);
        var worker = await TheProgram.Run("run", "--config", config);

        Assert.Equal(1, sync.Status);
        Assert.Equal([0, 1], sync.Json.Select(account => account.GetProperty("new").GetInt32()));
        Assert.Contains("the environment variable CRMSYNC_NO_SUCH_SECRET is not set", sync.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (log.Status, log.Error));
        Assert.Contains("Hinges", log.Output, StringComparison.Ordinal);
        Assert.Equal((1, 78), (check.Status, worker.Status));
        Assert.Contains("error C070", check.Error, StringComparison.Ordinal);
        Assert.Contains("error C070", worker.Error, StringComparison.Ordinal);
    }
}
