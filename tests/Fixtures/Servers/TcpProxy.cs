using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CrmSync.Fixtures.Servers;

/// <summary>Stands between a client and a server on this machine, and cuts connections or makes the way longer.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> connections = [];
    private readonly Task accepting;
    private int cuts;
    private long passedBytes;

    /// <summary>Starts to listen.</summary>
    /// <param name="target">The port on this machine to pass everything on to.</param>
    public TcpProxy(int target)
    {
        Target = target;
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Where new connections are passed on to.</summary>
    public int Target { get; set; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>After how many bytes from the server a new connection is cut; null never.</summary>
    public Func<long>? CutAfter { get; init; }

    /// <summary>What each direction adds to the time of travel: half of a round trip.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many bytes a second pass from the server; null as many as come.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>How many bytes have passed, both ways.</summary>
    public long Passed => Interlocked.Read(ref passedBytes);

    /// <summary>How many connections were cut.</summary>
    public int Cuts => cuts;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                connections.Add(Pass(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task Pass(TcpClient client)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, Target, stop.Token);
                await Task.WhenAny(
                    Copy(client.GetStream(), server.GetStream(), long.MaxValue, null),
                    Copy(server.GetStream(), client.GetStream(), CutAfter?.Invoke() ?? long.MaxValue, BytesPerSecond));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server is not there, or the test is over; the client sees its connection end.
            }
        }
    }

    /// <summary>Passes bytes on; with a delay, reading goes on while earlier pieces travel.</summary>
    private async Task Copy(NetworkStream from, NetworkStream to, long limit, int? rate)
    {
        var travelling = System.Threading.Channels.Channel.CreateUnbounded<(byte[] Bytes, long Arrives)>();
        var arriving = Arrive(travelling.Reader, to);
        try
        {
            var buffer = new byte[rate is { } perSecond ? Math.Clamp(perSecond / 100, 1024, 64 * 1024) : 64 * 1024];
            var clock = Stopwatch.StartNew();
            var free = TimeSpan.Zero;
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                var passed = (int)Math.Min(count, limit);
                if (rate is { } speed)
                {
                    free = (free > clock.Elapsed ? free : clock.Elapsed) + TimeSpan.FromSeconds((double)count / speed);
                    if (free - clock.Elapsed is var pause && pause > TimeSpan.FromMilliseconds(2))
                        await Task.Delay(pause, stop.Token);
                }

                Interlocked.Add(ref passedBytes, passed);
                await travelling.Writer.WriteAsync((buffer[..passed], Environment.TickCount64 + (long)Delay.TotalMilliseconds), stop.Token);
                limit -= passed;
                if (limit > 0)
                    continue;

                Interlocked.Increment(ref cuts);
                break;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has left; so does the other.
        }

        travelling.Writer.Complete();
        await arriving;
    }

    private async Task Arrive(System.Threading.Channels.ChannelReader<(byte[] Bytes, long Arrives)> travelling, NetworkStream to)
    {
        try
        {
            await foreach (var (bytes, arrives) in travelling.ReadAllAsync(stop.Token))
            {
                if (arrives - Environment.TickCount64 is > 0 and var wait)
                    await Task.Delay((int)wait, stop.Token);

                await to.WriteAsync(bytes, stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
