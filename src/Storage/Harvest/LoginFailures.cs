using Dapper;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>How a login to a mail server stands that did not succeed.</summary>
public sealed record LoginFailure
{
    /// <summary>Whose login where, in words without secrets.</summary>
    public required string Login { get; init; }

    /// <summary>Tells one password, token or setting of this login from another.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The kind of trouble, as the mail protocols name it.</summary>
    public required string Kind { get; init; }

    /// <summary>What happened, for a person.</summary>
    public required string Words { get; init; }

    /// <summary>What a person can do about it; null where only its kind is known.</summary>
    public string? Remedy { get; init; }

    /// <summary>How often in a row this kind of trouble has come.</summary>
    public required int Repeats { get; init; }

    /// <summary>How often the login was refused since it last succeeded, whatever else went wrong in between.</summary>
    public required int Refusals { get; init; }

    /// <summary>Since when it has been failing.</summary>
    public required Instant Since { get; init; }

    public required Instant LastAt { get; init; }

    /// <summary>When the next try is allowed.</summary>
    public required Instant NotBefore { get; init; }
}

/// <summary>The logins that failed, and when each may be tried again.</summary>
public sealed class LoginFailures(ContactDatabase database)
{
    /// <summary>A password nobody has tried for so long is no longer configured anywhere.</summary>
    private static readonly Duration Forgotten = Duration.FromDays(90);

    /// <summary>What is known of a login, whatever password it was tried with.</summary>
    public async Task<IReadOnlyList<LoginFailure>> Read(string login, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<LoginFailure>(
                """
                select login, fingerprint, kind, words, remedy, repeats, refusals, since, last_at, not_before
                  from login_failure
                 where login = @login
                """,
                new { login }),
        ];
    }

    /// <summary>Notes a failure, in place of what was known of the same login and fingerprint.</summary>
    public Task Note(LoginFailure failure, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute("delete from login_failure where last_at < @forgotten", new { forgotten = failure.LastAt - Forgotten });
                return await scope.Execute(
                    """
                    insert into login_failure (login, fingerprint, kind, words, remedy, repeats, refusals, since, last_at, not_before)
                    values (@Login, @Fingerprint, @Kind, @Words, @Remedy, @Repeats, @Refusals, @Since, @LastAt, @NotBefore)
                    on conflict (login, fingerprint) do update
                       set kind = excluded.kind, words = excluded.words, remedy = excluded.remedy, repeats = excluded.repeats,
                           refusals = excluded.refusals, since = excluded.since, last_at = excluded.last_at,
                           not_before = excluded.not_before
                    """,
                    failure with
                    {
                        Words = Texts.Clean(failure.Words)!,
                        Remedy = Texts.Clean(failure.Remedy),
                        NotBefore = Instants.Ceiling(failure.NotBefore),
                    });
            },
            ct);

    /// <summary>The login works again.</summary>
    public Task Forget(string login, string fingerprint, CancellationToken ct) =>
        database.Write(
            scope =>
                scope.Execute("delete from login_failure where login = @login and fingerprint = @fingerprint", new { login, fingerprint }),
            ct);
}
