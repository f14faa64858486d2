using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Storage;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>The shipped sample company, harvested once into an SQLite file.</summary>
public sealed class SampleCompany : IAsyncLifetime, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-sample-").FullName;
    private TestProgram program = null!;

    internal TestProgram Program => program;

    /// <summary>The moment its story is told at.</summary>
    public static Instant Story { get; } = Instant.FromUtc(2026, 3, 4, 8, 45);

    public static string Config { get; } = Path.Combine(Repository(), "config");

    public async Task InitializeAsync()
    {
        var configuration = LoadedConfiguration.Read(Config, Story);
        program = TestProgram.Over(
            configuration, await ContactDatabase.OpenSqlite(Path.Combine(folder, "sample.db"), TimeProvider.System, default));
        await foreach (var account in program.Harvest.Run(program.Readable, Story, null, default))
            Assert.True(account.Failed == 0 && account.Quarantined == 0, $"{account}");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The digests due at a moment, as those who get them would see them.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="language">Which everybody reads.</param>
    internal async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> DigestsAt(Instant now, Language language = Language.English)
    {
        // The version is a hash over the policy, which says nothing about how digests look.
        var policy = program.Policy with
        {
            Version = "sample",
            People = [.. program.Policy.People.Select(person => person with { Language = language })],
        };
        return (await program.Digests.Show(new PolicyMoment(policy, now), default)).Digests;
    }

    private static string Repository()
    {
        var checkout = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(checkout, "CrmSync.sln")))
            checkout = Path.GetDirectoryName(checkout) ?? throw new InvalidOperationException("The tests run outside of the repository.");

        return checkout;
    }
}
