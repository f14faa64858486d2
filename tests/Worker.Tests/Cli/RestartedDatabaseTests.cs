using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Harvest;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>The real worker while its PostgreSQL is restarted: it says so in words, and works on by itself afterwards.</summary>
public sealed partial class RestartedDatabaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly ConcurrentQueue<string> said = new();
    private PostgresServer server = null!;

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_restart_costs_words_and_no_work()
    {
        await using var company = await Open();
        Mail(company, "first");
        var place = await server.NewDatabase();
        var config = TheProgram.Configuration(
            company,
            "  - { eml: ../mail/ana, address: ana@us.example, name: ana }",
            $"{{ postgres: \"{place}\" }}");
        await File.AppendAllTextAsync(
            Path.Combine(config, "crmsync.yaml"),
            "schedule: { mail: 1m, policy: 1m }\nstatus: { listen: 127.0.0.1:0 }\n");
        using var worker = TheProgram.Start(["run", "--config", config]);
        worker.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        worker.BeginErrorReadLine();
        try
        {
            var page = (await Said("the status page is at ")).Split(" at ")[1].Trim();
            await Said("account ana: 1 new");
            Assert.Equal(HttpStatusCode.OK, (await Ask(page + "/live")).Status);

            // Away until whoever looks for the next job to do has met it.
            await server.Stop();
            Mail(company, "second");
            await Said("scanning for the next trigger");
            await Said("the server cannot be reached (Connection refused); start it");
            var health = await Ask(page + "/health");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
            Assert.Contains("PostgreSQL 127.0.0.1", health.Words, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await Ask(page + "/live")).Status);
            Assert.False(worker.HasExited);

            await server.StartAgain();
            said.Clear();
            await Said("account ana: 1 new");
            await WaitFor(async () => (await Ask(page + "/health")).Status == HttpStatusCode.OK ? "well" : null, "health");
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        NoStackTraces();
    }

    private void NoStackTraces() => Assert.Equal([], said.Where(line => Frame().IsMatch(line)));

    private static void Mail(TestCompany company, string name) => File.WriteAllText(
        company.PathTo("mail", "ana", name + ".eml"),
        MailText(name, id: $"{name}@acme.example"));

    private Task<string> Said(string words) =>
        WaitFor(() => Task.FromResult(said.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal))), words);

    private async Task<string> WaitFor(Func<Task<string?>> look, string what)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            if (await look() is { } found)
                return found;

            NoStackTraces();
            await Task.Delay(200);
        }

        throw new InvalidOperationException($"\"{what}\" did not come to pass:\n{string.Join('\n', said)}");
    }

    private static async Task<(HttpStatusCode Status, string Words)> Ask(string url)
    {
        using var browser = new HttpClient();
        using var answer = await browser.GetAsync(url);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A line of a stack trace, or one that holds some.</summary>
    [GeneratedRegex(@"\bat [A-Za-z_]+(\.[A-Za-z_<>`0-9]+)+\(", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Frame();
}
