using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace CrmSync.Fixtures.Servers;

/// <summary>A web server on loopback that keeps what it is sent and answers 200.</summary>
public sealed class RequestCollector : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<(string Path, byte[] Body)> requests = new();
    private readonly Task accepting;

    public RequestCollector()
    {
        Place = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}");
        listener.Prefixes.Add(Place + "/");
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Place { get; }

    /// <summary>What it answers with.</summary>
    public int Status { get; set; } = 200;

    /// <summary>What it was sent so far, in order.</summary>
    public IReadOnlyList<(string Path, byte[] Body)> Requests => [.. requests];

    public async ValueTask DisposeAsync()
    {
        if (!listener.IsListening)
            return;

        listener.Abort();
        await accepting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private async Task Accept()
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                requests.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
                context.Response.StatusCode = Status;
                context.Response.Close();
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // Stopped, or the other side went away.
            }
        }
    }
}
