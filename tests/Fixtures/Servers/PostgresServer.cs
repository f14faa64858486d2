using System.Data.Common;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A PostgreSQL 15 of its own: started in a temporary folder on a free loopback port, stopped and removed at the end. Nothing is flushed to
/// disk, so it is for tests only.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private const string Absent =
        "PostgreSQL 15 is not installed: the tests over it need the Debian package \"postgresql-15\" (apt-get install postgresql-15)";

    private readonly string folder;
    private readonly int port;
    private string settings = "";
    private int databases;

    private PostgresServer(string folder, int port)
    {
        this.folder = folder;
        this.port = port;
        AppDomain.CurrentDomain.ProcessExit += StopAtExit;
    }

    /// <summary>Starts a server; throws <see cref="InvalidOperationException"/> naming the package when it is not installed.</summary>
    public static async Task<PostgresServer> Start()
    {
        if (!File.Exists(Path.Combine(Programs, "initdb")))
            throw new InvalidOperationException(Absent);

        var temporary = Directory.CreateTempSubdirectory("crmsync-postgres-").FullName;
        var server = new PostgresServer(temporary, FreePort());
        try
        {
            // initdb refuses to run as root.
            if (Environment.IsPrivilegedProcess)
                await Run("chown", "postgres", temporary);

            await AsPostgres(
                "initdb",
                "--pgdata",
                server.Data,
                "--auth=trust",
                "--username=crmsync",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync");
            server.settings = string.Join(
                ' ',
                $"-p {server.port}",
                "-c listen_addresses=127.0.0.1",
                $"-c unix_socket_directories={temporary}",
                "-c fsync=off",
                "-c synchronous_commit=off",
                "-c full_page_writes=off",
                "-c shared_buffers=64MB",
                "-c max_connections=50",
                "-c autovacuum=off");
            await AsPostgres(
                "pg_ctl",
                "--pgdata",
                server.Data,
                "--wait",
                "--log",
                Path.Combine(temporary, "log"),
                "--options",
                server.settings,
                "start");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public int Port => port;

    /// <summary>A new empty database; gives its connection string.</summary>
    public async Task<string> NewDatabase()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await Run(Path.Combine(Programs, "createdb"), "--host=127.0.0.1", $"--port={port}", "--username=crmsync", name);
        return ConnectionString(name);
    }

    /// <summary>How to reach a database of this server, there or not.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={port};Username=crmsync;Database={database};Include Error Detail=true";

    /// <summary>Stops the server as an upgrade of its package does.</summary>
    public Task Stop() => AsPostgres("pg_ctl", "--pgdata", Data, "--wait", "--mode=fast", "stop");

    /// <summary>Starts it again where it was.</summary>
    public Task StartAgain() =>
        AsPostgres("pg_ctl", "--pgdata", Data, "--wait", "--log", Path.Combine(folder, "log"), "--options", settings, "start");

    /// <summary>Sets the time by which a database judges claims and leases; it stands still until it is set again.</summary>
    public static Task SetTime(string connectionString, DateTimeOffset now) =>
        DefineTime(connectionString, $"timestamptz ''{now.UtcDateTime:yyyy-MM-dd HH:mm:ss}+00'' + make_interval(secs => seconds)");

    /// <summary>Lets the time of a database run, so far from the server's.</summary>
    public static Task ShiftTime(string connectionString, TimeSpan shift) =>
        DefineTime(connectionString, $"statement_timestamp() + make_interval(secs => seconds + {(long)shift.TotalSeconds})");

    /// <summary>Runs statements as an administrator would.</summary>
    /// <returns>What they gave, without headings.</returns>
    public static async Task<string> Ask(string connectionString, string sql)
    {
        var place = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var to = $"host={place["Host"]} port={place["Port"]} user={place["Username"]} dbname={place["Database"]}";
        var start = new ProcessStartInfo(
            Path.Combine(Programs, "psql"),
            ["--no-psqlrc", "--tuples-only", "--no-align", "--command", sql, to]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var psql = Process.Start(start) ?? throw new InvalidOperationException("psql did not start");
        var (output, error) = (psql.StandardOutput.ReadToEndAsync(), psql.StandardError.ReadToEndAsync());
        await psql.WaitForExitAsync();
        return psql.ExitCode == 0 ? (await output).Trim() : throw new InvalidOperationException($"psql: {await error}");
    }

    private static Task<string> DefineTime(string connectionString, string sql) => Ask(
        connectionString,
        $"create or replace function crmsync_now(seconds bigint default 0) returns timestamptz language sql stable as 'select {sql}'");

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= StopAtExit;
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await AsPostgres("pg_ctl", "--pgdata", Data, "--wait", "--mode=immediate", "stop");

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Every file in which the server keeps tables and what it knows of them, byte by byte; its write-ahead log is not among them.
    /// </summary>
    public string TableFiles()
    {
        var files = new System.Text.StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Data, "base"), "*", SearchOption.AllDirectories))
            files.Append(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)));

        return files.ToString();
    }

    private string Data => Path.Combine(folder, "data");

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void StopAtExit(object? sender, EventArgs e)
    {
        // The process ends while a test still held the server: the folder is left, the server is not.
        var (program, arguments) = Command("pg_ctl", "--pgdata", Data, "--mode=immediate", "stop");
        using var stop = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        stop?.WaitForExit(5000);
    }

    private static Task AsPostgres(string name, params string[] arguments)
    {
        var (program, all) = Command(name, arguments);
        return Run(program, all);
    }

    private static (string Program, string[] Arguments) Command(string name, params string[] arguments)
    {
        var program = Path.Combine(Programs, name);
        return Environment.IsPrivilegedProcess ? ("runuser", ["-u", "postgres", "--", program, .. arguments]) : (program, arguments);
    }

    private static async Task Run(string program, params string[] arguments)
    {
        // The server inherits standard output from pg_ctl; reading to its end would wait for the server, so only the end of the program is
        // waited for.
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = new System.Text.StringBuilder();
        void Note(object sender, DataReceivedEventArgs e)
        {
            lock (output)
                output.AppendLine(e.Data);
        }

        process.OutputDataReceived += Note;
        process.ErrorDataReceived += Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!process.HasExited)
            await Task.Delay(10, patience.Token);

        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }
}
