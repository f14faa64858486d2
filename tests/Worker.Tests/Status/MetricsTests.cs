using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Status;

/// <summary>The real program after a harvest with faults, as a monitor sees it.</summary>
public sealed partial class MetricsTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Token = "a-long-random-token";

    private readonly HttpClient monitor = new();
    private TestCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        var thanks = TestCompany.MailText("Thanks", date: Lately(minutes: 40), id: "t@acme.example", body: "All is well.");
        Mail(
            "ana", "question", TestCompany.MailText("Hinges", date: Lately(minutes: 30), id: "q@acme.example", body: "When do they come?"));
        Mail("ana", "thanks", thanks);
        Mail("ana", "empty", "");
        Mail("bob", "copy", thanks);
        Mail("bob", "draft", "X-Gmail-Labels: Drafts\r\n" + TestCompany.MailText("Draft", date: Lately(minutes: 50)));
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        monitor.Dispose();
        await company.DisposeAsync();
    }

    [Fact]
    public async Task A_scrape_after_a_harvest_with_faults_finds_each_figure_right()
    {
        await using var pinged = new RequestCollector();
        var config = Configure($", token: {Token}, ping: \"{pinged.Place}/ping\"");
        await LeaveTroubles(config);
        await using var program = RunningProgram.Start(["--config", config, "--log", "json"]);
        var page = await Page(program);
        monitor.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        await program.WaitFor(
            async () => (await Scraped(page))["crmsync_digests_total", "digest=\"my-day\",step=\"sent\""] is null ? null : "",
            "the digest");
        var told = await Scraped(page);

        Assert.Equal(1, told["crmsync_database_up"]);
        Assert.Equal(2, Items(told, "new"));
        Assert.Equal(1, Items(told, "known"));
        Assert.Equal(1, Items(told, "skipped"));
        Assert.Equal(1, told["crmsync_items_total", "account=\"ana\",result=\"quarantined\""]);
        Assert.Equal(1, told["crmsync_items_total", "account=\"bob\",result=\"skipped\""]);
        Assert.Equal(2, told["crmsync_account_items", "account=\"ana\",state=\"done\""]);
        Assert.Equal(1, told["crmsync_account_items", "account=\"ana\",state=\"quarantined\""]);
        Assert.Equal(0, told["crmsync_account_failures_total", "account=\"ana\",kind=\"permanent\""]);
        Assert.InRange(told["crmsync_account_failures_total", "account=\"lost\",kind=\"permanent\""]!.Value, 1, 20);
        Assert.Equal(1, told["crmsync_account_trouble", "account=\"lost\",kind=\"permanent\""]);
        Assert.Equal(0, told["crmsync_account_trouble", "account=\"lost\",kind=\"passing\""]);
        Assert.InRange(told["crmsync_account_lag_seconds", "account=\"ana\""]!.Value, 0, 300);
        Assert.Null(told["crmsync_account_lag_seconds", "account=\"lost\""]);
        Assert.Equal(1, told["crmsync_account_folders", "account=\"bob\",state=\"parked\""]);
        Assert.Equal(1, told["crmsync_account_folders", "account=\"bob\",state=\"read\""]);
        Assert.InRange(told["crmsync_account_folder_age_seconds", "account=\"bob\""]!.Value, 7190, 8500);
        Assert.InRange(told["crmsync_account_folder_age_seconds", "account=\"ana\""]!.Value, 0, 300);
        Assert.Equal(2, told["crmsync_policy_items", "state=\"overdue\""]);
        Assert.Equal(0, told["crmsync_policy_items", "state=\"open\""]);
        Assert.InRange(told["crmsync_policy_duration_seconds_count"]!.Value, 1, 20);
        Assert.Equal(1, told["crmsync_digests_total", "digest=\"my-day\",step=\"planned\""]);
        Assert.Equal(1, told["crmsync_digests_total", "digest=\"my-day\",step=\"sent\""]);
        Assert.Equal(1, told["crmsync_digests_total", "digest=\"the-firm\",step=\"failed\""]);
        Assert.Equal(0, told["crmsync_outbox_mails"]);
        Assert.Equal(0, told["crmsync_outbox_age_seconds"]);
        Assert.True(told["crmsync_database_transaction_duration_seconds_count", "step=\"work\""] > 5);
        Assert.True(told["crmsync_reasons"] >= 1);
        Assert.DoesNotContain('@', told.Text);
        Assert.DoesNotContain("parked-folder", told.Text, StringComparison.Ordinal);

        await IsToldInGoodForm(told);
        TheMonitorsFilesSpeakOfWhatThereIs(told);
        await TheTokenGuards(page);
        await program.WaitFor(() => Task.FromResult(pinged.Requests.Count > 0 ? "" : null), "ping");
        Assert.All(pinged.Requests, request => Assert.Equal("/ping", request.Path));
        var (status, took) = await program.Stop();
        Assert.Equal(0, status);
        Assert.InRange(took.TotalSeconds, 0, 30);
        Assert.All(program.Said, line => Assert.Equal(JsonValueKind.String, Event(line).GetProperty("message").ValueKind));
        var harvested = program.Said.Select(Event).First(line => line.TryGetProperty("new", out _));
        Assert.Contains(harvested.GetProperty("account").GetString(), new[] { "ana", "bob" });
        Assert.InRange(harvested.GetProperty("new").GetInt32(), 1, 2);
    }

    [Fact]
    public async Task The_same_meters_and_the_traces_go_by_OTLP_where_a_receiver_is_named()
    {
        await using var receiver = new RequestCollector();
        var config = Configure("");
        await using var program = RunningProgram.Start(["--config", config], new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Place,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
        });
        await program.WaitFor(() => Task.FromResult(Sent("/v1/traces", "send") && Sent("/v1/metrics", "my-day") ? "" : null), "OTLP");

        foreach (var name in "crmsync.account.lag crmsync.items crmsync.policy.items crmsync.digests crmsync.outbox.age".Split(' '))
            Assert.True(Sent("/v1/metrics", name), name);

        foreach (var span in new[] { "harvest", "list", "read", "store", "policy", "write", "send" })
            Assert.True(Sent("/v1/traces", span), span);

        Assert.DoesNotContain(receiver.Requests, request => request.Body.AsSpan().IndexOf("acme.example"u8) >= 0);
        await program.Stop();

        bool Sent(string path, string words) => receiver.Requests.Any(request =>
            request.Path == path && request.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(words)) >= 0);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_keeps_nobody_from_ending()
    {
        await using var silent = RawServer.Saying("");
        await using var program = RunningProgram.Start(["--config", Configure("")], new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{silent.Port}"),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        });
        await program.Hear("account ana: ");
        var (status, took) = await program.Stop();
        Assert.Equal(0, status);
        Assert.InRange(took.TotalSeconds, 0, 30);
    }

    [Theory]
    [InlineData("check rules alerts.yaml")]
    [InlineData("test rules alerts-test.yaml")]
    [InlineData("check config prometheus.yaml")]
    public async Task Promtool_finds_nothing_wrong_with_the_files_for_monitors(string command)
    {
        var (status, said) = await Promtool(command.Split(' '), null, Files);
        Assert.True(status == 0, said);
    }

    private static string Files => Path.Combine(PolicyFiles.Fixture.Repository, "build", "monitoring");

    /// <summary>Which of two accounts gets to a mail first is up to them.</summary>
    private static double? Items(Scrape told, string result) =>
        told["crmsync_items_total", $"account=\"ana\",result=\"{result}\""]
        + told["crmsync_items_total", $"account=\"bob\",result=\"{result}\""];

    private static JsonElement Event(string line) => JsonDocument.Parse(line).RootElement;

    /// <summary>Lately, as mails write it.</summary>
    private static string Lately(int minutes) =>
        DateTimeOffset.UtcNow.AddMinutes(-minutes).ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);

    private void Mail(string mailbox, string name, string text) =>
        File.WriteAllText(company.PathTo("mail", mailbox, name + ".eml"), text);

    private string Configure(string status)
    {
        var folder = TheProgram.Configuration(
            company,
            """
              - { eml: ../mail/ana, address: ana@us.example, name: ana }
              - { eml: ../mail/bob, address: bob@us.example, name: bob }
              - { eml: ../mail/nobody, address: nobody@us.example, name: lost }
            """);
        File.AppendAllText(
            Path.Combine(folder, "crmsync.yaml"),
            $$"""
            delivery: { from: crmsync@us.example, folder: ../out }
            schedule: { mail: 1m, policy: 1m }
            status: { listen: "127.0.0.1:0"{{status}} }
            """);

        // Due when the first harvest is done: before that there would be nothing to say.
        DigestSoon.Write(folder);
        return folder;
    }

    /// <summary>A folder that could not be listed for two hours, and a mail for somebody who has left.</summary>
    private static async Task LeaveTroubles(string config)
    {
        await using var database = await ContactDatabase.OpenSqlite(Path.Combine(config, "data", "crmsync.db"), default);
        var now = SystemClock.Instance.GetCurrentInstant();
        var ledger = new HarvestLedger(database);
        var bob = await new Accounts(database).Register("bob", "eml", "bob@us.example", default);
        var folder = await ledger.Folder(bob, "parked-folder", "parked-folder", null, default);
        await ledger.Park(folder, now + Duration.FromHours(1), "it is locked", now - Duration.FromHours(2), default);
        var mails = new DigestLedger(database);
        await mails.Plan(new PlannedMail("gone", "the-firm", "gone", "2026-01-01", now), now, default);
        await mails.Keep(new WrittenMail("gone", "Subject: x\r\n\r\n"u8.ToArray(), []), now, default);
    }

    private static async Task<string> Page(RunningProgram program)
    {
        var line = await program.Hear("the status page is at ");
        return Event(line).GetProperty("url").GetString()!;
    }

    private async Task<Scrape> Scraped(string page) => new(await monitor.GetStringAsync(page + "/metrics"));

    private static async Task IsToldInGoodForm(Scrape told)
    {
        var own = string.Join('\n', told.Text.Split('\n').Where(line => line.Contains("crmsync_", StringComparison.Ordinal))) + "\n";
        var (status, said) = await Promtool(["check", "metrics"], own, Files);
        Assert.True(status == 0, said);
    }

    /// <summary>Every expression of the alerts and the dashboard can be read and names a metric that was told.</summary>
    private static void TheMonitorsFilesSpeakOfWhatThereIs(Scrape told)
    {
        var dashboardText = File.ReadAllText(Path.Combine(Files, "grafana-dashboard.json"));
        var words = File.ReadAllText(Path.Combine(Files, "alerts.yaml")) + dashboardText;
        var named = Metric().Matches(words).Select(match => match.Value).ToHashSet();
        Assert.True(named.Count > 15);
        Assert.DoesNotContain(named, name => !told.Names.Contains(name) && name != "crmsync_failures_total");

        var dashboard = JsonDocument.Parse(dashboardText).RootElement;
        var expressions = dashboard.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal));
        var rules = expressions.Select((expression, number) => string.Create(
            CultureInfo.InvariantCulture, $"      - record: panel_{number}\n        expr: {JsonSerializer.Serialize(expression)}\n"));
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "groups:\n  - name: dashboard\n    rules:\n" + string.Concat(rules));
        var (status, said) = Promtool(["check", "rules", file], null, Files).GetAwaiter().GetResult();
        File.Delete(file);
        Assert.True(status == 0, said);
    }

    private static async Task TheTokenGuards(string page)
    {
        using var stranger = new HttpClient();
        foreach (var path in new[] { "/", "/health", "/metrics" })
        {
            using var refused = await stranger.GetAsync(page + path);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var alive = await stranger.GetAsync(page + "/live");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static async Task<(int Status, string Said)> Promtool(IEnumerable<string> arguments, string? input, string folder)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    [GeneratedRegex(@"\b(crmsync|dotnet)_[a-z_]+\b")]
    private static partial Regex Metric();
}
