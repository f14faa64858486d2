using System.Text.Json;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Directories;

namespace CrmSync.Worker.Tests.Calls;

/// <summary>Tables of a telephone system, from the file to the log and to what the policy makes of it.</summary>
public abstract class CallsInTheLog
{
    private const string Head = "time,from,to,direction,seconds\n";
    private const string Missed = "2026-03-09 16:00:00,086 123 4567,101,inbound,0\n";
    private const string Talk = "2026-03-09 11:00:00,101,+353 86 123 4567,outbound,95\n";

    private const string Policy =
        """
        version: 1
        start: 2026-01-01
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana }
        calendars: { office: { zone: Europe/Dublin, hours: { mon-fri: "09:00-17:00" } } }
        people:
          ana: { email: ana@us.example, name: Ana Lee, manager: ben, telephones: ["101"] }
          ben: { email: ben@us.example, name: Ben Roe, telephones: ["102"] }
        rules:
          - { respond: reply, within: 8bh }
          - { respond: call-back, within: 2bh, missed_calls: true }
        digests: [ { digest: my-day, to: owners, at: "08:00" } ]

        """;

    private const string JanesContact =
        """
        contacts: [ { primary: jane@acme.example, name: Jane Doe, telephones: ["+353 86 123 4567"] } ]

        """;

    /// <summary>A connection string of PostgreSQL; null for an SQLite file.</summary>
    protected abstract Task<string?> NewServer();

