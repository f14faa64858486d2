using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Storage.Harvest;

/// <summary>
/// Keeps two programs from harvesting one account at once. Held by a session of PostgreSQL, or by an open file beside an SQLite database, so it ends with the
/// program that took it, however that ends.
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

    /// <summary>Takes the lock, or gives null when somebody else holds it.</summary>
    public static async Task<AccountLock?> Take(ContactDatabase database, AccountState account, CancellationToken ct)
    {
        if (database.Engine == Engine.Sqlite)
            return TakeFile($"{database.Place}-harvest-{account.Number}.lock");

        var connection = await database.Connect(ct);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "select pg_try_advisory_lock(@key)";
            command.Set("@key", Key(account));
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
            return new AccountLock(null, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static long Key(AccountState account) => BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes("crmsync harvest " + account.Name)));
}
