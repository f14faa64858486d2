using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailKit.Net.Proxy;

namespace CrmSync.Worker.MailServers;

/// <summary>What is spoken on a connection; STARTTLS and the greeting differ.</summary>
internal enum MailProtocol { Imap, Smtp }

/// <summary>
/// Makes connections to mail servers for MailKit's clients: a socket of our own, directly or through a proxy, TLS with our own judgement of
/// certificates, and a <see cref="MailWire"/> on top, which is handed to <c>ConnectAsync</c> with <see
/// cref="MailKit.Security.SecureSocketOptions.None"/>. TLS is put on here and not by MailKit because the wire has to see clear text, and
/// because words said before STARTTLS must end the connection rather than be forgotten.
/// </summary>
[SuppressMessage("Reliability", "CA2000",
    Justification = "the streams are layers of one another and end with the outermost, in MailWire.Dispose")]
internal static class MailConnection
{
    private static readonly TimeSpan KeepAliveAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(20);

    /// <summary>Connects and encrypts as the endpoint says.</summary>
    /// <exception cref="MailServerException">
    /// When the server cannot be reached, does not encrypt, or its certificate is refused.
    /// </exception>
    public static async Task<MailWire> Open(MailEndpoint endpoint, MailProtocol protocol, MailTimeouts timeouts, CancellationToken ct)
    {
        var stream = await Within(
            timeouts.Connect,
            token => endpoint.Proxy is { } proxy ? ThroughProxy(endpoint, proxy, token) : Direct(endpoint, token),
            () => $"{(endpoint.Proxy is { } proxy ? $"the proxy {proxy.Host} for {endpoint}" : $"{endpoint}")} did not accept a connection "
                + $"within {timeouts.Connect.TotalSeconds:0} seconds; is a firewall in between?",
            ct);
        try
        {
            ReadOnlyMemory<byte> greeting = default;
            if (endpoint.Tls == TlsMode.StartTls)
                greeting = await new StartTls(stream, endpoint, protocol, timeouts).Ask(ct);

            if (endpoint.Tls != TlsMode.None)
                stream = await Encrypt(stream, endpoint, timeouts, ct);

            return new MailWire(stream, endpoint, timeouts, greeting);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> Direct(MailEndpoint endpoint, CancellationToken ct)
    {
        var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            SetOptions(tcp);
            await tcp.ConnectAsync(endpoint.Host, endpoint.Port, ct);
            return new NetworkStream(tcp, ownsSocket: true);
        }
        catch (SocketException e)
        {
            tcp.Dispose();
            throw e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData
                ? Lost($"the name {endpoint.Host} is not known; check `host` and the name service", e)
                : Lost($"{endpoint} could not be reached: {e.Message}; check `host` and `port`", e);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    internal static async Task<Stream> ThroughProxy(MailEndpoint endpoint, Uri proxy, CancellationToken ct)
    {
        try
        {
            var stream = await MailProxies.Create(proxy).ConnectAsync(endpoint.Host, endpoint.Port, ct);
            if (SocketUnder(stream) is { } socket)
                SetOptions(socket);

            return stream;
        }
        catch (SocketException e)
        {
            throw Lost($"the proxy {proxy.Host} could not be reached: {e.Message}; check `proxy`", e);
        }
        catch (ProxyProtocolException e)
        {
            throw Lost($"the proxy {proxy.Host} did not lead to {endpoint}: {e.Message}; check `proxy`, `host` and `port`", e);
        }
        catch (Exception e) when (
            e is AuthenticationException or MailKit.Security.AuthenticationException or IOException or UnauthorizedAccessException)
        {
            throw Lost($"the proxy {proxy.Host} did not lead to {endpoint}: {e.Message}; check `proxy`", e);
        }
    }

    private static async Task<SslStream> Encrypt(Stream stream, MailEndpoint endpoint, MailTimeouts timeouts, CancellationToken ct)
    {
        var check = new CertificateCheck(endpoint.Host, endpoint.Anchors);
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            return await Within(
                timeouts.Connect,
                async token =>
                {
                    await tls.AuthenticateAsClientAsync(
                        new SslClientAuthenticationOptions
                        {
                            TargetHost = endpoint.Host,
                            RemoteCertificateValidationCallback = check.Accept
                        }, token);
                    return tls;
                },
                () => $"{endpoint} did not finish the TLS handshake within {timeouts.Connect.TotalSeconds:0} seconds; "
                    + "is this port for TLS (`tls`, `port`)?",
                ct);
        }
        catch (AuthenticationException e)
        {
            throw check.Refusal is { } refusal
                ? new MailServerException(MailFailure.Config, $"the certificate of {endpoint} is refused: {refusal}",
                    inner: e)
                { ConnectionLost = true }
                : NotTls(endpoint, e);
        }
        catch (IOException e)
        {
            throw NotTls(endpoint, e);
        }
    }

    private static async Task<T> Within<T>(TimeSpan limit, Func<CancellationToken, Task<T>> action, Func<string> words,
        CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(limit);
        try
        {
            return await action(timer.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw Lost(words(), e);
        }
    }

    /// <summary>
    /// Without NoDelay each command of MailKit waits for the acknowledgement of the one before; without keepalive a connection that a
    /// firewall forgot looks alive for hours.
    /// </summary>
    private static void SetOptions(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)KeepAliveAfter.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)KeepAliveEvery.TotalSeconds);
    }

    /// <summary>
    /// The socket of a connection through a proxy: MailKit makes it, and hands it out wrapped. Null when it comes inside TLS.
    /// </summary>
    internal static Socket? SocketUnder(Stream stream) =>
        stream.GetType().FullName == "MailKit.Net.NetworkStream" ? FindSocket(stream) : null;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Socket")]
    private static extern Socket FindSocket([UnsafeAccessorType("MailKit.Net.NetworkStream, MailKit")] object stream);

    private static MailServerException NotTls(MailEndpoint endpoint, Exception e) => new(
        MailFailure.Config,
            $"{endpoint} does not speak TLS on this port ({e.Message}); check `port`, and `tls: starttls` if the server wants it",
                inner: e)
    { ConnectionLost = true };

    private static MailServerException Lost(string words, Exception inner) =>
        new(MailFailure.Network, words, inner: inner) { ConnectionLost = true };
}
