using System.Globalization;
using System.Runtime.Versioning;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>A backup of the real program, and what comes of restoring it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly FakeSmtpServer smtp = new();
    private TestCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        Mail("jane", "Hinges", minutes: 90);
        Mail("carl", "Doors", minutes: 80);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await smtp.DisposeAsync();
        await company.DisposeAsync();
    }

    private string Config => company.PathTo("config");

    private string Database => company.PathTo("config", "data", "crmsync.db");

    private string Backup => company.PathTo("backups", "monday.db");

    [Fact]
    public async Task A_restored_database_is_as_it_was_without_whom_was_erased_since_and_sends_nothing_twice()
    {
        Configure();
        await Well("sync");
        await Well("backup", Backup);
        var before = await Log();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));

        // What happens after it: a digest leaves, somebody is erased, something is written.
        await Well("digest", "--send", "--now", Later(minutes: 3));
        Assert.Single(smtp.Taken);
        await Well("forget", "jane@acme.example");
        Mail("dora", "Windows", minutes: 20);
        await Well("sync");

        var restored = await Well("restore", Backup, "--now", Later(minutes: 3));
        Assert.Contains("erased again: 1.", restored.Error, StringComparison.Ordinal);
        Assert.Contains("not sent a second time: 1.", restored.Error, StringComparison.Ordinal);
        Assert.Equal(before.Where(line => !line.Contains("jane@", StringComparison.Ordinal)), await Log());
        await Well("sync");
        Assert.DoesNotContain(await Log(), line => line.Contains("jane@", StringComparison.Ordinal));
        Assert.Contains(await Log(), line => line.Contains("dora@", StringComparison.Ordinal));

        var again = await TheProgram.Run("digest", "--send", "--now", Later(minutes: 30), "--config", Config);
        Assert.Contains("it is not sent a second time", again.Error + again.Output, StringComparison.Ordinal);
        Assert.Single(smtp.Taken);
        Assert.Equal(
            ["crmsync.db", "crmsync.db-erasures"],
            Directory.GetFiles(Path.GetDirectoryName(Database)!, "crmsync.db*").Select(name => Path.GetFileName(name))
                .Where(name => !name.Contains(".lock", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_backup_is_taken_while_run_works_and_none_restored_meanwhile()
    {
        Configure();
        await using var program = RunningProgram.Start(["--config", Config]);
        await program.Hear("account ana: 2 new");
        await Well("backup", Backup);
        var refused = await TheProgram.Run("restore", Backup, "--config", Config);

        Assert.Equal(1, refused.Status);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"(process {program.Id})"), refused.Error, StringComparison.Ordinal);
        await using var copy = await ContactDatabase.OpenSqlite(Backup, default);
        Assert.Empty(copy.Applied);
        Assert.Equal(2, await copy.CountRows("interaction", default));
    }

    [Fact]
    public async Task What_is_no_backup_is_refused_and_the_database_stays_as_it_is()
    {
        Configure();
        await Well("sync");
        var before = await Log();
        await File.WriteAllTextAsync(company.PathTo("letter"), "Dear Sir or Madam,");
        await Well("backup", Backup);
        var cut = company.PathTo("cut.db");
        await File.WriteAllBytesAsync(cut, File.ReadAllBytes(Backup)[..8192]);
        foreach (var file in new[] { company.PathTo("letter"), cut, company.PathTo("nowhere"), company.PathTo("config", "policy.yaml") })
        {
            var refused = await TheProgram.Run("restore", file, "--config", Config);
            Assert.Equal(1, refused.Status);
            Assert.Contains(file, refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, await Log());

        // A database that is damaged is what backups are for.
        await File.WriteAllTextAsync(Database, "Dear Sir or Madam,");
        await Well("restore", Backup);
        Assert.Equal(before, await Log());
        Assert.DoesNotContain(
            Directory.GetFiles(Path.GetDirectoryName(Database)!), name => name.Contains("restoring", StringComparison.Ordinal));
    }

    [Fact]
    public async Task For_PostgreSQL_its_own_tools_are_named()
    {
        TheProgram.Configuration(
            company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }", "{ postgres: \"Host=127.0.0.1;Database=crm\" }");
        Assert.Contains("pg_dump", (await TheProgram.Run("backup", Backup, "--config", Config)).Error, StringComparison.Ordinal);
        Assert.Contains("pg_restore", (await TheProgram.Run("restore", Backup, "--config", Config)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Erased_people_of_two_installations_are_not_taken_for_each_other()
    {
        var mark = new ErasureFile.Mark("p", 0, "h", "2026-03-02T09:00:00Z");
        var ours = new ErasureFile("AA", [mark]);

        Assert.Equal(ours.Marks, ours.With(ErasureFile.Empty, "here").Marks);
        Assert.Equal([mark, mark with { Hash = "i" }], ours.With(new ErasureFile("AA", [mark, mark with { Hash = "i" }]), "here").Marks);
        Assert.Throws<DatabaseUnusableException>(() => ours.With(new ErasureFile("BB", []), "there"));
    }

    private void Configure()
    {
        TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        File.AppendAllText(
            Path.Combine(Config, "crmsync.yaml"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                delivery: { from: crmsync@us.example, smtp: { host: 127.0.0.1, port: {{smtp.Port}}, tls: none } }
                """));
        DigestSoon.Write(Config);
    }

    private static string Later(int minutes) =>
        DateTimeOffset.UtcNow.AddMinutes(minutes).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private void Mail(string name, string subject, int minutes) => File.WriteAllText(
        company.PathTo("mail", "ana", name + ".eml"),
        TestCompany.MailText(
            subject,
            $"{name}@acme.example",
            date: DateTimeOffset.UtcNow.AddMinutes(-minutes).ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture),
            id: $"{name}@acme.example",
            body: "When do they come?"));

    private async Task<ProgramRun> Well(params string[] arguments)
    {
        var run = await TheProgram.Run([.. arguments, "--config", Config]);
        Assert.True(run.Status == 0, $"{string.Join(' ', arguments)}: {run.Status} {run.Error}{run.Output}");
        return run;
    }

    private async Task<string[]> Log() =>
        (await Well("log", "--format", "json", "--class", "all")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
