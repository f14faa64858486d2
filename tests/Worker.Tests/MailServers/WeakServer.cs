using System.Diagnostics;
using CrmSync.Fixtures.Servers;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>
/// A server for TLS on localhost whose certificate is such as nobody should use any more. Made by openssl, for .NET makes none.
/// </summary>
internal sealed class WeakServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-weak-").FullName;
    private ServerProcess? server;

    private WeakServer() => Port = ServerProcess.FreePort();

    public int Port { get; }

    /// <summary>Its certificate, in a file.</summary>
    public string Certificate => Path.Combine(folder, "server.pem");

    /// <param name="bits">Of its RSA key.</param>
    /// <param name="hash">What its certificate is signed with, as openssl calls it.</param>
    public static async Task<WeakServer> Start(int bits, string hash)
    {
        var weak = new WeakServer();
        var key = Path.Combine(weak.folder, "server.key");
        using (var make = Process.Start(new ProcessStartInfo(
            ServerProcess.Find("openssl", "openssl"),
            ["req", "-x509", "-newkey", $"rsa:{bits}", "-nodes", $"-{hash}", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", weak.Certificate])
        { RedirectStandardError = true, UseShellExecute = false })!)
        {
            await make.StandardError.ReadToEndAsync();
            await make.WaitForExitAsync();
            Assert.Equal(0, make.ExitCode);
        }

        weak.server = ServerProcess.Start(
            "openssl",
            "openssl",
            ["s_server", "-accept", $"{weak.Port}", "-cert", weak.Certificate, "-key", key, "-www", "-cipher", "DEFAULT@SECLEVEL=0",
                "-tls1_2"],
            weak.Port);
        return weak;
    }

    public ValueTask DisposeAsync()
    {
        server?.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
