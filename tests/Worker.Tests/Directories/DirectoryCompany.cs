using System.Globalization;
using System.Text.Json;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>A company with a mailbox, a policy and whatever directories a test gives it; on SQLite or on PostgreSQL.</summary>
internal sealed class DirectoryCompany : IAsyncDisposable
{
    public const string Now = "2026-03-10T09:00:00Z";

    private readonly TestCompany company;
    private readonly string? server;
    private int mails;

    private DirectoryCompany(TestCompany company, string? server) => (this.company, this.server) = (company, server);

    public string Config => company.PathTo("config", "x")[..^2];

    /// <param name="server">A connection string of PostgreSQL; null: an SQLite file.</param>
    public static async Task<DirectoryCompany> Open(string? server) => new(await TestCompany.Open(), server);

    public string PathTo(params string[] parts) => company.PathTo(parts);

    /// <summary>Writes both files.</summary>
    /// <param name="directories">The list below <c>directories:</c>, each line indented by two.</param>
    /// <param name="policy">More of the policy.</param>
    /// <param name="accounts">More accounts.</param>
    public void Configure(string directories, string policy = "", string accounts = "")
    {
        Directory.CreateDirectory(company.PathTo("mail", "x")[..^2]);
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $"""
            version: 1
            storage: {(server is null ? "{ sqlite: ../data/company.db }" : $"{{ postgres: \"{server}\" }}")}
            capture: {"{ since: 2025-01-01 }"}
            accounts:
              - {"{ eml: ../mail, address: ana@us.example, name: ana }"}
            {accounts}{(directories.Length == 0 ? "" : $"directories:\n{directories}")}
            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            start: 2026-01-01
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Dublin, hours: { mon-fri: "09:00-17:00" } } }
            people:
              ana: { email: ana@us.example, name: Ana Lee, manager: ben }
              ben: { email: ben@us.example, name: Ben Roe }
            segments: { vip: { tags: [vip] } }
            rules:
              - { respond: vip-reply, when: { segment: vip }, within: 1bh }
              - { respond: reply, within: 8bh }
              - { date: birthdays, field: birthday, before: 5d }

            """
                + policy);
    }

    public void WriteFile(string name, string text) => File.WriteAllText(company.PathTo("config", name), text);

    /// <summary>A mail to Ana.</summary>
    public void Mail(string from, string subject = "Hello", string text = "Can you call me?",
        string date = "Mon, 9 Mar 2026 10:00:00 +0000")
    {
        mails++;
        File.WriteAllText(
            company.PathTo("mail", string.Create(CultureInfo.InvariantCulture, $"{mails}.eml")),
            $"From: {from}\r\nTo: ana@us.example\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: "
                + $"<{mails}@mail.example>\r\n\r\n{text}\r\n");
    }

    public async Task<(int Status, string Output, string Error)> Run(params string[] words)
    {
        var run = await TheProgram.Run(["--config", Config, .. words]);
        return (run.Status, run.Output, run.Error);
    }

    /// <summary>Harvests; the summary of each account and directory.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> Sync(string now = Now)
    {
        var run = await TheProgram.Run("--config", Config, "sync", "--format", "json", "--now", now);
        return run.Json.ToDictionary(line => line.GetProperty("account").GetString()!, StringComparer.Ordinal);
    }

    public async Task<string> Explain(string address, string now = Now) =>
        (await TheProgram.Run("--config", Config, "policy", "explain", address, "--now", now)).Output;

    public async Task<IReadOnlyList<JsonElement>> Items(string now = Now) =>
        (await TheProgram.Run("--config", Config, "items", "--format", "json", "--now", now)).Json;

    public async Task<IReadOnlyList<JsonElement>> Contacts(string now = Now) =>
        (await TheProgram.Run("--config", Config, "contacts", "--format", "json", "--now", now)).Json;

    public ValueTask DisposeAsync() => company.DisposeAsync();
}
