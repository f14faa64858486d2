using NodaTime;

namespace CrmSync.Storage;

/// <summary>What a column of a <see cref="RowBatch"/> holds.</summary>
internal enum ColumnKind
{
    Number,
    Text,
    Instant,
    Flag,
}

/// <summary>A column of a <see cref="RowBatch"/>.</summary>
internal readonly record struct Column(string Name, ColumnKind Kind)
{
    public static Column Number(string name) => new(name, ColumnKind.Number);

    public static Column Text(string name) => new(name, ColumnKind.Text);

    public static Column Instant(string name) => new(name, ColumnKind.Instant);

    public static Column Flag(string name) => new(name, ColumnKind.Flag);
}

/// <summary>
/// Rows written by one statement: PostgreSQL takes them all in one round trip as arrays, SQLite row by row through one prepared statement
/// in the open transaction. The statement reads them from <c>{rows}</c>, a table with the columns named. A row is written value by value in
/// the order of the columns, then ended.
/// </summary>
internal abstract class RowBatch
{
    public abstract RowBatch Add(long? value);

    public abstract RowBatch Add(string? value);

    public abstract RowBatch Add(Instant? value);

    public abstract RowBatch Add(bool value);

    /// <summary>The row is complete.</summary>
    public abstract void End();

    /// <summary>Sends what is not sent yet; gives how many rows the statement has changed in all.</summary>
    public abstract Task<int> Flush();
}
