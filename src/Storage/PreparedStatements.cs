using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CrmSync.Storage;

/// <summary>The prepared statements of SQLite's one writing connection, by text.</summary>
internal sealed class PreparedStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> statements = new(StringComparer.Ordinal);

    public sqlite3_stmt For(string sql)
    {
        if (statements.TryGetValue(sql, out var statement))
            return statement;

        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement), connection.Handle);
        statements.Add(sql, statement);
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
            statement.Dispose();
    }
}
