using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Makes the connections of every client that speaks HTTP: calendars over CalDAV and iCalendar, Microsoft Graph, token servers. All of them
/// have the same limits (<see cref="WatchedExchange"/>), judge certificates alike (<see cref="CertificateCheck"/>), follow no redirect by
/// themselves and keep no cookies.
/// </summary>
internal static class WebConnections
{
    /// <summary>The connections to servers that the operator named.</summary>
    /// <param name="time">What waiting is measured with.</param>
    /// <param name="limits">Null: the limits the product runs with.</param>
    /// <param name="anchors">Trusted in addition to those of the system; null for none.</param>
    /// <param name="reached">Told about every connection that is made; null where nobody asks.</param>
    public static HttpMessageHandler Create(
        TimeProvider time,
        WebLimits? limits = null,
        X509Certificate2Collection? anchors = null,
        ReachedHosts? reached = null) =>
        Create(
            time,
            limits,
            anchors,
            (context, ct) =>
                Connect(context.DnsEndPoint, reached is null ? null : address => reached.Note(context.DnsEndPoint, address), ct));

    /// <summary>
    /// The connections to servers that other servers name: they never lead to this machine or its nearest neighbours, whatever their names
    /// resolve to. The address that is judged is the one that is connected to.
    /// </summary>
    /// <param name="time">What waiting is measured with.</param>
    /// <param name="limits">Null: the limits the product runs with.</param>
    /// <exception cref="HttpRequestException">With a <see cref="LocalAddressException"/> inside, from every request that would.</exception>
    public static HttpMessageHandler CreateForRedirects(TimeProvider time, WebLimits? limits = null) =>
        Create(
            time,
            limits,
            null,
            async (context, ct) =>
            {
                var asked = context.InitialRequestMessage.RequestUri!;
                if (!string.Equals(asked.IdnHost, context.DnsEndPoint.Host, StringComparison.OrdinalIgnoreCase))
                {
                    // A proxy lies in between, and that one the operator named; where it is sent on to is judged as far as names tell.
                    foreach (var address in await Dns.GetHostAddressesAsync(asked.IdnHost, ct))
                        Refuse(asked.Host, address);

                    return await Connect(context.DnsEndPoint, null, ct);
                }

                return await Connect(context.DnsEndPoint, address => Refuse(context.DnsEndPoint.Host, address), ct);
            });

    private static WatchedExchange Create(
        TimeProvider time,
        WebLimits? limits,
        X509Certificate2Collection? anchors,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseCookies = false,
            ConnectCallback = connect,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            // Thrown rather than refused, so that the words arrive where the request was made: a handler has many connections, and their
            // answers must not mix.
            var check = new CertificateCheck(((SslStream)sender).TargetHostName, anchors ?? []);
            return check.Accept(sender, certificate, chain, errors) ? true : throw new CertificateRefusedException(check.Refusal!);
        };
        return new WatchedExchange(handler, limits ?? WebLimits.Default, time);
    }

    private static async ValueTask<Stream> Connect(DnsEndPoint server, Action<IPAddress>? judge, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(server.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(server.Host, server.AddressFamily, ct);
        foreach (var address in addresses)
            judge?.Invoke(address);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, server.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Refuse(string host, IPAddress address)
    {
        if (LocalAddresses.IsLocal(address))
            throw new LocalAddressException(host);
    }
}

/// <summary>Which of the servers that were connected to lie on this machine or next to it.</summary>
internal sealed class ReachedHosts
{
    private readonly ConcurrentDictionary<(string Host, int Port), bool> local = new();

    /// <summary>Whether the last connection to a server led to this machine or its nearest neighbours.</summary>
    public bool IsLocal(Uri address) => local.GetValueOrDefault((address.IdnHost.ToLowerInvariant(), address.Port));

    public void Note(DnsEndPoint server, IPAddress address) =>
        local[(server.Host.ToLowerInvariant(), server.Port)] = LocalAddresses.IsLocal(address);
}

/// <summary>A server sends its client on to the client's own machine or network neighbours.</summary>
internal sealed class LocalAddressException(string host) : IOException($"{host} leads to this machine or its own network link");

/// <summary>A server's certificate is not accepted, and why, in words.</summary>
internal sealed class CertificateRefusedException(string words) : IOException(words);
