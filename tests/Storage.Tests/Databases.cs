using CrmSync.Fixtures;
using CrmSync.Fixtures.Servers;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>Where a contract gets its empty databases.</summary>
public interface IDatabases
{
    Task<ContactDatabase> New();

    /// <summary>Opens once more what <see cref="New"/> opened last, as a second program would.</summary>
    Task<ContactDatabase> Again();

    /// <summary>Sets the time of the database that <see cref="New"/> opened last, for every program that uses it.</summary>
    Task SetTime(Instant now);
}

/// <summary>SQLite files in a temporary folder.</summary>
public sealed class SqliteFiles : IDatabases, IDisposable
{
    private readonly SettableTime time = new(TimeProvider.System.GetUtcNow());
    private int files;

    public string Folder { get; } = Directory.CreateTempSubdirectory("crmsync-").FullName;

    public string Last => Path.Combine(Folder, $"{files}.db");

    public Task<ContactDatabase> New()
    {
        files++;
        return Again();
    }

    public Task<ContactDatabase> Again() => ContactDatabase.OpenSqlite(Last, time, default);

    public Task SetTime(Instant now)
    {
        time.Now = now.ToDateTimeOffset();
        return Task.CompletedTask;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>Databases on a PostgreSQL that lives as long as the tests over it.</summary>
public sealed class PostgresDatabases : IDatabases, IAsyncLifetime
{
    private PostgresServer? server;
    private string last = "";

    internal PostgresServer Server => server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        if (server is not null)
            await server.DisposeAsync();
    }

    public async Task<ContactDatabase> New()
    {
        last = await Server.NewDatabase();
        return await Again();
    }

    public Task<ContactDatabase> Again() => ContactDatabase.OpenPostgres(last, TimeProvider.System, default);

    public Task SetTime(Instant now) => PostgresServer.SetTime(last, now.ToDateTimeOffset());
}

/// <summary>The tests that need the server, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresDatabases>
{
    public const string Name = "PostgreSQL";
}
