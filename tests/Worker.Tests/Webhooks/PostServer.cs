using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CrmSync.Fixtures.Servers;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>A request as it arrived.</summary>
internal sealed record Posted(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>
/// A web server on loopback that keeps every request of which it has the whole body, and answers each with what a test says, byte by byte.
/// </summary>
internal sealed class PostServer : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly RawServer server;
    private readonly ConcurrentQueue<Posted> taken = new();

    public PostServer(X509Certificate2? certificate = null) => server = new RawServer(Serve, certificate);

    public int Port => server.Port;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/T000/secret-of-the-hook");

    public IReadOnlyList<Posted> Taken => [.. taken];

    public int Connections => server.Connections;

    /// <summary>What it answers; null: it hangs up.</summary>
    public Func<Posted, string?> Answer { get; set; } = _ => Ok;

    /// <summary>Called at a step: CONNECT, HEAD, BODY, ANSWERED.</summary>
    public Func<string, Task> OnStep { get; set; } = _ => Task.CompletedTask;

    /// <summary>Says the answer, instead of writing it at once.</summary>
    public Func<Stream, string, CancellationToken, Task> Say { get; set; } =
        (stream, words, ct) => stream.WriteAsync(Encoding.Latin1.GetBytes(words), ct).AsTask();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task Serve(Stream stream, CancellationToken ct)
    {
        await OnStep("CONNECT");
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head is [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n']))
        {
            if (await stream.ReadAsync(one, ct) == 0)
                return;

            head.Add(one[0]);
        }

        await OnStep("HEAD");
        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(
            parts => parts[0].ToLowerInvariant(), parts => parts[1], StringComparer.Ordinal);
        var body = new byte[int.Parse(headers["content-length"], CultureInfo.InvariantCulture)];
        try
        {
            await stream.ReadExactlyAsync(body, ct);
        }
        catch (EndOfStreamException)
        {
            return;
        }

        var posted = new Posted(lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString(body));
        taken.Enqueue(posted);
        await OnStep("BODY");
        if (Answer(posted) is { } answer)
            await Say(stream, answer, ct);

        await OnStep("ANSWERED");
    }
}
