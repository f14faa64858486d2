using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Storage;

/// <summary>What SQLite and PostgreSQL disagree on. Statements are one text for both; whatever differs in them is asked for here.</summary>
public sealed class Engine
{
    /// <summary>One file, one writer.</summary>
    public static readonly Engine Sqlite = new("sqlite");

    public static readonly Engine Postgres = new("postgres");

    static Engine()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new InstantHandler());

        // SQLite need not count its memory under a lock; where it was used before, it refuses and stays as it was. The lock at every call
        // stays: statements nobody disposed of are finalized by a thread of the garbage collector, beside whoever uses the connection.
        SQLitePCL.Batteries_V2.Init();
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    private Engine(string name) => Name = name;

    /// <summary><c>sqlite</c> or <c>postgres</c>; also the folder of its migrations.</summary>
    public string Name { get; }

    internal bool IsSqlite => ReferenceEquals(this, Sqlite);

    /// <summary>
    /// Whether <paramref name="column"/> is one of a list. The parameter is made by <see cref="List(IReadOnlyCollection{string})"/>.
    /// </summary>
    internal string AnyOf(string column, string parameter) =>
        IsSqlite ? $"{column} in (select value from json_each({parameter}))" : $"{column} = any({parameter})";

    /// <summary>A list as one parameter for <see cref="AnyOf"/>.</summary>
    internal SqlMapper.ICustomQueryParameter List(IReadOnlyCollection<string> values) =>
        IsSqlite ? new ListParameter(JsonSerializer.Serialize(values)) : new ListParameter(values.ToArray());

    /// <summary>A list as one parameter for <see cref="AnyOf"/>.</summary>
    internal SqlMapper.ICustomQueryParameter List(IReadOnlyCollection<long> values) =>
        IsSqlite ? new ListParameter(Joined(values)) : new ListParameter(values.ToArray());

    /// <summary>Adds a list to a raw command, for <see cref="AnyOf"/>.</summary>
    internal void Set(DbCommand command, string name, IReadOnlyCollection<long> values) => List(values).AddParameter(command, name);

    /// <summary>Adds a list to a raw command, for <see cref="AnyOf"/>.</summary>
    internal void Set(DbCommand command, string name, IReadOnlyCollection<string> values) => List(values).AddParameter(command, name);

    /// <summary>A moment as the engine keeps it, for raw commands.</summary>
    internal object Value(Instant? at) =>
        at is not { } time ? DBNull.Value
        : IsSqlite ? Instants.Print(time)
        : Instants.Floor(time).ToDateTimeUtc();

    /// <summary>The moment in a column, read from a raw reader.</summary>
    internal Instant InstantAt(DbDataReader row, int column) =>
        IsSqlite ? Instants.Parse(row.GetString(column)) : Instant.FromDateTimeUtc(row.GetDateTime(column));

    internal Instant? NullableInstantAt(DbDataReader row, int column) => row.IsDBNull(column) ? null : InstantAt(row, column);

    /// <summary>Every column of every table, in order: tables and columns.</summary>
    internal string Columns =>
        IsSqlite
            ? "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and m.name not like "
                + "'sqlite_%' order by m.name, c.cid"
            : """
                select c.table_name, c.column_name
                  from information_schema.columns c
                  join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
                 where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
                 order by c.table_name, c.ordinal_position
                """;

    /// <summary>
    /// The columns that hold texts or bytes. SQLite lets any column hold anything, so only those are left out that hold numbers by their
    /// type.
    /// </summary>
    internal string TextColumns => IsSqlite
        ? """
          select m.name, c.name
            from sqlite_master m
            join pragma_table_info(m.name) c
           where m.type = 'table' and m.name not like 'sqlite_%' and upper(c.type) not in ('INTEGER', 'REAL', 'NUMERIC')
           order by m.name, c.cid
          """
        : """
          select c.table_name, c.column_name
            from information_schema.columns c
            join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
           where c.table_schema = current_schema()
             and t.table_type = 'BASE TABLE'
             and c.data_type in ('text', 'character varying', 'character', 'bytea', 'json', 'jsonb', 'xml')
           order by c.table_name, c.ordinal_position
          """;

    private static string Joined(IReadOnlyCollection<long> values)
    {
        var text = new StringBuilder(values.Count * 8).Append('[');
        foreach (var value in values)
        {
            if (text.Length > 1)
                text.Append(',');

            text.Append(CultureInfo.InvariantCulture, $"{value}");
        }

        return text.Append(']').ToString();
    }

    /// <summary>
    /// Hands a list over whole, PostgreSQL as an array and SQLite as JSON; Dapper would write it out as so many parameters.
    /// </summary>
    private sealed class ListParameter(object values) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = values;
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>Every instant goes through here: whole seconds, ISO 8601 text in UTC on SQLite, <c>timestamptz</c> on PostgreSQL.</summary>
    private sealed class InstantHandler : SqlMapper.TypeHandler<Instant>
    {
        public override void SetValue(IDbDataParameter parameter, Instant value)
        {
            if (parameter is SqliteParameter)
            {
                parameter.Value = Instants.Print(value);
                return;
            }

            parameter.DbType = DbType.DateTime;
            parameter.Value = Instants.Floor(value).ToDateTimeUtc();
        }

        public override Instant Parse(object value) =>
            value is string text ? Instants.Parse(text) : Instant.FromDateTimeUtc(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));
    }
}
