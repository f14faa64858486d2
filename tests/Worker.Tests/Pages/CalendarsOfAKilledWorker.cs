using System.Diagnostics;
using System.Net;
using CrmSync.Storage;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>A worker is killed again and again while mails arrive and a calendar program asks for the list.</summary>
public sealed class CalendarsOfAKilledWorker
{
    private const string Token = "the-token-of-ana";

    [Fact]
    public async Task Whatever_kills_it_no_entry_is_lost_or_doubled_or_changes_its_id_or_version()
    {
        await using var company = await TestCompany.Open();
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        File.AppendAllText(
            Path.Combine(config, "crmsync.yaml"),
            """
            delivery:
              from: crmsync@us.example
              folder: ../out
              commands: { address: crm@us.example, secret: a long secret for links, verify_dkim: true }
            schedule: { mail: 1m, policy: 1m }
            status: { listen: "127.0.0.1:0", url: "http://127.0.0.1/" }

            """);
        var file = company.PathTo("config", "data", "crmsync.db");
        await using (var database = await ContactDatabase.OpenSqlite(file, TimeProvider.System, default))
            await new ReaderFeeds(database).Give("ana", Token, SystemClock.Instance.GetCurrentInstant(), default);

        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var round = 1; round <= 4; round++)
        {
            await File.WriteAllTextAsync(
                company.PathTo("mail", "ana", $"{round}.eml"),
                TestCompany.MailText(
                    $"Hinges {round}",
                    date: DateTimeOffset.UtcNow.AddDays(-1).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
                    body: "When do they come?",
                    id: $"{round}@acme.example"));
            using var worker = TheProgram.Start(["run", "--config", config]);
            var address = await AddressOnceHarvested(worker);
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var patience = Stopwatch.StartNew(); entries.Count < round && patience.Elapsed < TimeSpan.FromMinutes(2); await Pause())
                entries = await Ask(address) ?? entries;

            Assert.Equal(round, entries.Count);
            Assert.Equal(seen, entries.Where(one => seen.ContainsKey(one.Key)));
            seen = entries;

            // Killed while it answers.
            var asked = Enumerable.Range(0, 20).Select(_ => Ask(address)).ToList();
            worker.Kill();
            Assert.All(await Task.WhenAll(asked), answer => Assert.True(answer is null || answer.Count == round));
        }
    }

    private static Task Pause() => Task.Delay(100);

    /// <summary>The entries, by their ids; null when the worker is not there.</summary>
    private static async Task<Dictionary<string, string>?> Ask(string address)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri($"{address}/feed/{Token}.ics"));
            if (answer.StatusCode != HttpStatusCode.OK)
                return null;

            var body = await answer.Content.ReadAsStringAsync();
            Assert.EndsWith("END:VCALENDAR\r\n", body, StringComparison.Ordinal);
            return body.Split("BEGIN:VEVENT\r\n").Skip(1).Select(part => part.Split("END:VEVENT")[0])
                .ToDictionary(part => part.Split("\r\n")[0], part => part, StringComparer.Ordinal);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<string> AddressOnceHarvested(Process worker)
    {
        var said = new List<string>();
        string? address = null;
        while (await worker.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            address ??= line.Split("the status page is at ") is [_, var url] ? url.Split(' ')[0].TrimEnd('/') : null;
            if (address is not null && line.Contains("account ana: 1 new", StringComparison.Ordinal))
                return address;
        }

        throw new InvalidOperationException(string.Join('\n', said));
    }
}
