using System.Data.Common;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CrmSync.Storage;

/// <summary>Brings a database to the version of this program, script by script, each once, one program at a time.</summary>
internal static class Migrations
{
    /// <summary>Any number no other program of the database uses.</summary>
    private const long Lock = 0x43524d53796e63;

    /// <summary>Applies what is missing; gives the names of the scripts applied.</summary>
    public static async Task<IReadOnlyList<string>> Apply(ContactDatabase database, CancellationToken ct)
    {
        var scripts = Scripts(database.Engine);
        await using var connection = await database.Connect(ct);
        if (connection is SqliteConnection)
            await connection.ExecuteAsync("pragma journal_mode = wal");

        // Read first without a lock: an up-to-date database opens at once, also beside a busy writer.
        if (await IsVersioned(connection, database.Engine) && Missing(database, scripts, await Done(connection, null)).Count == 0)
            return [];

        await using var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: false)
            : await connection.BeginTransactionAsync(ct);
        if (!database.Engine.IsSqlite)
            await connection.ExecuteAsync("select pg_advisory_xact_lock(@key)", new { key = Lock }, transaction);

        await connection.ExecuteAsync(
            "create table if not exists migration (name varchar(200) not null primary key, applied_at varchar(40) not null)",
            null,
            transaction);
        var missing = Missing(database, scripts, await Done(connection, transaction));
        foreach (var name in missing)
        {
            await connection.ExecuteAsync(scripts[name], null, transaction);
            await connection.ExecuteAsync(
                "insert into migration (name, applied_at) values (@name, cast(current_timestamp as varchar(40)))",
                new { name },
                transaction);
        }

        await transaction.CommitAsync(ct);
        return missing;
    }

    private static List<string> Missing(ContactDatabase database, SortedDictionary<string, string> scripts, HashSet<string> done)
    {
        if (done.FirstOrDefault(name => !scripts.ContainsKey(name)) is { } unknown)
        {
            throw new DatabaseUnusableException(
                $"{database.Place}: the database is newer than this program (it has \"{unknown}\", the newest known here is "
                    + $"\"{scripts.Keys.Last()}\"); use the newer program"
            );
        }

        return [.. scripts.Keys.Where(name => !done.Contains(name))];
    }

    private static async Task<bool> IsVersioned(DbConnection connection, Engine engine) =>
        await connection.ExecuteScalarAsync<long>(
            engine.IsSqlite
                ? "select count(*) from sqlite_master where type = 'table' and name = 'migration'"
                : "select count(*) from pg_tables where tablename = 'migration' and schemaname = current_schema()") > 0;

    private static async Task<HashSet<string>> Done(DbConnection connection, DbTransaction? transaction) =>
        [.. await connection.QueryAsync<string>("select name from migration", null, transaction)];

    /// <summary>The scripts of this program by their names, in order.</summary>
    internal static SortedDictionary<string, string> Scripts(Engine engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $".Migrations.{engine.Name}.";
        var scripts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var at = resource.IndexOf(folder, StringComparison.Ordinal);
            if (at < 0)
                continue;

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            scripts.Add(Path.GetFileNameWithoutExtension(resource[(at + folder.Length)..]), reader.ReadToEnd());
        }

        return scripts;
    }
}
