using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>The shipped sample company, harvested once into an SQLite file.</summary>
public sealed class SampleCompany : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-sample-").FullName;
    private Composition program = null!;

    /// <summary>The moment its story is told at.</summary>
    public static Instant Story { get; } = Instant.FromUtc(2026, 3, 4, 8, 45);

    public static string Config { get; } = Path.Combine(Repository(), "config");

    public async Task InitializeAsync()
    {
        var configuration = LoadedConfiguration.Read(Config, Story);
        program = new Composition(configuration, await ContactDatabase.OpenSqlite(Path.Combine(folder, "sample.db"), default));
        await foreach (var account in program.Harvest.Run(program.Readable, Story, null, default))
            Assert.True(account.Failed == 0 && account.Quarantined == 0, $"{account}");
    }

    public async Task DisposeAsync()
    {
        await program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The digests due at a moment, as those who get them would see them.</summary>
    internal async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> DigestsAt(Instant now)
    {
        // The version is a hash over the policy, which says nothing about how digests look.
        var policy = program.Policy with { Version = "of the sample company" };
        await using var desk = new DigestDesk(policy, program.Database, Snapshot, program.Settings.Delivery!);
        return await desk.Show(now, default);
    }

    private async Task<ContactLogSnapshot> Snapshot(Instant now, CancellationToken ct)
    {
        var lines = new List<Interaction>();
        await foreach (var line in new ContactLog(program.Database).Read(new LogFilter { Now = now, WithoutText = true }, ct))
            lines.Add(line);

        return new ContactLogSnapshot(lines);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CrmSync.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");

        return folder;
    }
}