    [Fact]
    public async Task A_call_is_a_line_with_whoever_has_the_number()
    {
        await using var company = await Open(JanesContact);
        company.WriteFile("calls.csv", Head + Talk);
        Assert.Equal((1, 0, 0), Counts(await company.Sync()));

        var line = Assert.Single(await Log(company, "jane@acme.example"));
        Assert.Equal(
            ("call", "outbound", "answered", 95, "2026-03-09T11:00:00Z", "2026-03-09T11:01:35Z"),
            (Text(line, "kind"), Text(line, "direction"), Text(line, "status"), line.GetProperty("seconds").GetInt32(), Text(line, "start"),
                Text(line, "end")));
        Assert.Equal(
            ["tel:101 from", "tel:+353861234567 to"],
            line.GetProperty("participants").EnumerateArray().Select(one => $"{Text(one, "address")} {Text(one, "role")}"));

        var contact = Assert.Single(await company.Contacts());
        Assert.Equal(("jane@acme.example", 1), (Text(contact, "contact"), contact.GetProperty("calls").GetInt32()));
        Assert.Contains("call", (await company.Run("log")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missed_call_stands_in_the_digest_until_somebody_calls_back()
    {
        await using var company = await Open(JanesContact);
        company.WriteFile("calls.csv", Head + Missed);
        await company.Sync("2026-03-09T16:10:00Z");

        var item = Assert.Single(await company.Items("2026-03-09T16:20:00Z"));
        Assert.Equal(
            ("call-back", "jane@acme.example", "2026-03-10T10:00:00Z"), (Text(item, "rule"), Text(item, "about"), Text(item, "due")));
        Assert.Contains("called Mon 9 Mar 16:00 and nobody answered", await company.Explain("jane@acme.example"), StringComparison.Ordinal);
        var digest = await company.Run("digest", "--to", "ana", "--now", "2026-03-10T08:00:00Z");
        Assert.Contains("Call Jane Doe back", digest.Output, StringComparison.Ordinal);
        Assert.Contains(
            "nobody answered, call back within 2 business hours",
            string.Join(' ', digest.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);

        company.WriteFile("calls.csv", Head + Missed + "2026-03-10 09:30:00,101,0861234567,outbound,40\n");
        Assert.Equal((1, 1, 0), Counts(await company.Sync("2026-03-10T09:40:00Z")));
        Assert.Empty(await company.Items("2026-03-10T09:45:00Z"));
    }

    [Fact]
    public async Task A_number_becomes_somebodys_and_takes_its_calls_along()
    {
        await using var company = await Open("");
        company.WriteFile("calls.csv", Head + Talk);
        await company.Sync();
        Assert.Equal("tel:+353861234567", Text(Assert.Single(await company.Contacts()), "contact"));
        Assert.Single(await Log(company, "tel:+353861234567"));

        company.WriteFile("policy.yaml", Policy + JanesContact);
        Assert.Equal("jane@acme.example", Text(Assert.Single(await company.Contacts()), "contact"));
    }

    [Fact]
    public async Task A_directory_tells_whose_number_it_is_and_a_shared_one_is_the_organisations()
    {
        await using var company = await Open("", "directories: [ { csv: people.csv } ]\n");
        company.WriteFile(
            "people.csv", "address,name,telephone\njane@acme.example,Jane Doe,086 123 4567; 01 555 1000\njo@acme.example,Jo,01 555 1000\n");
        company.WriteFile("calls.csv", Head + Talk + "2026-03-09 12:00:00,01 555 1000,102,inbound,60\n");
        await company.Sync();

        Assert.Equal(
            ["jane@acme.example acme.example", "tel:+35315551000 acme.example"],
            (await company.Contacts()).Select(one => $"{Text(one, "contact")} {Text(one, "organisation")}"));
    }

    [Fact]
    public async Task Nothing_comes_twice_however_often_and_wherever_a_row_stands()
    {
        await using var company = await Open(JanesContact, path: "calls");
        Directory.CreateDirectory(company.PathTo("config", "calls", "x")[..^2]);
        company.WriteFile("calls/march.csv", Head + Talk + Missed);
        Assert.Equal((2, 0, 0), Counts(await company.Sync()));
        Assert.Equal((0, 2, 0), Counts(await company.Sync()));

        // Renamed, exported once more with other columns, and grown.
        File.Move(company.PathTo("config", "calls", "march.csv"), company.PathTo("config", "calls", "old.csv"));
        company.WriteFile(
            "calls/april.csv", "Call Time;From;To;Direction;Duration\n09.03.2026 11:00:00;101;+353861234567;outgoing;00:01:35\n"
                + "10.03.2026 11:00:00;101;+353861234567;outgoing;00:01:00\n");
        var counts = Counts(await company.Sync("2026-03-11T09:00:00Z"));
        Assert.Equal(1, counts.New);
        Assert.Equal(3, (await Log(company, "jane@acme.example")).Count);
    }

    [Fact]
    public async Task A_row_that_is_written_still_waits_and_a_spoilt_one_is_set_aside()
    {
        await using var company = await Open(JanesContact);
        company.WriteFile("calls.csv", Head + "soon,0861234567,101,inbound,3\n" + Talk + Missed.TrimEnd('\n'));
        var now = DateTime.UtcNow.AddSeconds(5).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((1, 0, 1), Counts(await company.Sync(now)));

        var quarantine = await company.Run("quarantine", "--format", "json");
        Assert.Contains("calls.csv:2", quarantine.Output, StringComparison.Ordinal);
        Assert.Contains("the time cannot be read", quarantine.Output, StringComparison.Ordinal);

        var later = DateTime.UtcNow.AddMinutes(5).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1, Counts(await company.Sync(later)).New);
        company.WriteFile("calls.csv", Head + "2026-03-09 10:00:00,0861234567,101,inbound,3\n" + Talk + Missed);
        Assert.Equal(1, Counts(await company.Sync(later)).New);
        await company.Run("quarantine", "retry");
        await company.Sync(later);
        Assert.DoesNotContain("calls.csv", (await company.Run("quarantine", "--format", "json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_zone_in_the_configuration_mends_what_was_read()
    {
        await using var company = await Open(JanesContact);
        company.WriteFile("calls.csv", Head + Talk);
        await company.Sync();
        Configure(company, JanesContact, account: "calls: calls.csv, zone: America/New_York, region: IE");
        await company.Sync();

        Assert.Equal("2026-03-09T15:00:00Z", Text(Assert.Single(await Log(company, "jane@acme.example")), "at"));
    }

    [Fact]
    public async Task Of_some_nothing_is_kept_and_a_call_without_a_number_is_counted()
    {
        await using var company = await Open(JanesContact + "privacy: { no_capture: { domains: [acme.example] } }\n");
        company.WriteFile(
            "calls.csv", Head + Talk + "2026-03-09 12:00:00,anonymous,101,inbound,60\n2026-03-09 12:30:00,102,101,internal,60\n");
        var sync = await company.Sync();

        Assert.Equal((0, 0, 0), Counts(sync));
        Assert.Equal(3, sync["calls:calls.csv"].GetProperty("skipped").GetInt32());
        Assert.DoesNotContain("\"call\"", (await company.Run("log", "--format", "json")).Output, StringComparison.Ordinal);
        Assert.Contains("without a number", (await company.Run("status", "--format", "json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_erased_is_erased_with_their_calls_and_stays_so()
    {
        await using var company = await Open(JanesContact);
        company.WriteFile("calls.csv", Head + Talk + Missed + "2026-03-09 12:00:00,+49 30 123456,101,inbound,60\n");
        company.Mail("jane@acme.example");
        await company.Sync();

        var held = (await TheProgram.Run("--config", company.Config, "export", "jane@acme.example", "--now", DirectoryCompany.Now)).Json;
        Assert.Equal(2, Assert.Single(held).GetProperty("calls").GetArrayLength());

        var forgotten = await company.Run("forget", "jane@acme.example", "--now", DirectoryCompany.Now);
        Assert.Contains("3", forgotten.Output, StringComparison.Ordinal);
        company.WriteFile(
            "calls.csv",
            Head + Talk + Missed + "2026-03-09 12:00:00,+49 30 123456,101,inbound,60\n2026-03-10 08:00:00,0861234567,101,inbound,60\n");
        var sync = await company.Sync();
        Assert.Equal(1, sync["calls:calls.csv"].GetProperty("skipped").GetInt32());
        Assert.Equal(
            "tel:+4930123456",
            Assert.Single((await Log(company)).SelectMany(line => line.GetProperty("participants").EnumerateArray()),
                one => Text(one, "address")!.Contains('+', StringComparison.Ordinal)).GetProperty("address").GetString());
    }

    private static async Task<IReadOnlyList<JsonElement>> Log(DirectoryCompany company, string? contact = null) => (
        await TheProgram.Run(
            [
                "--config", company.Config, "log", "--format", "json", "--now", "2026-03-12T09:00:00Z",
                .. contact is null ? Array.Empty<string>() : ["--contact", contact],
            ])).Json;

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static (int New, int Known, int Quarantined) Counts(IReadOnlyDictionary<string, JsonElement> sync)
    {
        var calls = sync.Values.First(one => one.GetProperty("account").GetString()!.StartsWith("calls", StringComparison.Ordinal));
        return (
            calls.GetProperty("new").GetInt32(), calls.GetProperty("known").GetInt32(), calls.GetProperty("quarantined").GetInt32());
    }

    private static void Configure(DirectoryCompany company, string policy, string account, string directories = "")
    {
        company.Configure("", accounts: $"  - {{ {account} }}\n{directories}");
        company.WriteFile("policy.yaml", Policy + policy);
    }

    private async Task<DirectoryCompany> Open(string policy, string directories = "", string path = "calls.csv")
    {
        var company = await DirectoryCompany.Open(await NewServer());
        Configure(company, policy, $"calls: {path}", directories);
        return company;
    }
}

public sealed class SqliteCallsInTheLog : CallsInTheLog
{
    protected override Task<string?> NewServer() => Task.FromResult<string?>(null);
}

public sealed class PostgresCallsInTheLog : CallsInTheLog, IAsyncLifetime
{
    private PostgresServer? server;

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        await server!.DisposeAsync();
    }

    protected override async Task<string?> NewServer() => await server!.NewDatabase();
}
