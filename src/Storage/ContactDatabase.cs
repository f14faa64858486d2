using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CrmSync.Storage;

/// <summary>The database of one installation: an SQLite file or a PostgreSQL database, at the version of this program.</summary>
public sealed class ContactDatabase : IAsyncDisposable
{
    /// <summary>
    /// Any number no other program of the database uses. One writer at a time, as on SQLite: two copies of a mail stored at once must find
    /// each other.
    /// </summary>
    private const long WriterLock = 0x43524d77726974;

    /// <summary>
    /// Every statement of a batch looks a few hundred rows up by index. A planner without statistics, as after a first harvest, reads whole
    /// tables or sorts all that waits instead. What it then has to read whole it takes for very dear, and would compile it to machine code
    /// at every batch, which costs more than all the rest.
    /// </summary>
    private static readonly string BeginWriting =
        $"""
        select pg_advisory_xact_lock({WriterLock});
        set local enable_seqscan = off;
        set local enable_hashjoin = off;
        set local enable_mergejoin = off;
        set local enable_bitmapscan = off;
        set local jit = off
        """;

    private const string NotDurable = "; set local synchronous_commit = off";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string connectionString;
    private readonly NpgsqlDataSource? server;
    private readonly WriteLimits limits;
    private readonly SemaphoreSlim writing = new(1, 1);
    private DbConnection? writer;
    private PreparedStatements? prepared;
    private SqliteConnection? opened;

