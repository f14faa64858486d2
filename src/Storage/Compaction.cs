using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CrmSync.Storage;

/// <summary>
/// Lets go of what was deleted. An SQLite file is written anew, so that nothing of it remains in the file or its log; PostgreSQL forgets
/// what its statistics quote and, when asked, writes its tables anew. Each says why something may remain all the same, or null.
/// </summary>
internal static class Compaction
{
    /// <summary>
    /// With nobody reading, nothing of what was deleted is left: neither in pages nobody uses, nor in the log beside the file.
    /// </summary>
    public static async Task<string?> RewriteFile(string connectionString, string place, CancellationToken ct)
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await ContactDatabase.Run(connection, "pragma secure_delete = on", ct);
        try
        {
            if (await IsEmptied(connection, ct))
                await ContactDatabase.Run(connection, "vacuum", ct);

            if (await IsEmptied(connection, ct))
                return null;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            // Told below, like a log that somebody still reads.
        }

        return $"{place}: another program is reading the database, so its files may still hold what was erased; run forget --compact "
            + $"when that program has stopped";
    }

    /// <summary>The planner's statistics quote values of columns; a table written anew holds no row that was deleted.</summary>
    public static async Task<string?> RewriteTables(ContactDatabase database, bool whole, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var tables = new List<string>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "select quote_ident(tablename) from pg_tables where schemaname = current_schema() order by tablename";
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
                tables.Add(row.GetString(0));
        }

        foreach (var table in tables)
            await ContactDatabase.Run(connection, whole ? $"vacuum (full, analyze) {table}" : $"analyze {table}", ct);

        if (!whole)
            return "tables of PostgreSQL keep deleted rows in their files until these are written anew: forget --compact does that";

        // Whoever owns only the tables is told so by the server in a warning, and the rows go with its next cleaning.
        await ContactDatabase.Run(connection, "vacuum full pg_catalog.pg_statistic", ct);
        return "the write-ahead log of the PostgreSQL server holds what was written lately until the server uses its files again";
    }

    /// <summary>
    /// Whether everything in the log beside the file is in the file and the log is empty; somebody who reads is waited for.
    /// </summary>
    private static async Task<bool> IsEmptied(SqliteConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "pragma wal_checkpoint(truncate)";
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) && row.GetInt32(0) == 0;
    }
}
