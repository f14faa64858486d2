using CrmSync.Domain.Harvest;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>The accounts and how each is doing.</summary>
public sealed class Accounts(ContactDatabase database)
{
    /// <summary>Polls that find nothing write nothing; but how far an account was read is known to this much.</summary>
    private static readonly Duration Often = Duration.FromSeconds(30);

    private const string Columns =
        """
        number, name, kind, address, first_read_done, read_until, last_attempt, last_success, last_error, last_error_permanent,
        error_since, cursor,
        first_listed_at
        """;

    /// <summary>The account of that name, made when it is new; kind and address follow the configuration.</summary>
    public async Task<AccountState> Register(string name, string kind, string? address, CancellationToken ct)
    {
        await using (var connection = await database.Connect(ct))
        {
            var known = await connection.QuerySingleOrDefaultAsync<AccountState>(
                $"select {Columns} from account where name = @name",
                new { name });
            if (known is not null && known.Kind == kind && known.Address == address)
                return known;
        }

        return await database.Write(
            async scope =>
            {
                await scope.Execute(
                    """
                    insert into account (number, name, kind, address)
                    select coalesce(max(number), 0) + 1, @name, @kind, @address
                      from account
                     where true
                    on conflict (name) do update set kind = excluded.kind, address = excluded.address
                    """,
                    new { name, kind, address });
                return await scope.One<AccountState>($"select {Columns} from account where name = @name", new { name });
            },
            ct);
    }

    /// <summary>Every account ever registered, by name.</summary>
    public async Task<IReadOnlyList<AccountState>> All(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return [.. await connection.QueryAsync<AccountState>($"select {Columns} from account order by name")];
    }

    /// <summary>Notes when an account is listed for the first time; later times change nothing.</summary>
    public Task NoteFirstListing(AccountState account, Instant now, CancellationToken ct) =>
        database.Write(
            scope =>
                scope.Execute(
                    "update account set first_listed_at = @now where number = @Number and first_listed_at is null",
                    new { account.Number, now }),
            ct);

    /// <summary>Everything that was there at first has been listed: what is found from now on is news.</summary>
    public Task MarkFirstReadDone(AccountState account, CancellationToken ct) =>
        database.Write(
            scope => scope.Execute("update account set first_read_done = true where number = @Number", new { account.Number }),
            ct);

    /// <summary>Keeps what the source remembers of the whole account.</summary>
    public Task MoveCursor(AccountState account, string? cursor, CancellationToken ct) =>
        database.Write(
            scope => scope.Execute("update account set cursor = @cursor where number = @Number", new { cursor, account.Number }),
            ct);

    /// <summary>A reading came to its end. One that follows another success within half a minute is not written down.</summary>
    /// <param name="account">The account as it was before the reading.</param>
    /// <param name="now">The end of the reading.</param>
    /// <param name="readUntil">Everything that arrived up to here has been read (usually the beginning of the reading); null leaves
    /// it.</param>
    /// <param name="ct">Cancels.</param>
    public Task NoteSuccess(AccountState account, Instant now, Instant? readUntil, CancellationToken ct) =>
        account is { LastError: null, LastSuccess: { } last, LastAttempt: { } attempt, ReadUntil: not null }
        && last == attempt
        && now >= last
        && now - last < Often
            ? Task.CompletedTask
            : database.Write(
                scope =>
                    scope.Execute(
                        """
                        update account
                           set last_attempt = @now, last_success = @now, read_until = coalesce(@readUntil, read_until),
                               last_error = null, last_error_permanent = false, error_since = null
                         where number = @Number
                        """,
                        new
                        {
                            now,
                            readUntil,
                            account.Number,
                        }),
                ct);

    /// <summary>A reading failed.</summary>
    /// <param name="account">The account.</param>
    /// <param name="now">When.</param>
    /// <param name="words">What happened and what to do, for a person.</param>
    /// <param name="permanent">Whether a person must act.</param>
    /// <param name="ct">Cancels.</param>
    public Task NoteFailure(AccountState account, Instant now, string words, bool permanent, CancellationToken ct) =>
        database.Write(
            async scope =>
                await scope.Execute(
                    """
                    update account
                       set last_attempt = @now, last_error = @words, last_error_permanent = @permanent, error_since = coalesce(error_since,
                           @now)
                     where number = @Number
                    """,
                    new
                    {
                        now,
                        words = (await ErasedPeople.Load(scope)).WithoutAddresses(words),
                        permanent,
                        account.Number,
                    }),
            ct);
}
