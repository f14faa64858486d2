using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Storage;

/// <summary>Copies an SQLite database as it is at one moment, while others work with it, and puts such a copy in its place again.</summary>
public static class DatabaseBackup
{
    /// <summary>The name under which a copy knows when it was made.</summary>
    private const string Moment = "backup";

    /// <summary>Copies a database. A file of that name is replaced once the copy is whole.</summary>
    /// <param name="database">An SQLite database.</param>
    /// <param name="file">Where the copy goes.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="DatabaseUnusableException">The copy cannot be written there.</exception>
    public static async Task Create(ContactDatabase database, string file, CancellationToken ct)
    {
        var path = Path.GetFullPath(file);
        if (path == database.Place)
            throw new DatabaseUnusableException($"{path}: this is the database itself; name another file for the backup");

        var beside = path + ".new";
        try
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(path));
            Delete(beside);
            PrivateFiles.Create(beside);
            var now = database.Time.GetCurrentInstant();
            await using (var from = (SqliteConnection)await database.Connect(ct))
            await using (var to = await Open(beside, ct))
            {
                from.BackupDatabase(to);
                await to.ExecuteAsync("pragma journal_mode = delete");
                await to.ExecuteAsync(
                    "insert into meta (name, value) values (@Moment, @at) on conflict (name) do update set value = excluded.value",
                    new { Moment, at = Instants.Print(now) });
                await Check(to, beside);
            }

            File.Move(beside, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Delete(beside);
            throw new DatabaseUnusableException(
                $"{path}: the backup cannot be written there ({problem.Message}); name another file, or correct the rights of its folder",
                problem);
        }
        catch (SqliteException problem)
        {
            Delete(beside);
            throw Unusable.Explain(beside, problem) ?? new DatabaseUnusableException($"{beside}: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// Copies a backup beside a database, to be brought to this version and changed there before <see cref="Put"/>.
    /// </summary>
    /// <returns>The copy.</returns>
    /// <exception cref="DatabaseUnusableException">The file is no whole backup of CrmSync.</exception>
    public static async Task<string> Unpack(string file, string database, CancellationToken ct)
    {
        if (!File.Exists(file))
            throw new DatabaseUnusableException($"{Path.GetFullPath(file)}: there is no such file; name the file that backup wrote");

        var copy = database + ".restoring";
        Delete(copy);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(copy));
        try
        {
            PrivateFiles.Create(copy);
            await using (var from = File.OpenRead(file))
            await using (var to = File.OpenWrite(copy))
                await from.CopyToAsync(to, ct);

            await using var connection = await Open(copy, ct);
            await Check(connection, file);
            return copy;
        }
        catch (Exception problem)
            when (problem is SqliteException or IOException or UnauthorizedAccessException or DatabaseUnusableException)
        {
            Delete(copy);
            throw problem switch
            {
                DatabaseUnusableException known => known,
                SqliteException sqlite when Unusable.Explain(file, sqlite) is { } words => words,
                _ => new DatabaseUnusableException(
                    $"{file}: it cannot be read ({problem.Message}); name the file that backup wrote", problem),
            };
        }
    }

    /// <summary>When the backup was made that a database comes from; null when it comes from none.</summary>
    public static async Task<Instant?> MadeAt(ContactDatabase database, CancellationToken ct) =>
        await new Settings(database).Get(Moment, ct) is { } text ? Instants.Parse(text) : null;

    /// <summary>Puts an unpacked copy, closed by whoever opened it, in the place of the database and of what lies beside that.</summary>
    public static async Task Put(string copy, string database, CancellationToken ct)
    {
        // Whoever writes right now is waited for; whoever reads keeps what it reads.
        await using var old = File.Exists(database) ? await Open(database, ct) : null;
        await using var alone = old is null ? null : Claim(old, database);
        foreach (var beside in new[] { "-wal", "-shm", "-journal" })
        {
            // The log of the old file must never be taken for that of the new one: it goes before.
            File.Delete(database + beside);
            File.Delete(copy + beside);
        }

        File.Move(copy, database, overwrite: true);
    }

    /// <summary>The file itself, where a link leads to it: that one is replaced, and the link stays.</summary>
    public static string Resolve(string database) =>
        File.Exists(database) ? File.ResolveLinkTarget(database, returnFinalTarget: true)?.FullName ?? database : database;

    /// <summary>Deletes a copy that is not wanted.</summary>
    public static void Delete(string copy)
    {
        foreach (var beside in new[] { "", "-wal", "-shm", "-journal" })
            File.Delete(copy + beside);
    }

    private static async Task<SqliteConnection> Open(string file, CancellationToken ct)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    /// <summary>Keeps others from writing; nobody can write to a file that is damaged.</summary>
    private static SqliteTransaction? Claim(SqliteConnection connection, string database)
    {
        try
        {
            return connection.BeginTransaction(deferred: false);
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            return null;
        }
        catch (SqliteException problem)
        {
            throw Unusable.Explain(database, problem) ?? new DatabaseUnusableException($"{database}: {problem.Message}", problem);
        }
    }

    private static async Task Check(SqliteConnection connection, string place)
    {
        if (await connection.ExecuteScalarAsync<string>("pragma quick_check(1)") is var found and not "ok")
            throw new DatabaseUnusableException($"{place}: the copy is damaged ({found}); take another backup");

        if (await connection.ExecuteScalarAsync<long>("select count(*) from sqlite_master where name in ('migration', 'digest')") < 2)
            throw new DatabaseUnusableException($"{place}: this is no database of CrmSync; name the file that backup wrote");
    }
}
