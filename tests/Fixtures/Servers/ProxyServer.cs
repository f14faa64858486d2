using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A proxy on this machine that passes everything on: SOCKS 5 (RFC 1928) or HTTP with CONNECT, with or without a password.
/// </summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> sessions = [];
    private readonly string? password;
    private readonly bool isSocks;
    private readonly Task accepting;
    private int passed;

    /// <summary>Starts it.</summary>
    /// <param name="scheme">socks5 or http.</param>
    /// <param name="password">What the user "ada" needs; null: nobody is asked.</param>
    public ProxyServer(string scheme, string? password = null)
    {
        (isSocks, this.password) = (scheme == "socks5", password);
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many connections were led on.</summary>
    public int Passed => passed;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(sessions);
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                sessions.Add(Serve(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var stream = client.GetStream();
                var (host, port) = isSocks ? await Socks(stream) : await Http(stream);
                await server.ConnectAsync(host, port, stop.Token);
                await stream.WriteAsync(
                    isSocks ? [5, 0, 0, 1, 0, 0, 0, 0, 0, 0] : "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(),
                    stop.Token);
                Interlocked.Increment(ref passed);
                await Task.WhenAny(
                    stream.CopyToAsync(server.GetStream(), stop.Token),
                    server.GetStream().CopyToAsync(stream, stop.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or UnauthorizedAccessException)
            {
                // One side has left, or was turned away; so is the other.
            }
        }
    }

    private async Task<(string Host, int Port)> Socks(NetworkStream stream)
    {
        var methods = new byte[(await Read(stream, 2))[1]];
        await stream.ReadExactlyAsync(methods, stop.Token);
        await stream.WriteAsync(new byte[] { 5, (byte)(password is null ? 0 : 2) }, stop.Token);
        if (password is not null)
        {
            var user = await Read(stream, (await Read(stream, 2))[1]);
            var secret = await Read(stream, (await Read(stream, 1))[0]);
            var isRight = Encoding.ASCII.GetString(user) == "ada" && Encoding.ASCII.GetString(secret) == password;
            await stream.WriteAsync(new byte[] { 1, (byte)(isRight ? 0 : 1) }, stop.Token);
            if (!isRight)
                throw new UnauthorizedAccessException();
        }

        var request = await Read(stream, 4);
        var host = request[3] switch
        {
            1 => new IPAddress(await Read(stream, 4)).ToString(),
            3 => Encoding.ASCII.GetString(await Read(stream, (await Read(stream, 1))[0])),
            _ => new IPAddress(await Read(stream, 16)).ToString(),
        };
        var port = await Read(stream, 2);
        return (host, (port[0] << 8) | port[1]);
    }

    private async Task<(string Host, int Port)> Http(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append((char)(await Read(stream, 1))[0]);

        var wanted = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"ada:{password}"))}";
        if (password is not null && !head.ToString().Contains(wanted, StringComparison.Ordinal))
        {
            await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"u8.ToArray(), stop.Token);
            throw new UnauthorizedAccessException();
        }

        var target = head.ToString().Split(' ')[1];
        return (target[..target.LastIndexOf(':')],
            int.Parse(target[(target.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<byte[]> Read(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, stop.Token);
        return bytes;
    }
}
