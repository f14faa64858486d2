using System.Runtime.CompilerServices;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Cli;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A harvest that dies at the worst moments, and two that meet.</summary>
public sealed class InterruptedHarvestTests : OddServerCompany
{
    [Fact]
    public async Task A_death_between_listing_and_reading_loses_nothing()
    {
        await Die(beforeReading: true);
        Assert.Empty(await Company.Log());
        Assert.Equal(3, (await Folder("INBOX")).Cursor.Frontier);

        Assert.Equal(3, (await Counts()).New);
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_death_between_reading_and_storing_loses_nothing_and_repeats_nothing()
    {
        await Die(beforeReading: false);
        Assert.Empty(await Company.Log());

        Assert.Equal(3, (await Counts()).New);
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task The_same_batch_twice_makes_no_second_lines()
    {
        await Counts();
        var inbox = await Folder("INBOX");
        await Company.Ledger.NewEpoch(inbox, inbox.Cursor.UidValidity, default);

        Assert.Equal((0, 3), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task Two_harvests_of_one_mailbox_at_the_same_moment_make_each_line_once()
    {
        Inbox.Holds([.. Enumerable.Range(1, 200).Select(uid => (uint)uid)]);
        await using var other = ImapCompany.Sources(Clock, Company.Database);

        await Task.WhenAll(Harvest(0), Company.Harvest("ana", other.CreateSource(Account, Company.Since), Clock.GetCurrentInstant()));
        await Harvest();

        await HoldsOnly([.. Enumerable.Range(1, 200).Select(uid => (uint)uid)]);
        Assert.Empty(await Company.Ledger.Quarantine(null, default));
    }

    [Fact]
    public async Task Two_programs_at_one_mailbox_make_each_line_once_on_both_databases()
    {
        Inbox.Holds([.. Enumerable.Range(1, 300).Select(uid => (uint)uid)]);
        await using var postgres = await PostgresServer.Start();
        foreach (var storage in new[] { "{ sqlite: data/two.db }", $"{{ postgres: \"{await postgres.NewDatabase()}\" }}" })
        {
            var config = TheProgram.Configuration(
                Company,
                $"  - {{ imap: ana@us.example, name: ana, host: 127.0.0.1, port: {Server.Port}, tls: none, password: secret }}",
                storage);
            var runs = await Task.WhenAll(
                Enumerable.Range(0, 2).Select(_ => TheProgram.Run("sync", "--config", config, "--format", "json")));

            Assert.Equal(300, runs.Sum(run => run.Json.Sum(a => a.GetProperty("new").GetInt32())));
            await using var database = storage.Contains("sqlite", StringComparison.Ordinal)
                ? await ContactDatabase.OpenSqlite(Path.Combine(config, "data", "two.db"), TimeProvider.System, default)
                : await ContactDatabase.OpenPostgres(storage.Split('"')[1], TimeProvider.System, default);
            var log = await new ContactLog(database).Read(new LogFilter(), default).ToListAsync();
            Assert.Equal(300, log.Select(line => line.Subject).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(300, log.Count);
        }
    }

    /// <summary>
    /// A harvest that dies, leaving behind what was written: it stands still where the power goes, and is never heard of again.
    /// </summary>
    private async Task Die(bool beforeReading)
    {
        await using var sources = ImapCompany.Sources(Clock, Company.Database);
        var source = new DyingSource(sources.CreateSource(Account, Company.Since), beforeReading);
        var harvest = Company.Harvest("ana", source, Clock.GetCurrentInstant());
        Assert.NotSame(harvest, await Task.WhenAny(harvest, source.Died.Task));

        // With a program its open files end, and so do its locks.
        foreach (var file in Directory.EnumerateFiles(Company.Folder, "*.lock"))
            File.Delete(file);
    }

    private sealed class DyingSource(ISource inner, bool beforeReading) : ISource
    {
        private readonly TaskCompletionSource never = new();

        public TaskCompletionSource Died { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Connect(CancellationToken ct) => inner.Connect(ct);

        public IAsyncEnumerable<Listing> Discover(KnownItems known, CancellationToken ct) => inner.Discover(known, ct);

        public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
        {
            if (beforeReading)
                await Die();

            await foreach (var reading in inner.Read(items, ct))
                yield return reading;

            await Die();
        }

        private async Task Die()
        {
            Died.SetResult();
            await never.Task;
        }
    }
}
