using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace CrmSync.Worker.Tests.Install;

/// <summary>What systemd listens on for a service of <c>Type=notify</c> (sd_notify(3)).</summary>
internal static class NotifySocket
{
    /// <summary>Hears the lines that are sent to a socket until it is told to stop.</summary>
    /// <param name="place">The path of the socket, which is made.</param>
    /// <param name="heard">The lines, such as <c>READY=1</c>.</param>
    /// <param name="ct">Stops listening.</param>
    public static async Task Listen(string place, ConcurrentQueue<string> heard, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(place));
        var bytes = new byte[4096];
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(bytes, ct);
                foreach (var line in Encoding.UTF8.GetString(bytes, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    heard.Enqueue(line);
            }
        }
        catch (OperationCanceledException)
        {
            // All was heard.
        }
    }
}
