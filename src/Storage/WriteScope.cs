using System.Data.Common;
using Dapper;

namespace CrmSync.Storage;

/// <summary>One write transaction.</summary>
internal sealed record WriteScope(
    Engine Engine,
    DbConnection Connection,
    DbTransaction Transaction,
    PreparedStatements? Prepared,
    CancellationToken Cancellation)
{
    public Task<int> Execute(string sql, object? parameters = null) =>
        Connection.ExecuteAsync(new CommandDefinition(sql, parameters, Transaction, cancellationToken: Cancellation));

    public Task<IEnumerable<T>> Query<T>(string sql, object? parameters = null) =>
        Connection.QueryAsync<T>(new CommandDefinition(sql, parameters, Transaction, cancellationToken: Cancellation));

    public Task<T> One<T>(string sql, object? parameters = null) =>
        Connection.QuerySingleAsync<T>(new CommandDefinition(sql, parameters, Transaction, cancellationToken: Cancellation));

    /// <summary>A raw command in this transaction.</summary>
    public DbCommand Command(string sql)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = Transaction;
        return command;
    }

    /// <summary>Many rows through one statement, which reads them from <c>{rows}</c>.</summary>
    public RowBatch Rows(string sql, params Column[] columns) =>
        Prepared is null ? new PostgresRows(this, sql, columns) : new SqliteRows(this, Prepared.For(SqliteRows.Statement(sql, columns)));
}

internal static class CommandExtensions
{
    public static void Set(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
