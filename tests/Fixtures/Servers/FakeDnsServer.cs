using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Fixtures.Servers;

/// <summary>A name server on loopback that knows TXT records and nothing else (RFC 1035, UDP).</summary>
internal sealed class FakeDnsServer : IAsyncDisposable
{
    private readonly UdpClient socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;

    public FakeDnsServer() => work = Run();

    public IPEndPoint Address => (IPEndPoint)socket.Client.LocalEndPoint!;

    /// <summary>The records by name.</summary>
    public ConcurrentDictionary<string, string[]> Records { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it answers that it cannot tell.</summary>
    public bool Fails { get; set; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        socket.Dispose();
        stop.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var question = await socket.ReceiveAsync(stop.Token);
                await socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private byte[] Answer(byte[] question)
    {
        var name = new StringBuilder();
        var at = 12;
        for (; question[at] != 0; at += question[at] + 1)
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(question, at + 1, question[at]));

        var end = at + 5;
        var records = Fails ? [] : Records.GetValueOrDefault(name.ToString()) ?? [];
        var answer = new List<byte>();
        answer.AddRange(question[..2]);
        answer.AddRange([0x81, (byte)(0x80 | (Fails ? 2 : records.Length == 0 ? 3 : 0)), 0, 1, 0, (byte)records.Length, 0, 0, 0, 0]);
        answer.AddRange(question[12..end]);
        foreach (var record in records)
        {
            var text = Encoding.ASCII.GetBytes(record).Chunk(255).SelectMany(part => part.Prepend((byte)part.Length)).ToArray();
            answer.AddRange([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, (byte)(text.Length >> 8), (byte)text.Length]);
            answer.AddRange(text);
        }

        return [.. answer];
    }
}
