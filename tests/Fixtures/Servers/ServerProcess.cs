using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrmSync.Fixtures.Servers;

/// <summary>A server program started by a test on loopback, and stopped with it whatever happens.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process process;
    private readonly EventHandler onExit;

    private ServerProcess(Process process)
    {
        this.process = process;
        onExit = (_, _) => Stop();
        AppDomain.CurrentDomain.ProcessExit += onExit;
    }

    /// <summary>The id of the process.</summary>
    public int Id => process.Id;

    /// <summary>Starts a program and waits until a port answers.</summary>
    /// <param name="program">Full path, or a name found in the usual folders.</param>
    /// <param name="package">The Debian package it comes from, for the message when it is missing.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="port">The port to wait for.</param>
    /// <param name="log">A file to quote when it does not start; may be null.</param>
    /// <param name="environment">Additional variables.</param>
    public static ServerProcess Start(
        string program,
        string package,
        IEnumerable<string> arguments,
        int port,
        string? log = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        // A session of its own, so that the program and all it starts can be told to end together.
        var start = new ProcessStartInfo("setsid") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Find(program, package));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var started = Process.Start(start)!;
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        var server = new ServerProcess(started);
        try
        {
            server.WaitFor(port, log);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The full path of a program, or one clear line about what to install.</summary>
    public static string Find(string program, string package)
    {
        var path = new[] { "/usr/sbin", "/usr/bin", "/usr/lib/postfix/sbin", "" }
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        return path ?? throw new InvalidOperationException($"this test needs {program}: apt-get install {package}");
    }

    /// <summary>A TCP port nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= onExit;
        Stop();
        process.Dispose();
    }

    private void Stop()
    {
        try
        {
            if (process.HasExited)
                return;

            Signal("-TERM");
            if (process.WaitForExit(300))
                return;

            Signal("-KILL");
            process.WaitForExit(5000);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself between the question and the signal.
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("/bin/kill", [name, "--", "-" + process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void WaitFor(int port, string? log)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            if (process.HasExited)
                break;

            try
            {
                using var probe = new TcpClient();
                probe.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(20);
            }
        }

        var words = log is not null && File.Exists(log) ? File.ReadAllText(log) : "";
        throw new InvalidOperationException($"{process.StartInfo.FileName} did not start on port {port}: {words}");
    }
}
