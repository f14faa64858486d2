using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CrmSync.Storage.Tests;

public sealed class SqliteMigrationTests(SqliteFiles files) : MigrationContract(Engine.Sqlite), IClassFixture<SqliteFiles>
{
    private string file = "";

    protected override async Task<DbConnection> Fresh()
    {
        file = Path.Combine(files.Folder, $"{Guid.NewGuid():n}.db");
        var connection = await Connect();
        await connection.ExecuteAsync("pragma journal_mode = wal");
        return connection;
    }

    protected override Task<ContactDatabase> Open() => ContactDatabase.OpenSqlite(file, default);

    /// <summary>What is on the disk at that moment is all that is left.</summary>
    protected override async Task<DbConnection> Kill(DbConnection connection)
    {
        var left = Path.Combine(files.Folder, $"{Guid.NewGuid():n}.db");
        File.Copy(file, left);
        if (File.Exists(file + "-wal"))
            File.Copy(file + "-wal", left + "-wal");

        await connection.DisposeAsync();
        file = left;
        return await Connect();
    }

    private async Task<DbConnection> Connect()
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}

[Collection(PostgresTests.Name)]
public sealed class PostgresMigrationTests(PostgresDatabases databases) : MigrationContract(Engine.Postgres)
{
    private string place = "";

    protected override async Task<DbConnection> Fresh()
    {
        place = await databases.Server.NewDatabase();
        return await Connect();
    }

    protected override Task<ContactDatabase> Open() => ContactDatabase.OpenPostgres(place, default);

    protected override async Task<DbConnection> Kill(DbConnection connection)
    {
        await using (var other = await Connect())
            await other.ExecuteAsync("select pg_terminate_backend(@id)", new { id = ((NpgsqlConnection)connection).ProcessID });

        await connection.DisposeAsync();
        return await Connect();
    }

    private async Task<DbConnection> Connect()
    {
        var connection = new NpgsqlConnection(place + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>A migration that was released is never edited: databases out there have run it as it was.</summary>
public sealed class ReleasedMigrations
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void Every_script_is_the_one_that_was_released(string name)
    {
        var engine = name == "sqlite" ? Engine.Sqlite : Engine.Postgres;
        var released = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "released-migrations.txt"))
            .Where(line => line.StartsWith(name + "/", StringComparison.Ordinal));
        var here = Migrations.Scripts(engine).Select(script => $"{name}/{script.Key} {Hash(script.Value)}");

        // A new script gets its line here when it is released; a line that differs means that a released one was edited.
        Assert.Equal(released, here);
    }

    private static string Hash(string script) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script.ReplaceLineEndings("\n"))));

    [Fact]
    public void Both_databases_have_the_same_scripts() =>
        Assert.Equal(Migrations.Scripts(Engine.Sqlite).Keys, Migrations.Scripts(Engine.Postgres).Keys);
}
