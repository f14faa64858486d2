using System.Text;
using Microsoft.Data.Sqlite;
using NodaTime;
using SQLitePCL;

namespace CrmSync.Storage;

/// <summary>
/// Steps one prepared statement of SQLite a row. It talks to SQLite itself: the parameter objects of ADO.NET cost several times what SQLite
/// needs for the row. The statement belongs to the connection and is kept for the next batch.
/// </summary>
internal sealed class SqliteRows(WriteScope scope, sqlite3_stmt statement) : RowBatch
{
    private byte[] buffer = new byte[512];
    private int column;
    private int written;

    public static string Statement(string sql, Column[] columns) =>
        sql.Replace("{rows}", $"(select {string.Join(", ", columns.Select((c, i) => $"?{i + 1} as {c.Name}"))})", StringComparison.Ordinal);

    public override RowBatch Add(long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(statement, ++column, number) : raw.sqlite3_bind_null(statement, ++column));
        return this;
    }

    public override RowBatch Add(string? value)
    {
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(statement, ++column));
            return this;
        }

        if (buffer.Length < value.Length * 3)
            buffer = new byte[value.Length * 3];

        // An empty span has no address, which SQLite would take for null.
        var length = Encoding.UTF8.GetBytes(value, buffer);
        Check(
            length == 0
                ? raw.sqlite3_bind_text(statement, ++column, "")
                : raw.sqlite3_bind_text(statement, ++column, buffer.AsSpan(0, length)));
        return this;
    }

    public override RowBatch Add(Instant? value)
    {
        if (value is { } time)
        {
            Instants.Print(time, buffer);
            Check(raw.sqlite3_bind_text(statement, ++column, buffer.AsSpan(0, Instants.Length)));
        }
        else
        {
            Check(raw.sqlite3_bind_null(statement, ++column));
        }

        return this;
    }

    public override RowBatch Add(bool value)
    {
        Check(raw.sqlite3_bind_int(statement, ++column, value ? 1 : 0));
        return this;
    }

    public override void End()
    {
        column = 0;
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_DONE)
            written += raw.sqlite3_changes(Handle);

        // Resetting gives the error of the step once more.
        var reset = raw.sqlite3_reset(statement);
        Check(result is raw.SQLITE_DONE or raw.SQLITE_ROW ? reset : result);
    }

    public override Task<int> Flush() => Task.FromResult(written);

    private sqlite3 Handle => ((SqliteConnection)scope.Connection).Handle!;

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, Handle);
}
