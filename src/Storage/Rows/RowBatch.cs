using System.Data.Common;
using Microsoft.Data.Sqlite;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace CrmSync.Storage.Rows;

/// <summary>What a column of a <see cref="RowBatch"/> holds.</summary>
internal enum ColumnKind
{
    Number,
    Text,
    Instant,
    Flag,
}

/// <summary>
/// Rows written by one statement: PostgreSQL takes them all in one round trip as arrays, SQLite row by row through one prepared command in the open transaction.
/// The statement reads them from <c>{rows}</c>, a table with the columns named.
/// </summary>
internal sealed class RowBatch : IDisposable
{
    private readonly WriteScope scope;
    private readonly (string Name, ColumnKind Kind)[] columns;
    private readonly DbCommand command;
    private readonly List<object?>[]? pending;
    private int written;

    public RowBatch(WriteScope scope, string sql, (string Name, ColumnKind Kind)[] columns)
    {
        this.scope = scope;
        this.columns = columns;
        command = scope.Command(sql.Replace("{rows}", Source(), StringComparison.Ordinal));
        if (scope.Engine.IsSqlite)
        {
            foreach (var (name, kind) in columns)
                command.Parameters.Add(new SqliteParameter("@" + name, kind is ColumnKind.Number or ColumnKind.Flag ? SqliteType.Integer : SqliteType.Text));

            command.Prepare();
        }
        else
        {
            pending = [.. columns.Select(_ => new List<object?>())];
        }
    }

    /// <summary>One row, its values in the order of the columns: <c>long</c>, <c>string</c>, <see cref="Instant"/>, <c>bool</c> or null.</summary>
    public async ValueTask Add(params object?[] values)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var value = values[i] is Instant time ? scope.Engine.Value(time) : values[i];
            if (pending is null)
                command.Parameters[i].Value = value ?? DBNull.Value;
            else
                pending[i].Add(value);
        }

        if (pending is null)
            written += await command.ExecuteNonQueryAsync(scope.Cancellation);
    }

    /// <summary>Sends what is not sent yet; gives how many rows the statement has changed in all.</summary>
    public async Task<int> Flush()
    {
        if (pending is null || pending[0].Count == 0)
            return written;

        command.Parameters.Clear();
        for (var i = 0; i < columns.Length; i++)
            command.Parameters.Add(new NpgsqlParameter("@" + columns[i].Name, NpgsqlDbType.Array | Type(columns[i].Kind)) { Value = ArrayOf(i) });

        written += await command.ExecuteNonQueryAsync(scope.Cancellation);
        foreach (var values in pending)
            values.Clear();

        return written;
    }

    public void Dispose() => command.Dispose();

    private Array ArrayOf(int column) => columns[column].Kind switch
    {
        ColumnKind.Number => pending![column].ConvertAll(v => (long?)v).ToArray(),
        ColumnKind.Flag => pending![column].ConvertAll(v => (bool?)v).ToArray(),
        ColumnKind.Instant => pending![column].ConvertAll(v => (DateTime?)v).ToArray(),
        _ => pending![column].ConvertAll(v => (string?)v).ToArray(),
    };

    private string Source() => scope.Engine.IsSqlite
        ? "(select " + string.Join(", ", columns.Select(c => $"@{c.Name} as {c.Name}")) + ")"
        : "(select * from unnest(" + string.Join(", ", columns.Select(c => "@" + c.Name)) + ") as u (" + string.Join(", ", columns.Select(c => c.Name)) + "))";

    private static NpgsqlDbType Type(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => NpgsqlDbType.Bigint,
        ColumnKind.Flag => NpgsqlDbType.Boolean,
        ColumnKind.Instant => NpgsqlDbType.TimestampTz,
        _ => NpgsqlDbType.Text,
    };
}
