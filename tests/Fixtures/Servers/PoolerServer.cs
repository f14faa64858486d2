using System.Diagnostics;
using System.Net.Sockets;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A pgbouncer in transaction mode before a <see cref="PostgresServer"/>: every transaction may run on another connection to the server.
/// </summary>
internal sealed class PoolerServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";
    private const string Absent =
        "pgbouncer is not installed: the tests over it need the Debian package \"pgbouncer\" (apt-get install pgbouncer)";

    private readonly string folder;
    private readonly Process process;

    private PoolerServer(string folder, int port, Process process) => (this.folder, Port, this.process) = (folder, port, process);

    public int Port { get; }

    /// <summary>Starts a pooler; throws <see cref="InvalidOperationException"/> naming the package when it is not installed.</summary>
    /// <param name="server">The server behind it.</param>
    /// <param name="connections">How many connections to a database it makes at most.</param>
    public static async Task<PoolerServer> Start(PostgresServer server, int connections = 8)
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException(Absent);

        var place = Directory.CreateTempSubdirectory("crmsync-pooler-").FullName;
        var port = PostgresServer.FreePort();
        await File.WriteAllTextAsync(Path.Combine(place, "users"), "\"crmsync\" \"\"\n");
        await File.WriteAllTextAsync(Path.Combine(place, "pgbouncer.ini"), $"""
            [databases]
            * = host=127.0.0.1 port={server.Port}

            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {place}/users
            pool_mode = transaction
            default_pool_size = {connections}
            max_client_conn = 200
            logfile = {place}/log
            ignore_startup_parameters = extra_float_digits
            """);
        string[] arguments = [Program, Path.Combine(place, "pgbouncer.ini")];
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root.
            using var owner = Process.Start("chown", ["-R", "postgres", place]);
            await owner.WaitForExitAsync();
            arguments = ["runuser", "-u", "postgres", "--", .. arguments];
        }

        var start = new ProcessStartInfo(arguments[0], arguments[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var started = Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start");
        started.ErrorDataReceived += (_, _) => { };
        started.BeginErrorReadLine();
        var pooler = new PoolerServer(place, port, started);
        for (var i = 0; i < 400 && !started.HasExited; i++)
        {
            if (await Listens(port))
                return pooler;

            await Task.Delay(25);
        }

        var log = Path.Combine(place, "log");
        var words = File.Exists(log) ? await File.ReadAllTextAsync(log) : "";
        await pooler.DisposeAsync();
        throw new InvalidOperationException($"pgbouncer did not start: {words}");
    }

    /// <summary>How to reach a database through the pooler, as the README says.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=crmsync;Database={database};Max Auto Prepare=0;No Reset On Close=true";

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> Listens(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
