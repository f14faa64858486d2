using CrmSync.Domain.Harvest;
using CrmSync.Storage.Leases;

namespace CrmSync.Storage.Harvest;

/// <summary>
/// Keeps two programs, or two jobs of one, from harvesting one account, or renewing one token, at once. On PostgreSQL it is a
/// <see cref="Lease"/>, beside an SQLite database an open file; either ends with the program that took it, however that ends.
/// </summary>
public sealed class AccountLock : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lease? lease;
    private readonly FileStream? file;

    private AccountLock(Lease? lease, FileStream? file)
    {
        this.lease = lease;
        this.file = file;
    }

    /// <summary>
    /// Cancelled when this program stood still, or the database was away, for so long that another one may hold the lock: the work has to
    /// end.
    /// </summary>
    public CancellationToken Lost => lease?.Lost ?? CancellationToken.None;

    /// <summary>Waits for the lock of an account; null when somebody else held it all the time.</summary>
    /// <param name="database">Where the account is kept.</param>
    /// <param name="account">The account.</param>
    /// <param name="patience">How long to wait; with zero it is tried once.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<AccountLock?> Wait(
        ContactDatabase database, AccountState account, TimeSpan patience, CancellationToken ct) =>
        Wait(database, Name(account), patience, ct);

    /// <summary>Who holds the lock of an account, in words; null when that cannot be told, or nobody does by now.</summary>
    public static async Task<string?> Holder(ContactDatabase database, AccountState account, CancellationToken ct) =>
        database.Engine == Engine.Sqlite ? null : await Lease.Holder(database, Name(account), ct);

    /// <summary>
    /// Waits for the lock of anything else that only one program may do at a time; null when it did not come free in time.
    /// </summary>
    /// <param name="database">Whose programs.</param>
    /// <param name="name">Letters, digits and hyphens.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<AccountLock?> Wait(ContactDatabase database, string name, TimeSpan patience, CancellationToken ct)
    {
        var start = database.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (await Take(database, name, ct) is { } taken)
                return taken;

            if (database.Time.GetElapsedTime(start) >= patience)
                return null;

            await Task.Delay(pause, database.Time, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (lease is not null)
            await lease.DisposeAsync();

        if (file is not null)
            await file.DisposeAsync();
    }

    private static string Name(AccountState account) => $"harvest-{account.Number}";

    private static async Task<AccountLock?> Take(ContactDatabase database, string name, CancellationToken ct)
    {
        if (database.Engine == Engine.Sqlite)
            return TakeFile($"{database.Place}-{name}.lock");

        return await Lease.Take(database, name, ct) is { } lease ? new AccountLock(lease, null) : null;
    }

    /// <summary>
    /// The file stays. If whoever lets go deleted it, one who opened it before and one who makes it anew would both hold a lock.
    /// </summary>
    private static AccountLock? TakeFile(string path)
    {
        try
        {
            return new AccountLock(null, PrivateFiles.Open(path, FileMode.OpenOrCreate, FileShare.None, FileOptions.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
