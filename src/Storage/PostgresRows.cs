using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace CrmSync.Storage;

/// <summary>Collects columns as arrays and sends them in one round trip; a large batch in several.</summary>
internal sealed class PostgresRows : RowBatch
{
    private const int MostPending = 10_000;

    private readonly WriteScope scope;
    private readonly string sql;
    private readonly Column[] columns;
    private readonly PendingColumn[] pending;
    private int column;
    private int written;

    public PostgresRows(WriteScope scope, string sql, Column[] columns)
    {
        this.scope = scope;
        this.columns = columns;
        var names = columns.Select(c => c.Name).ToArray();
        var source = $"(select * from unnest({string.Join(", ", names.Select(n => "@" + n))}) as u ({string.Join(", ", names)}))";
        this.sql = sql.Replace("{rows}", source, StringComparison.Ordinal);
        pending = Array.ConvertAll(columns, c => new PendingColumn(c.Kind));
    }

    public override RowBatch Add(long? value)
    {
        pending[column++].Numbers.Add(value);
        return this;
    }

    public override RowBatch Add(string? value)
    {
        pending[column++].Texts.Add(value);
        return this;
    }

    public override RowBatch Add(Instant? value)
    {
        pending[column++].Instants.Add(value is { } time ? Storage.Instants.Floor(time).ToDateTimeUtc() : null);
        return this;
    }

    public override RowBatch Add(bool value)
    {
        pending[column++].Flags.Add(value);
        return this;
    }

    public override void End() => column = 0;

    public override async Task<int> Flush()
    {
        for (var start = 0; start < pending[0].Count; start += MostPending)
        {
            await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)scope.Connection, (NpgsqlTransaction)scope.Transaction);
            for (var i = 0; i < columns.Length; i++)
                command.Parameters.Add(pending[i].Parameter(columns[i].Name, start, Math.Min(MostPending, pending[0].Count - start)));

            written += await command.ExecuteNonQueryAsync(scope.Cancellation);
        }

        foreach (var values in pending)
            values.Clear();

        return written;
    }

    private sealed class PendingColumn(ColumnKind kind)
    {
        public List<long?> Numbers { get; } = [];

        public List<string?> Texts { get; } = [];

        public List<DateTime?> Instants { get; } = [];

        public List<bool> Flags { get; } = [];

        public int Count => Numbers.Count + Texts.Count + Instants.Count + Flags.Count;

        public NpgsqlParameter Parameter(string name, int start, int count) =>
            kind switch
            {
                ColumnKind.Number => new("@" + name, NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = Numbers.GetRange(start, count) },
                ColumnKind.Flag => new("@" + name, NpgsqlDbType.Array | NpgsqlDbType.Boolean) { Value = Flags.GetRange(start, count) },
                ColumnKind.Instant => new("@" + name, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz)
                {
                    Value = Instants.GetRange(start, count),
                },
                _ => new("@" + name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = Texts.GetRange(start, count) },
            };

        public void Clear()
        {
            Numbers.Clear();
            Texts.Clear();
            Instants.Clear();
            Flags.Clear();
        }
    }
}
