using System.Data;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using NodaTime;
using Npgsql;

namespace CrmSync.Worker.Tests.Month;

/// <summary>The time of a PostgreSQL database, which stands still until it is set.</summary>
internal sealed class SharedTime(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlConnection connection = new(connectionString + ";Pooling=false;Application Name=test");

    /// <summary>Brings an empty database to the version of the program and takes its time over.</summary>
    public static async Task<SharedTime> TakeOver(string connectionString, Instant now)
    {
        await (await ContactDatabase.OpenPostgres(connectionString, TimeProvider.System, default)).DisposeAsync();
        await PostgresServer.Ask(
            connectionString,
            """
            create table time_of_test (now timestamptz not null);
            insert into time_of_test values ('-infinity');
            create or replace function crmsync_now(seconds bigint default 0) returns timestamptz language sql stable
                as 'select now + make_interval(secs => seconds) from time_of_test';
            """);
        var time = new SharedTime(connectionString);
        await time.Set(now);
        return time;
    }

    public async Task Set(Instant now)
    {
        try
        {
            await Update(now);
        }
        catch (NpgsqlException)
        {
            // The server has been started again.
            await connection.CloseAsync();
            await Update(now);
        }
    }

    private async Task Update(Instant now)
    {
        if (connection.State != ConnectionState.Open)
            await connection.OpenAsync();

        await using var command = new NpgsqlCommand("update time_of_test set now = @now", connection);
        command.Parameters.AddWithValue("now", now.ToDateTimeUtc());
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
