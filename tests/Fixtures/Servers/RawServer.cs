using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// Something on a port that is no mail server, or one with a certificate of its own: each connection is handed to the test.
/// </summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Stream, CancellationToken, Task> serve;
    private readonly X509Certificate2? certificate;
    private readonly List<Task> sessions = [];
    private readonly Task accepting;
    private int connections;

    /// <summary>Starts it.</summary>
    /// <param name="serve">Serves one connection.</param>
    /// <param name="certificate">With it the connection begins with TLS; the server owns it.</param>
    public RawServer(Func<Stream, CancellationToken, Task> serve, X509Certificate2? certificate = null)
    {
        (this.serve, this.certificate) = (serve, certificate);
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many connections were made.</summary>
    public int Connections => connections;

    /// <summary>One that says something and then waits.</summary>
    public static RawServer Saying(string words, X509Certificate2? certificate = null) => new(
        async (stream, ct) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(words), ct);
            await Task.Delay(Timeout.Infinite, ct);
        },
        certificate);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(sessions);
        stop.Dispose();
        certificate?.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                Interlocked.Increment(ref connections);
                sessions.Add(Serve(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using Stream stream = certificate is null ? client.GetStream() : new SslStream(client.GetStream());
                if (stream is SslStream tls)
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);

                await serve(stream, stop.Token);
            }
            catch (Exception e)
                when (e is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client left, or the test is over.
            }
        }
    }
}
