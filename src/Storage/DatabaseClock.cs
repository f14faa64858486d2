using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Storage;

/// <summary>
/// The time of the database. Claims and leases are judged by it alone, so that workers whose clocks differ by hours agree: with PostgreSQL
/// it is the server's, with SQLite that of the one program. In SQL it is <c>crmsync_now(seconds)</c>, so many seconds from now; migration
/// 0010 defines the function in PostgreSQL, and a test that needs another time defines another one.
/// </summary>
public sealed class DatabaseClock(ContactDatabase database)
{
    /// <summary>The moment.</summary>
    public async Task<Instant> Read(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleAsync<Instant>(new CommandDefinition("select crmsync_now(0)", cancellationToken: ct));
    }

    /// <summary>Gives a connection to an SQLite file the function that PostgreSQL has by itself.</summary>
    internal static void AddTo(SqliteConnection connection, TimeProvider time) => connection.CreateFunction(
        "crmsync_now", (long seconds) => Instants.Print(Instant.FromDateTimeOffset(time.GetUtcNow()) + Duration.FromSeconds(seconds)));
}
