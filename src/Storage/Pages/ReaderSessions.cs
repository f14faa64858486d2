using System.Security.Cryptography;
using System.Text;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Pages;

/// <summary>
/// The codes mailed to readers and the browsers they let in. A browser is known by the hash of a secret it keeps; a code is kept as a hash
/// with that secret in it, so the database alone opens nothing.
/// </summary>
public sealed class ReaderSessions(ContactDatabase database)
{
    /// <summary>How long a code can be entered.</summary>
    public static readonly Duration CodeHolds = Duration.FromMinutes(15);

    /// <summary>How long a browser is let in.</summary>
    public static readonly Duration SessionHolds = Duration.FromDays(30);

    /// <summary>Of a million codes, so many may be tried.</summary>
    public const int Tries = 5;

    /// <summary>How many codes a reader gets in an hour.</summary>
    public const int MostAnHour = 4;

    /// <summary>How many codes a reader gets in a day.</summary>
    public const int MostADay = 10;

    /// <summary>Keeps a code for a browser; false when the reader got too many already.</summary>
    /// <param name="reader">The id of whom it is mailed to.</param>
    /// <param name="secret">What the browser keeps.</param>
    /// <param name="code">The code.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public Task<bool> KeepCode(string reader, string secret, string code, Instant now, CancellationToken ct) => database.WriteDurably(
        async scope =>
        {
            await scope.Execute("delete from page_code where sent_at < @day", new { day = now - Duration.FromDays(1) });
            await scope.Execute("delete from page_session where until <= @now", new { now });

            // On PostgreSQL two requests at once would count the same rows.
            if (!scope.Engine.IsSqlite)
                await scope.Execute("select pg_advisory_xact_lock(hashtextextended('page_code ' || @reader, 0))", new { reader });

            var sent = (await scope.Query<Instant>("select sent_at from page_code where reader = @reader", new { reader })).AsList();
            if (sent.Count >= MostADay || sent.Count(at => at > now - Duration.FromHours(1)) >= MostAnHour)
                return false;

            await scope.Execute(
                """
                insert into page_code (browser, reader, code, sent_at, until, tries_left)
                values (@browser, @reader, @code, @now, @until, @tries)
                """,
                new
                {
                    browser = Hash(secret),
                    reader,
                    code = Hash(secret, code),
                    now,
                    until = now + CodeHolds,
                    tries = Tries,
                });
            return true;
        },
        ct);

    /// <summary>Tries a code; the right one can be used once.</summary>
    /// <param name="secret">What the browser keeps that asked for it.</param>
    /// <param name="code">As somebody entered it.</param>
    /// <param name="reader">Whose page it is to open.</param>
    /// <param name="session">What the browser keeps from then on.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>What came of it.</returns>
    public Task<CodeAnswer> Enter(string secret, string code, string reader, string session, Instant now, CancellationToken ct) =>
        database.WriteDurably(
            async scope =>
            {
                var browser = Hash(secret);
                var kept = (
                    await scope.Query<(string Code, int Left)>(
                        """
                        update page_code set tries_left = tries_left - 1
                         where browser = @browser and reader = @reader and tries_left > 0 and until > @now
                        returning code, tries_left
                        """,
                        new { browser, reader, now })).AsList();
                if (kept.Count == 0)
                    return CodeAnswer.NoneWaits;

                if (!IsSame(kept[0].Code, Hash(secret, code)))
                    return kept[0].Left > 0 ? CodeAnswer.Wrong : CodeAnswer.NoneWaits;

                await scope.Execute("update page_code set tries_left = 0 where browser = @browser", new { browser });
                await scope.Execute(
                    "insert into page_session (browser, reader, opened_at, until) values (@browser, @reader, @now, @until)",
                    new { browser = Hash(session), reader, now, until = now + SessionHolds });
                return CodeAnswer.Right;
            },
            ct);

    /// <summary>The id of the reader a browser was let in as; null when it was not, or too long ago.</summary>
    public async Task<string?> Reader(string session, Instant now, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleOrDefaultAsync<string?>(
            new CommandDefinition(
                "select reader from page_session where browser = @browser and until > @now",
                new { browser = Hash(session), now },
                cancellationToken: ct));
    }

    /// <summary>Lets a browser in no more.</summary>
    public Task Close(string session, CancellationToken ct) =>
        database.Write(scope => scope.Execute("delete from page_session where browser = @browser", new { browser = Hash(session) }), ct);

    /// <summary>Lets no browser of a reader in any more, and takes back their codes.</summary>
    public Task CloseAll(string reader, CancellationToken ct) => database.Write(
        async scope =>
        {
            await scope.Execute("delete from page_session where reader = @reader", new { reader });
            return await scope.Execute("update page_code set tries_left = 0 where reader = @reader", new { reader });
        },
        ct);

    private static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));

    private static string Hash(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))));
}

/// <summary>What came of a code that was entered.</summary>
public enum CodeAnswer
{
    Right,
    Wrong,

    /// <summary>No code waits for this browser, not any more, or it was tried too often.</summary>
    NoneWaits,
}