    /// <summary>Whether a text can be read as the connection string of a PostgreSQL server, and names one.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private ContactDatabase(
        Engine engine, string place, string connectionString, NpgsqlDataSource? server, TimeProvider time, WriteLimits limits)
    {
        this.limits = limits;
        Time = time;
        Engine = engine;
        Place = place;
        this.connectionString = connectionString;
        this.server = server;
    }

    public Engine Engine { get; }

    /// <summary>This program, for whoever has to wait for it.</summary>
    public static string Program { get; } = $"crmsync on {Environment.MachineName} (process {Environment.ProcessId})";

    /// <summary>The file, or the server and database without user and password: for messages.</summary>
    public string Place { get; }

    /// <summary>The names of the migrations <c>Open</c> applied, in order; empty when the database was up to date.</summary>
    public IReadOnlyList<string> Applied { get; private set; } = [];

    /// <summary>Opens an SQLite file, creates it and its folder when missing, and brings it to this version.</summary>
    /// <exception cref="DatabaseUnusableException">The file is no database, is newer than this program, or is held by another
    /// one.</exception>
    /// <param name="file">The file.</param>
    /// <param name="time">The time of the database (<see cref="DatabaseClock"/>).</param>
    /// <param name="ct">Cancels.</param>
    public static Task<ContactDatabase> OpenSqlite(string file, TimeProvider time, CancellationToken ct) =>
        OpenSqlite(file, time, Patience, ct);

    /// <summary>Opens a PostgreSQL database and brings it to this version.</summary>
    /// <exception cref="DatabaseUnusableException">The server cannot be reached or refuses, or the database is newer than this
    /// program.</exception>
    /// <param name="connectionString">How to reach it.</param>
    /// <param name="time">By which leases are renewed; what they last by is the time of the server.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<ContactDatabase> OpenPostgres(string connectionString, TimeProvider time, CancellationToken ct) =>
        OpenPostgres(connectionString, time, WriteLimits.Default, ct);

    internal static async Task<ContactDatabase> OpenPostgres(
        string connectionString, TimeProvider time, WriteLimits limits, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException problem)
        {
            // The text itself may hold a password and is not repeated.
            throw new DatabaseUnusableException(
                $"storage.postgres is not a connection string ({problem.GetType().Name}); write for example: "
                    + $"Host=localhost;Database=crmsync;Username=crmsync;Password=...",
                problem);
        }

        // The statements of a batch are few and always the same. Behind a pooler that cannot keep them prepared, the connection string says
        // Max Auto Prepare=0.
        if (!connectionString.Replace(" ", "", StringComparison.Ordinal).Contains("MaxAutoPrepare=", StringComparison.OrdinalIgnoreCase))
            settings.MaxAutoPrepare = 60;

        // Whoever waits for us can be told for whom; and a connection that a firewall forgot is noticed.
        settings.ApplicationName ??= Program;
        if (!settings.ContainsKey("Tcp Keepalive"))
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 30, 10);

        var place = $"PostgreSQL {settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";
        var database = new ContactDatabase(Engine.Postgres, place, connectionString, NpgsqlDataSource.Create(settings), time, limits);
        return await Opened(database, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        if (opened is not null)
            await opened.DisposeAsync();

        if (server is not null)
            await server.DisposeAsync();
        else if (Engine.IsSqlite)
            SqliteConnection.ClearPool(new SqliteConnection(connectionString));

        writing.Dispose();
    }

    /// <summary>
    /// What a failure, or whatever caused it, says about the database as a whole, in words for a person; null when it is about something
    /// else.
    /// </summary>
    public DatabaseUnusableException? Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if ((cause as DatabaseUnusableException ?? Unusable.Explain(Place, cause)) is { } unusable)
                return unusable;
        }

        return null;
    }

    /// <summary>Whether a failure is about a database as a whole, whichever it is.</summary>
    public static bool IsUnusable(Exception failure) => failure is DatabaseUnusableException || Unusable.Explain("", failure) is not null;

    /// <summary>
    /// Whether the SQLite file was deleted, moved or replaced since it was opened: what is written from then on goes to a file that no
    /// other program sees, or to one that another program put in its place. Always false on PostgreSQL.
    /// </summary>
    public bool IsGone() => opened is { Handle: { } file } && SqliteFile.HasMoved(file);

    /// <summary>How many rows a table or view has, for status and measurements.</summary>
    public async Task<long> CountRows(string table, CancellationToken ct)
    {
        if (!table.All(c => char.IsAsciiLetterLower(c) || c == '_'))
            throw new ArgumentException($"\"{table}\" is no name of a table here.", nameof(table));

        await using var connection = await Connect(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from " + table;
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Lets go of what was deleted (<see cref="Compaction"/>).</summary>
    /// <param name="tables">Whether PostgreSQL writes its tables anew: nobody else can use them meanwhile.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Why something may remain in the files, in words; null when nothing does.</returns>
    public async Task<string?> Compact(bool tables, CancellationToken ct)
    {
        await writing.WaitAsync(ct);
        try
        {
            // Its prepared statements would hold the file open.
            await Close();
            return Engine.IsSqlite
                ? await Compaction.RewriteFile(connectionString, Place, ct)
                : await Compaction.RewriteTables(this, tables, ct);
        }
        finally
        {
            writing.Release();
        }
    }

    internal static async Task<ContactDatabase> OpenSqlite(string file, TimeProvider time, TimeSpan patience, CancellationToken ct)
    {
        var path = Path.GetFullPath(file);
        try
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(path));
            PrivateFiles.Create(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException(
                $"{path}: it or its folder cannot be created ({problem.Message}); correct storage.sqlite or the rights of the folder",
                problem);
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = (int)patience.TotalSeconds };
        return await Opened(new ContactDatabase(Engine.Sqlite, path, settings.ConnectionString, null, time, WriteLimits.Default), ct);
    }

    /// <summary>
    /// Every other connection is opened anew after a failure, and would find by its name whatever file lies there then. Nothing is read
    /// through this one.
    /// </summary>
    private async Task KeepOpen(CancellationToken ct)
    {
        opened = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await opened.OpenAsync(ct);
    }

    /// <summary>The clock that leases are renewed by; with SQLite also the time of the database.</summary>
    internal TimeProvider Time { get; }

    /// <summary>A connection for reading.</summary>
    internal async Task<DbConnection> Connect(CancellationToken ct)
    {
        if (server is not null)
            return await Opened(server, ct);

        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        DatabaseClock.AddTo(connection, Time);
        await Run(
            connection,
            "pragma cache_size = -16384; pragma temp_store = memory; pragma foreign_keys = on; pragma secure_delete = fast; pragma "
                + "wal_autocheckpoint = 4000;",
            ct);
        return connection;
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction, with no other writer of the database beside it. Nothing is kept when it throws.
    /// </summary>
    internal Task<T> Write<T>(Func<WriteScope, Task<T>> work, CancellationToken ct) => Write(work, durable: false, ct);

    /// <summary>
    /// As <see cref="Write{T}(Func{WriteScope, Task{T}}, CancellationToken)"/>, and on disk when it returns. Harvests do without: a power
    /// failure may take their last batches together with the note that these were read, and they are read again.
    /// </summary>
    internal Task<T> WriteDurably<T>(Func<WriteScope, Task<T>> work, CancellationToken ct) => Write(work, durable: true, ct);

    /// <summary>
    /// Runs <paramref name="work"/> as <see cref="Write{T}(Func{WriteScope, Task{T}}, CancellationToken)"/> does, and keeps nothing of it.
    /// </summary>
    internal Task<T> Rehearse<T>(Func<WriteScope, Task<T>> work, CancellationToken ct) => Write(work, durable: false, ct, isKept: false);

    internal Task Write(Func<WriteScope, Task> work, CancellationToken ct) =>
        Write<object?>(
            async scope =>
            {
                await work(scope);
                return null;
            },
            ct);

    /// <summary>
    /// Runs a few statements in one transaction that is on disk when it returns, beside other writers: for rows that are taken by
    /// conditional updates, so that nobody who stores a batch of mail keeps a claim or a lease waiting. On SQLite there is one writer all
    /// the same.
    /// </summary>
    /// <param name="work">The statements.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="durable">False where a power failure may take it.</param>
    internal async Task<T> WriteBriefly<T>(Func<WriteScope, Task<T>> work, CancellationToken ct, bool durable = true)
    {
        if (server is null)
            return await Write(work, durable, ct);

        var asked = Time.GetTimestamp();
        try
        {
            await using var connection = await server.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await Run(connection, durable ? limits.Sql : limits.Sql + NotDurable, ct);
            var began = NoteWait(asked);
            var result = await work(new WriteScope(Engine, connection, transaction, null, ct));
            await transaction.CommitAsync(ct);
            StorageMeters.NoteWork(Time.GetElapsedTime(began));
            return result;
        }
        catch (Exception problem)
        {
            if (Unusable.Explain(Place, problem) is { } explained)
                throw explained;

            throw;
        }
    }

    private async Task<T> Write<T>(Func<WriteScope, Task<T>> work, bool durable, CancellationToken ct, bool isKept = true)
    {
        var asked = Time.GetTimestamp();
        await writing.WaitAsync(ct);
        try
        {
            await using var transaction = await Begin(durable, ct);
            var began = NoteWait(asked);
            var result = await work(new WriteScope(Engine, writer!, transaction, prepared, ct));
            if (isKept)
                await transaction.CommitAsync(ct);
            else
                await transaction.RollbackAsync(ct);

            StorageMeters.NoteWork(Time.GetElapsedTime(began));
            return result;
        }
        catch (Exception problem)
        {
            // A connection in an unknown state is not used again.
            await Close();
            var holder = problem is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } ? await Holder(ct) : null;
            if (Unusable.Explain(Place, problem, holder) is { } explained)
                throw explained;

            throw;
        }
        finally
        {
            writing.Release();
        }
    }

    private long NoteWait(long asked)
    {
        StorageMeters.NoteWait(Time.GetElapsedTime(asked));
        return Time.GetTimestamp();
    }

    /// <summary>A connection that was idle while the server was restarted is of no use any more: then another one is made.</summary>
    private async Task<DbTransaction> Begin(bool durable, CancellationToken ct)
    {
        if (writer is null)
            return await BeginAfresh(durable, ct);

        try
        {
            return await BeginOn(writer, durable, ct);
        }
        catch (NpgsqlException broken) when (broken is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            await Close();
            return await BeginAfresh(durable, ct);
        }
    }

    private async Task<DbTransaction> BeginAfresh(bool durable, CancellationToken ct)
    {
        writer = await Connect(ct);
        prepared = writer is SqliteConnection file ? new PreparedStatements(file) : null;
        return await BeginOn(writer, durable, ct);
    }

    private async Task<DbTransaction> BeginOn(DbConnection connection, bool durable, CancellationToken ct)
    {
        if (connection is SqliteConnection sqlite)
        {
            await Run(sqlite, durable ? "pragma synchronous = full" : "pragma synchronous = normal", ct);
            return sqlite.BeginTransaction(deferred: false);
        }

        var transaction = await connection.BeginTransactionAsync(ct);
        await Run(connection, $"{limits.Sql}; {BeginWriting}{(durable ? "" : NotDurable)}", ct);
        return transaction;
    }

    /// <summary>Who writes for so long that others give up waiting, in words; null when it cannot be told.</summary>
    private async Task<string?> Holder(CancellationToken ct)
    {
        await using var connection = await Connect(ct);
        return await connection.QueryFirstOrDefaultAsync<string>(new CommandDefinition(
            """
            select a.application_name || coalesce(' from ' || host(a.client_addr), '')
              from pg_locks l
              join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory' and l.granted and l.objsubid = 1
               and (cast(l.classid as bigint) << 32 | cast(l.objid as bigint)) = @lock
               and l.database = (select d.oid from pg_database d where d.datname = current_database())
            """,
            new { @lock = WriterLock },
            cancellationToken: ct));
    }

    private async Task<NpgsqlConnection> Opened(NpgsqlDataSource source, CancellationToken ct)
    {
        try
        {
            return await source.OpenConnectionAsync(ct);
        }
        catch (Exception problem)
        {
            if (Unusable.Explain(Place, problem) is { } explained)
                throw explained;

            throw;
        }
    }

    private async Task Close()
    {
        prepared?.Dispose();
        prepared = null;
        if (writer is not null)
            await writer.DisposeAsync();

        writer = null;
    }

    private static async Task<ContactDatabase> Opened(ContactDatabase database, CancellationToken ct)
    {
        try
        {
            database.Applied = await Migrations.Apply(database, ct);
            if (database.Engine.IsSqlite)
                await database.KeepOpen(ct);

            return database;
        }
        catch (Exception problem)
        {
            await database.DisposeAsync();
            if (Unusable.Explain(database.Place, problem) is { } explained)
                throw explained;

            throw;
        }
    }

    internal static async Task Run(DbConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ct);
    }
}

