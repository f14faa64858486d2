using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Storage.Harvest;

/// <summary>
/// Keeps two programs from harvesting one account, or renewing one token, at once. Held by a session of PostgreSQL, or by an open file
/// beside an SQLite database, so it ends with the program that took it, however that ends.
/// </summary>
public sealed class AccountLock : IAsyncDisposable
{
    private readonly DbConnection? session;
    private readonly FileStream? file;

    private AccountLock(DbConnection? session, FileStream? file)
    {
        this.session = session;
        this.file = file;
    }

    /// <summary>Takes the lock of an account, or gives null when somebody else holds it.</summary>
    public static Task<AccountLock?> Take(ContactDatabase database, AccountState account, CancellationToken ct) =>
        Take(database, $"harvest-{account.Number}", "crmsync harvest " + account.Name, ct);

    /// <summary>
    /// Waits for the lock of anything else that only one program may do at a time; null when it did not come free in time.
    /// </summary>
    /// <param name="database">Whose programs.</param>
    /// <param name="name">Letters, digits and hyphens.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<AccountLock?> Wait(ContactDatabase database, string name, TimeSpan patience, CancellationToken ct)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await Take(database, name, "crmsync " + name, ct) is { } taken)
                return taken;

            if (TimeProvider.System.GetElapsedTime(start) > patience)
                return null;

            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
    }

    private static async Task<AccountLock?> Take(ContactDatabase database, string file, string key, CancellationToken ct)
    {
        if (database.Engine == Engine.Sqlite)
            return TakeFile($"{database.Place}-{file}.lock");

        var connection = await database.Connect(ct);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "select pg_try_advisory_lock(@key)";
            command.Set("@key", Key(key));
            if (await command.ExecuteScalarAsync(ct) is true)
                return new AccountLock(connection, null);

            await connection.DisposeAsync();
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A pooled session keeps its locks unless they are given back.
        if (session is not null)
        {
            await using (var command = session.CreateCommand())
            {
                command.CommandText = "select pg_advisory_unlock_all()";
                await command.ExecuteNonQueryAsync();
            }

            await session.DisposeAsync();
        }

        if (file is not null)
            await file.DisposeAsync();
    }

    private static AccountLock? TakeFile(string path)
    {
        try
        {
            return new AccountLock(null, PrivateFiles.Open(path, FileMode.OpenOrCreate, FileShare.None, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static long Key(string name) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
