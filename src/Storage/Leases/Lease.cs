using Dapper;

namespace CrmSync.Storage.Leases;

/// <summary>
/// The right to do what only one program of a PostgreSQL database may do at a time. It is a row and no lock of a session, so that it holds
/// behind a transaction pooler, and it ends by itself: whoever holds it renews it, and a program that is frozen, or gone with its machine,
/// keeps the others waiting no longer than <see cref="Length"/>. One that was killed on this machine keeps nobody waiting.
/// </summary>
public sealed class Lease : IAsyncDisposable
{
    /// <summary>How long the others wait for a holder that gives no sign of life.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan BetweenRenewals = Length / 6;

    private readonly ContactDatabase database;
    private readonly string name;
    private readonly long token;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource end = new();
    private readonly Task renewing;
    private int isGiven;

    private Lease(ContactDatabase database, string name, long token)
    {
        this.database = database;
        this.name = name;
        this.token = token;
        renewing = Renew(end.Token);
    }

    /// <summary>Cancelled when somebody else may have taken it: whatever is done under it has to end.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes it, or gives null while somebody else holds it.</summary>
    /// <param name="database">Whose programs.</param>
    /// <param name="name">Of what only one may do.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Lease?> Take(ContactDatabase database, string name, CancellationToken ct)
    {
        var taken = await TryTake(database, name, ownerless: 0, ct);
        if (taken == 0 && await TokenOfKilledHolder(database, name, ct) is > 0 and var ownerless)
            taken = await TryTake(database, name, ownerless, ct);

        return taken > 0 ? new Lease(database, name, taken) : null;
    }

    /// <summary>Who holds it, in words; null when nobody does.</summary>
    /// <param name="database">Whose programs.</param>
    /// <param name="name">Of what only one may do.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<string?> Holder(ContactDatabase database, string name, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleOrDefaultAsync<string>(
            new CommandDefinition(
                "select holder from lease where name = @name and until > crmsync_now(0)", new { name }, cancellationToken: ct));
    }

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isGiven, 1) == 1)
            return;

        await end.CancelAsync();
        await renewing;
        try
        {
            await database.WriteBriefly(
                scope => scope.Execute(
                    "update lease set until = crmsync_now(0) where name = @name and token = @token", new { name, token }),
                CancellationToken.None,
                durable: false);
        }
        catch (DatabaseUnusableException)
        {
            // It ends by itself; whoever worked under it has met the same trouble and says so.
        }

        lost.Dispose();
        end.Dispose();
    }

    /// <returns>The token, or 0 when somebody holds it.</returns>
    private static async Task<long> TryTake(ContactDatabase database, string name, long ownerless, CancellationToken ct)
    {
        var taken = await database.WriteBriefly(
            scope => scope.Query<long>(
                """
                insert into lease (name, token, holder, process, taken_at, until)
                values (@name, 1, @holder, @process, crmsync_now(0), crmsync_now(@seconds))
                on conflict (name) do update
                   set token = lease.token + 1, holder = excluded.holder, process = excluded.process,
                       taken_at = excluded.taken_at, until = excluded.until
                 where lease.until <= crmsync_now(0) or lease.token = @ownerless
                returning token
                """,
                new
                {
                    name,
                    holder = ContactDatabase.Program,
                    process = ProcessMark.Own,
                    seconds = (long)Length.TotalSeconds,
                    ownerless,
                }),
            ct,
            durable: false);
        return taken.SingleOrDefault();
    }

    /// <summary>The token of a holder that ran on this machine and is no more; 0 when there is none.</summary>
    private static async Task<long> TokenOfKilledHolder(ContactDatabase database, string name, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var (last, process) = await connection.QuerySingleOrDefaultAsync<(long Token, string? Process)>(
            new CommandDefinition("select token, process from lease where name = @name", new { name }, cancellationToken: ct));
        return ProcessMark.IsGone(process) ? last : 0;
    }

    private async Task Renew(CancellationToken ct)
    {
        var renewed = database.Time.GetTimestamp();
        using var timer = new PeriodicTimer(BetweenRenewals, database.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                try
                {
                    var asked = database.Time.GetTimestamp();
                    if (!await database.WriteBriefly(IsRenewed, ct, durable: false))
                        break;

                    renewed = asked;
                }
                catch (DatabaseUnusableException) when (database.Time.GetElapsedTime(renewed) < Length)
                {
                    // The next tick asks again; whoever works under the lease meets the same trouble and says so.
                }
            }
        }
        catch (DatabaseUnusableException)
        {
            // It has run out before the database answered again.
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }

        await lost.CancelAsync();
    }

    private async Task<bool> IsRenewed(WriteScope scope) =>
        await scope.Execute(
            "update lease set until = crmsync_now(@seconds) where name = @name and token = @token",
            new { seconds = (long)Length.TotalSeconds, name, token }) == 1;
}
