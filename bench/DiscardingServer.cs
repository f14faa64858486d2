using System.Net;
using System.Net.Sockets;

namespace CrmSync.Bench;

/// <summary>
/// An SMTP server in this process that answers at once, takes everything and throws it away; no TLS, so that the client is measured.
/// </summary>
internal sealed class DiscardingServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public DiscardingServer()
    {
        listener.Start();
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many mails it took.</summary>
    public int Mails { get; private set; }

    /// <summary>How large they were, as sent.</summary>
    public long Bytes { get; private set; }

    public int Largest { get; private set; }

    public void Dispose() => listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true)
                await Discard(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The measurement is over.
        }
    }

    private async Task Discard(TcpClient client)
    {
        using var tcp = client;
        tcp.NoDelay = true;
        var stream = tcp.GetStream();
        await stream.WriteAsync("220 discard\r\n"u8.ToArray());
        var (buffer, held, inContent, size) = (new byte[256 * 1024], 0, false, 0);
        var answers = new MemoryStream();
        while (await stream.ReadAsync(buffer.AsMemory(held)) is > 0 and var read)
        {
            held += read;
            var used = 0;
            while (buffer.AsSpan(used, held - used).IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = buffer.AsSpan(used, end + 1);
                used += end + 1;
                var isEnd = inContent && line.SequenceEqual(".\r\n"u8);
                if (inContent && !isEnd)
                {
                    size += line.Length;
                    continue;
                }

                if (isEnd)
                {
                    (Mails, Bytes, Largest) = (Mails + 1, Bytes + size, Math.Max(Largest, size));
                    size = 0;
                }

                inContent = line.StartsWith("DATA"u8);
                answers.Write(
                    isEnd ? "250 taken\r\n"u8
                    : inContent ? "354 go\r\n"u8
                    : line.StartsWith("EHLO"u8) ? "250-discard\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0\r\n"u8
                    : "250 ok\r\n"u8);
            }

            // Whatever was asked together is answered together.
            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
            await stream.WriteAsync(answers.GetBuffer().AsMemory(0, (int)answers.Length));
            answers.SetLength(0);
        }
    }
}
