using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>
/// The program is killed at random moments of a harvest and run to its end: the log must be that of an undisturbed run, on both databases.
/// </summary>
public sealed class KilledProgramTests
{
    private const int Mails = 1500;

    [Fact]
    public async Task A_killed_harvest_that_is_run_to_its_end_gives_the_log_of_an_undisturbed_one_on_both_databases()
    {
        await using var company = await TestCompany.Open();
        Write(company);
        var undisturbed = await Finish(company, "{ sqlite: data/undisturbed.db }");
        Assert.Equal(Mails, undisturbed.Length);

        await using var server = await PostgresServer.Start();
        foreach (var storage in new[] { "{ sqlite: data/killed.db }", $"{{ postgres: \"{await server.NewDatabase()}\" }}" })
        {
            var random = new Random(4);
            for (var i = 0; i < 3; i++)
                await KillAt(TestConfiguration(company, storage), TimeSpan.FromMilliseconds(200 + random.Next(1500)));

            Assert.Equal(undisturbed, await Finish(company, storage));
        }
    }

    /// <summary>Two mailboxes that share every third mail, and answer each other.</summary>
    private static void Write(TestCompany company)
    {
        for (var i = 0; i < Mails; i++)
        {
            var date =
                TestCompany
                    .Monday.Minus(NodaTime.Duration.FromHours(i))
                    .ToString("ddd, dd MMM uuuu HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) + " +0000";
            var text = TestCompany.MailText(
                $"mail {i}",
                date: date,
                id: $"{i}@acme.example",
                more: i % 5 == 0 ? $"In-Reply-To: <{i + 1}@acme.example>\r\n" : "",
                body: $"text of mail {i}?");
            File.WriteAllText(company.PathTo("mail", "ana", $"{i % 7}", $"{i}.eml"), text);
            if (i % 3 == 0)
                File.WriteAllText(company.PathTo("mail", "bob", $"{i}.eml"), text);
        }
    }

    private static string TestConfiguration(TestCompany company, string storage) =>
        TheProgram.Configuration(
            company,
            "  - { eml: ../mail/ana, address: ana@us.example, name: ana }\n  - { eml: ../mail/bob, address: bob@us.example, name: bob }",
            storage);

    private static async Task KillAt(string config, TimeSpan moment)
    {
        using var process = TheProgram.Start(["sync", "--config", config]);
        await Task.Delay(moment);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static async Task<string[]> Finish(TestCompany company, string storage)
    {
        var config = TestConfiguration(company, storage);
        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
        Assert.Equal(0, sync.Status);
        Assert.Equal(Mails + (Mails / 3), sync.Json.Sum(a => a.GetProperty("new").GetInt32() + a.GetProperty("known").GetInt32()));
        return (await TheProgram.Run("log", "--config", config, "--format", "json", "--class", "all")).Output.Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries);
    }
}
