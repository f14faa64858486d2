using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CrmSync.Storage;

/// <summary>Says in words what is wrong with a database that cannot be used.</summary>
internal static class Unusable
{
    /// <summary>Npgsql has no name for it (errcodes-appendix: idle_in_transaction_session_timeout).</summary>
    private const string IdleInTransaction = "25P03";

    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>The exception for somebody, or null when <paramref name="problem"/> is not about the database as a whole.</summary>
    /// <param name="place">Which database.</param>
    /// <param name="problem">What happened.</param>
    /// <param name="holder">Who holds what was waited for, in words; null when that is not known.</param>
    public static DatabaseUnusableException? Explain(string place, Exception problem, string? holder = null) =>
        problem switch
        {
            SqliteException sqlite => Explain(place, sqlite),
            PostgresException refused => Explain(place, refused, holder),
            NpgsqlException { InnerException: SocketException or TimeoutException } or NpgsqlException { IsTransient: true } => new(
                $"{place}: the server cannot be reached ({problem.InnerException?.Message ?? problem.Message}); start it or correct "
                    + $"storage.postgres",
                problem),
            NpgsqlException => new($"{place}: {problem.Message}; correct storage.postgres", problem),
            _ => null,
        };

    private static DatabaseUnusableException? Explain(string place, SqliteException problem) => problem.SqliteErrorCode switch
    {
        Busy or Locked => new($"{place}: another program holds the database; stop it, or wait until it is done, and try again", problem),
        NotADatabase => new($"{place}: this is not an SQLite database; move the file away or name another one in storage.sqlite", problem),
        Corrupt => new($"{place}: the database is damaged; restore it from a backup, or move it away and harvest anew", problem),
        Full => new($"{place}: the disk is full; make room and try again, nothing was lost", problem),
        ReadOnly => new($"{place}: the database cannot be written; give this user the right to write the file and its folder", problem),
        CannotOpen => new($"{place}: the file cannot be opened; check that it is a file, and the rights of it and its folder", problem),
        InputOutput => new($"{place}: the disk failed ({problem.Message}); check the disk and try again", problem),
        _ => null,
    };

    private static DatabaseUnusableException? Explain(string place, PostgresException problem, string? holder) =>
        problem.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => new($"{place}: the database does not exist; create it with createdb", problem),
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new(
                $"{place}: the server refused user or password; correct storage.postgres",
                problem),
            PostgresErrorCodes.InsufficientPrivilege => new(
                $"{place}: the user may not do this ({problem.MessageText}); grant it on the database and its schema",
                problem),
            PostgresErrorCodes.TooManyConnections => new(
                $"{place}: the server has no connection left; raise max_connections or stop other programs",
                problem),
            PostgresErrorCodes.DiskFull => new(
                $"{place}: the disk of the server is full; make room and try again, nothing was lost",
                problem),
            PostgresErrorCodes.LockNotAvailable => new(
                $"{place}: {holder ?? "another program"} holds the database; stop it, or wait until it is done, and try again",
                problem),
            IdleInTransaction => new(
                $"{place}: this program stood still in the middle of a transaction, and the server ended it so that others could go on; "
                    + $"nothing of the transaction was kept, it is tried again",
                problem),
            PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => new(
                $"{place}: the server is starting or stopping; try again",
                problem),
            ['0', '8', ..] => new($"{place}: the connection to the server failed ({problem.MessageText}); try again", problem),
            _ => null,
        };
}
