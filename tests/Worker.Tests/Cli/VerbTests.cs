using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Cli;

public sealed class VerbTests
{
    [Theory]
    [InlineData(2, "bogus")]
    [InlineData(0)]
    [InlineData(2, "sync", "--bogus")]
    [InlineData(2, "log", "--since", "someday")]
    [InlineData(2, "log", "--class", "spam")]
    [InlineData(0, "--help")]
    [InlineData(0, "--version")]
    [InlineData(78, "sync", "--config", "/nowhere/at/all")]
    public async Task The_exit_status_tells_wrong_usage_from_a_bad_configuration(int status, params string[] arguments)
    {
        var run = await TheProgram.Run(arguments);

        Assert.Equal(status, run.Status);
        Assert.True(status == 0 || (run.Output.Length == 0 && run.Error.Length > 0));
    }

    [Fact]
    public async Task Sync_writes_one_JSON_object_an_account_and_one_failing_account_stops_no_other()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("one", id: "one@acme.example"));
        File.WriteAllText(company.PathTo("mail", "bob", "1.eml"), MailText("one", id: "one@acme.example"));
        var config = TheProgram.Configuration(
            company,
            """
              - { eml: ../mail/ana, address: ana@us.example, name: ana }
              - { eml: ../mail/nobody, address: nobody@us.example, name: lost }
              - { eml: ../mail/bob, address: bob@us.example, name: bob }
            """);

        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
        var status = await TheProgram.Run("status", "--config", config, "--format", "json");
        var log = await TheProgram.Run("log", "--config", config, "--format", "json");

        Assert.Equal(1, sync.Status);
        Assert.Equal(
            [("ana", 1, 0), ("lost", 0, 0), ("bob", 0, 1)],
            sync.Json.Select(a =>
                (a.GetProperty("account").GetString(), a.GetProperty("new").GetInt32(), a.GetProperty("known").GetInt32())));
        Assert.Contains("there is no folder here", sync.Error, StringComparison.Ordinal);
        Assert.Contains(
            "there is no folder here",
            status.Json.Single(a => a.GetProperty("account").GetString() == "lost").GetProperty("error").GetString(),
            StringComparison.Ordinal);
        var line = Assert.Single(log.Json);
        Assert.Equal(["ana", "bob"], line.GetProperty("accounts").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal("human", line.GetProperty("class").GetString());
        Assert.Equal("one@acme.example", line.GetProperty("message_id").GetString());
    }

    [Fact]
    public async Task Verbs_that_only_read_show_the_log_as_it_was_derived_and_say_so()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config);
        var policy = Path.Combine(config, "policy.yaml");
        var written = await File.ReadAllTextAsync(policy);
        Assert.Contains("enron.com]", written, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            policy, written.Replace("enron.com]", "enron.com, acme.example]", StringComparison.Ordinal));

        foreach (var verb in new[] { "log", "items" })
        {
            var run = await TheProgram.Run(verb, "--config", config);
            Assert.Contains("as an earlier policy or release made them", run.Error, StringComparison.Ordinal);
        }

        Assert.Equal("human", await Class());
        Assert.DoesNotContain(
            "an earlier policy", (await TheProgram.Run("sync", "--config", config)).Error, StringComparison.Ordinal);
        Assert.Equal("internal", await Class());

        async Task<string?> Class() =>
            Assert.Single((await TheProgram.Run("log", "--config", config, "--format", "json", "--class", "all")).Json)
                .GetProperty("class")
                .GetString();
    }

    [Fact]
    public async Task A_verb_that_meets_what_nobody_expected_says_so_in_words()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config, "--now", "2026-03-02T09:00:00Z");
        await File.AppendAllTextAsync(Path.Combine(config, "policy.yaml"), "privacy: { retain: 1d }\n");
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(config, "data", "crmsync.db")};Pooling=False"))
        {
            await connection.ExecuteAsync(
                "create trigger spoilt before update on interaction begin select raise(abort, 'about jane@acme.example'); end");
        }

        string[] arguments = ["retain", "--config", config, "--now", "2026-03-09T09:00:00Z"];
        var run = await TheProgram.Run(arguments);
        var verbose = await TheProgram.Run([.. arguments, "--verbose"]);

        Assert.Equal((1, 1), (run.Status, verbose.Status));
        Assert.Contains(
            "crmsync: retain: the program met something it does not know (SqliteException in ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", run.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", verbose.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Items_asks_the_policy_at_the_moment_given()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config, "--now", "2026-03-02T09:00:00Z");

        var open = await TheProgram.Run("items", "--config", config, "--format", "json", "--now", "2026-03-02T10:00:00Z");
        var overdue = await TheProgram.Run("items", "--config", config, "--format", "json", "--now", "2026-03-02T14:00:00Z");

        Assert.Equal(("reply", "open", "2026-03-02T12:00:00Z"), Fields(open));
        Assert.Equal(("reply", "overdue", "2026-03-02T12:00:00Z"), Fields(overdue));

        static (string?, string?, string?) Fields(ProgramRun run)
        {
            var item = Assert.Single(run.Json);
            return (item.GetProperty("rule").GetString(), item.GetProperty("state").GetString(), item.GetProperty("due").GetString());
        }
    }

    [Fact]
    public async Task A_forgotten_person_stays_forgotten_when_the_mailbox_is_read_again()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("one"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config);

        var forget = await TheProgram.Run("forget", "jane@acme.example", "--config", config);
        File.SetLastWriteTimeUtc(company.PathTo("mail", "ana", "1.eml"), DateTime.UtcNow.AddMinutes(5));
        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json");
        var log = await TheProgram.Run("log", "--config", config, "--format", "json", "--class", "all");

        Assert.Equal(0, forget.Status);
        Assert.Equal(1, sync.Json.Single().GetProperty("skipped").GetInt32());
        Assert.Empty(log.Json);
    }

    [Fact]
    public async Task The_demo_tells_where_the_digests_are_from_any_folder_and_writes_nowhere_else()
    {
        await using var company = await Open();
        Directory.CreateDirectory(company.PathTo("elsewhere", "x"));
        using var process = TheProgram.Start(["demo", "--out", company.PathTo("demo")], company.PathTo("elsewhere", "x"));
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        var digests = Directory.GetFiles(company.PathTo("demo"), "*.html");
        Assert.NotEmpty(digests);
        Assert.All(digests, digest => Assert.Contains(digest, output, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(company.PathTo("elsewhere", "x")));
        Assert.Contains("4 March 2026", output, StringComparison.Ordinal);
    }

    /// <summary>As in life, and with nothing held back for it.</summary>
    [Fact]
    public async Task The_demo_shows_accounts_that_were_read_a_moment_before()
    {
        await using var company = await Open();
        var demo = await TheProgram.Run("demo", "--out", company.PathTo("demo"));
        Assert.Equal(0, demo.Status);
        var further = demo.Output.Split('\n').Single(line => line.StartsWith("Look further with:", StringComparison.Ordinal)).Split(' ');
        var (config, now) = (further[^3], further[^1].Trim());

        var status = await TheProgram.Run("status", "--config", config, "--now", now, "--format", "json");
        var items = await TheProgram.Run("items", "--config", config, "--now", now, "--format", "json");

        Assert.True(status.Json.Count > 3);
        Assert.All(status.Json, account =>
        {
            var before = DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)
                - DateTimeOffset.Parse(account.GetProperty("last_success").GetString()!, CultureInfo.InvariantCulture);
            Assert.InRange(before, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        });
        Assert.Contains(items.Json, item => item.GetProperty("state").GetString() == "overdue");
    }

    [Fact]
    public async Task The_worker_starts_with_a_short_secret_and_warns_of_it_without_telling_it()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("one"));
        var config = TheProgram.Configuration(
            company,
            """
              - { eml: ../mail/ana, address: ana@us.example, name: ana }
            delivery:
              from: CrmSync <crmsync@us.example>
              folder: ../out
              commands: { address: ana@us.example, secret: fifteen-letters, trusted_servers: [mx.us.example] }
            status: { listen: 127.0.0.1:0, token: fifteen-letters }
            """);
        var check = await TheProgram.Run("check", "--config", config);
        Assert.Equal(1, check.Status);
        Assert.Equal(2, check.Error.Split("error C053").Length - 1);

        using var worker = TheProgram.Start(["run", "--config", config]);
        var said = new List<string>();
        while (
            !said.Exists(line => line.Contains("account ana: 1 new", StringComparison.Ordinal))
            && await worker.StandardError.ReadLineAsync() is { } line)
            said.Add(line);

        Assert.Equal(0, Kill(worker.Id, 15));
        await worker.WaitForExitAsync();
        Assert.Equal(0, worker.ExitCode);
        Assert.Equal(2, said.Count(line => line.Contains("warning C053", StringComparison.Ordinal)));
        Assert.DoesNotContain(said, line => line.Contains("fifteen-letters", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sync_drops_texts_at_its_end_that_are_older_than_the_policy_keeps_them()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await File.AppendAllTextAsync(Path.Combine(config, "policy.yaml"), "privacy: { retain: 30d }\n");
        var first = await TheProgram.Run("sync", "--config", config, "--now", "2026-03-02T09:00:00Z");
        Assert.DoesNotContain("retention", first.Error, StringComparison.Ordinal);

        var later = await TheProgram.Run("sync", "--config", config, "--now", "2026-04-02T09:00:00Z");
        var log = await TheProgram.Run("log", "--config", config, "--now", "2026-04-02T09:00:00Z", "--format", "json");
        var status = await TheProgram.Run("status", "--config", config, "--now", "2026-04-02T09:00:00Z");

        Assert.Contains("retention: dropped 1 texts of lines", later.Error, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, Assert.Single(log.Json).GetProperty("text").ValueKind);
        Assert.Contains("were dropped on 2026-04-02 11:00+02:00: 1 texts", status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_tells_who_exported_whom_and_names_nobody_who_was_erased()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("Hinges", body: "When do they come?"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        await TheProgram.Run("sync", "--config", config, "--now", "2026-03-02T09:00:00Z");
        await TheProgram.Run("export", "jane@acme.example", "--config", config, "--now", "2026-03-02T10:00:00Z");
        var before = await TheProgram.Run("audit", "--config", config, "--format", "json");
        await TheProgram.Run("forget", "jane@acme.example", "--config", config, "--now", "2026-03-02T11:00:00Z");
        var after = await TheProgram.Run("audit", "--config", config, "--since", "2026-03-02T10:00:00Z");
        var late = await TheProgram.Run("audit", "--config", config, "--since", "2026-03-02T12:00:00Z", "--format", "json");

        var entry = Assert.Single(before.Json);
        Assert.Equal(
            ("2026-03-02T10:00:00Z", Environment.UserName, "verb", "exported", "jane@acme.example"),
            (Text("at"), Text("who"), Text("way"), Text("what"), Text("about")));
        Assert.DoesNotContain("jane", after.Output, StringComparison.Ordinal);
        Assert.Equal(2, after.Output.Split('\n').Count(line => line.Contains("somebody erased", StringComparison.Ordinal)));
        Assert.Empty(late.Json);

        string? Text(string name) => entry.GetProperty(name).GetString();
    }

    [Fact]
    public async Task The_worker_harvests_and_stops_cleanly_when_asked()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("one"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        using var worker = TheProgram.Start(["run", "--config", config]);
        var error = worker.StandardError;
        var harvested = false;
        while (!harvested && await error.ReadLineAsync() is { } line)
            harvested = line.Contains("account ana: 1 new", StringComparison.Ordinal);

        var asked = Stopwatch.StartNew();
        Assert.Equal(0, Kill(worker.Id, 15));
        await worker.WaitForExitAsync();

        Assert.True(harvested);
        Assert.Equal(0, worker.ExitCode);
        Assert.InRange(asked.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_worker_says_where_its_page_is_and_works_on_by_the_last_good_policy_while_the_files_are_broken()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("mail", "ana", "1.eml"), MailText("one"));
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        File.AppendAllText(Path.Combine(config, "crmsync.yaml"), "status: { listen: 127.0.0.1:0 }\n");
        var policy = await File.ReadAllTextAsync(Path.Combine(config, "policy.yaml"));
        await File.WriteAllTextAsync(Path.Combine(config, "policy.yaml"), policy + "nonsense: 1\n");
        Assert.Equal(78, (await TheProgram.Run("run", "--config", config)).Status);

        foreach (var (files, status) in new[] { (policy, "well"), (policy + "nonsense: 1\n", "trouble") })
        {
            await File.WriteAllTextAsync(Path.Combine(config, "policy.yaml"), files);
            using var worker = TheProgram.Start(["run", "--config", config]);
            var said = new List<string>();
            string[] awaited = ["status page is at", status == "well" ? "is in force" : "stays in force"];
            while (
                !awaited.All(words => said.Any(line => line.Contains(words, StringComparison.Ordinal)))
                && await worker.StandardError.ReadLineAsync() is { } line)
                said.Add(line);

            var url = said.Single(line => line.Contains("status page is at", StringComparison.Ordinal)).Split(" at ")[1].Trim();
            using var browser = new HttpClient();
            using var health = await browser.GetAsync(url + "/health");
            Assert.Contains($"\"status\":\"{status}\"", await health.Content.ReadAsStringAsync(), StringComparison.Ordinal);

            var other = await TheProgram.Run("run", "--config", config);
            Assert.Equal(1, other.Status);
            Assert.Contains($"(process {worker.Id})", other.Error, StringComparison.Ordinal);

            Assert.Equal(0, Kill(worker.Id, 15));
            await worker.WaitForExitAsync();
            Assert.Equal(0, worker.ExitCode);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
