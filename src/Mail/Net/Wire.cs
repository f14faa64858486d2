using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace CrmSync.Mail.Net;

/// <summary>How long a connection may stay silent before it is given up.</summary>
/// <param name="Connect">For the TCP connection and for the TLS handshake, each.</param>
/// <param name="Silence">Between two arrivals of bytes while an answer is expected.</param>
public sealed record WireTimeouts(TimeSpan Connect, TimeSpan Silence)
{
    /// <summary>20 seconds to connect, 60 seconds of silence.</summary>
    public static WireTimeouts Default { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60));
}

/// <summary>
/// One connection to a mail server: bytes in through a pipe, bytes out at once, TLS and compression put in between on request. Not for
/// concurrent use.
/// </summary>
[SuppressMessage(
    "Reliability",
    "CA2000",
    Justification = "the streams are layers of one another and end with the outermost, in DisposeAsync")]
internal sealed class Wire : IAsyncDisposable
{
    private const int ReadSize = 64 * 1024;

    private readonly MailEndpoint endpoint;
    private readonly WireTimeouts timeouts;
    private readonly ArrayBufferWriter<byte> pending = new(1024);
    private CancellationTokenSource silence = new();
    private Stream stream;
    private PipeReader reader;

    /// <summary>A connection over a stream that stands already.</summary>
    public Wire(MailEndpoint endpoint, WireTimeouts timeouts, Stream connected)
    {
        this.endpoint = endpoint;
        this.timeouts = timeouts;
        Silence = timeouts.Silence;
        stream = connected;
        reader = ReaderOf(stream);
    }

    /// <summary>True once the bytes travel through TLS with a certificate that was checked.</summary>
    public bool IsEncrypted { get; private set; }

    /// <summary>True when nothing more can be said or heard.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>How long an answer may take; SMTP needs longer at the end of a mail than elsewhere.</summary>
    public TimeSpan Silence { get; set; }

    /// <summary>Bytes received so far, after decryption and decompression.</summary>
    public long Received { get; private set; }

    /// <summary>Whether something waits for the next <see cref="Flush"/>.</summary>
    public bool HasUnsent => pending.WrittenCount > 0;

    /// <summary>Connects, and puts TLS on when the endpoint asks for it from the first byte.</summary>
    /// <exception cref="MailServerException">When the server cannot be reached or its certificate is refused.</exception>
    public static async Task<Wire> Connect(MailEndpoint endpoint, WireTimeouts timeouts, CancellationToken ct)
    {
        var tcp = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(timeouts.Connect);
            await tcp.ConnectAsync(endpoint.Host, endpoint.Port, limit.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            tcp.Dispose();
            throw Lost(
                $"{endpoint} did not accept a connection within {timeouts.Connect.TotalSeconds:0} seconds; is a firewall in between?",
                e);
        }
        catch (SocketException e)
        {
            tcp.Dispose();
            throw e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData
                ? new MailServerException(
                    MailFailure.Network,
                    $"the name {endpoint.Host} is not known; check `host` and the name service",
                    inner: e)
                {
                    ConnectionLost = true,
                }
                : Lost($"{endpoint} could not be reached: {e.Message}; check `host` and `port`", e);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }

        var wire = new Wire(endpoint, timeouts, new NetworkStream(tcp, ownsSocket: true));
        try
        {
            if (endpoint.Tls == TlsMode.Required)
                await wire.StartTls(ct);

            return wire;
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Encrypts from here on. Whatever arrived in clear text before is an attack (RFC 9051 section 6.2.1) and ends the connection.
    /// </summary>
    public async Task StartTls(CancellationToken ct)
    {
        RefuseEarlyBytes("before TLS was in place: somebody may be tampering with the connection");
        var check = new CertificateCheck(endpoint);
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        stream = tls;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(timeouts.Connect);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = endpoint.Host, RemoteCertificateValidationCallback = check.Accept },
                limit.Token);
        }
        catch (AuthenticationException e)
        {
            IsBroken = true;
            throw check.Refusal is { } refusal
                ? new MailServerException(MailFailure.Config, $"the certificate of {endpoint} is refused: {refusal}", inner: e)
                {
                    ConnectionLost = true,
                }
                : NotTls(e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            IsBroken = true;
            throw Lost(
                $"{endpoint} did not finish the TLS handshake within {timeouts.Connect.TotalSeconds:0} seconds; is this port for TLS "
                    + $"(`tls`, `port`)?",
                e);
        }
        catch (IOException e)
        {
            IsBroken = true;
            throw NotTls(e);
        }

        IsEncrypted = true;
        Layer();
    }

    /// <summary>Compresses both directions from here on (RFC 4978).</summary>
    public void StartDeflate()
    {
        RefuseEarlyBytes("before compression was in place");
        stream = new DeflateWire(stream);
        Layer();
    }

    /// <summary>Appends bytes to what goes out with the next <see cref="Flush"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => pending.Write(bytes);

    /// <summary>The memory that goes out with the next <see cref="Flush"/>, for writers that fill it themselves.</summary>
    public IBufferWriter<byte> Out => pending;

    /// <summary>Sends everything written, in one piece.</summary>
    public async ValueTask Flush(CancellationToken ct)
    {
        if (pending.WrittenCount == 0)
            return;

        await Guarded(
            static async (wire, token) =>
            {
                await wire.stream.WriteAsync(wire.pending.WrittenMemory, token);
                await wire.stream.FlushAsync(token);
            },
            ct);
        pending.ResetWrittenCount();
        if (pending.Capacity > 1024 * 1024)
            throw new InvalidOperationException("more than a megabyte was gathered for one write; send large content with Send");
    }

    /// <summary>Sends what was written before and then these bytes, without copying them.</summary>
    public async ValueTask Send(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await Flush(ct);
        await Guarded((wire, token) => wire.stream.WriteAsync(bytes, token), ct);
    }

    /// <summary>
    /// The bytes that have arrived and were not taken yet; waits for more when there are none. Empty at the end of the connection. Give
    /// back what was used with <see cref="Advance"/> before the next call.
    /// </summary>
    public ValueTask<ReadOnlySequence<byte>> Read(CancellationToken ct)
    {
        if (reader.TryRead(out var ready))
        {
            if (!ready.Buffer.IsEmpty || ready.IsCompleted)
                return ValueTask.FromResult(ready.Buffer);

            reader.AdvanceTo(ready.Buffer.Start);
        }

        return Wait(ct);
    }

    /// <summary>Marks everything before the position as used.</summary>
    public void Advance(SequencePosition used) => reader.AdvanceTo(used);

    /// <summary>Waits at most this long for bytes to arrive; true when there are some. The connection stays usable either way.</summary>
    public async ValueTask<bool> WaitForBytes(TimeSpan limit, CancellationToken ct)
    {
        if (reader.TryRead(out var ready))
        {
            reader.AdvanceTo(ready.Buffer.Start);
            if (!ready.Buffer.IsEmpty || ready.IsCompleted)
                return true;
        }

        return await Arrival(limit, ct);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        IsBroken = true;
        silence.Dispose();
        await reader.CompleteAsync();
        try
        {
            await stream.DisposeAsync();
        }
        catch (IOException)
        {
            // Saying goodbye to somebody who has left: nothing is lost by it.
        }
    }

    /// <summary>The failure of a connection that broke.</summary>
    public static MailServerException Lost(string message, Exception? inner = null) =>
        new(MailFailure.Network, message, inner: inner) { ConnectionLost = true };

    private async Task<bool> Arrival(TimeSpan limit, CancellationToken ct)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timer.CancelAfter(limit);
        try
        {
            // A read of no bytes completes when there is something to read, takes nothing, and may be given up without harm to the layers
            // above.
            return await stream.ReadAsync(Memory<byte>.Empty, timer.Token) == 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            IsBroken = true;
            throw Lost($"the connection to {endpoint} broke: {e.Message}", e);
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> Wait(CancellationToken ct)
    {
        while (true)
        {
            ReadResult result = default;
            await Guarded(async (wire, token) => result = await wire.reader.ReadAsync(token), ct);
            if (result.Buffer.IsEmpty && !result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start);
                continue;
            }

            Received += result.Buffer.Length;
            IsBroken |= result.Buffer.IsEmpty;
            return result.Buffer;
        }
    }

    private async ValueTask Guarded(Func<Wire, CancellationToken, ValueTask> action, CancellationToken ct)
    {
        if (IsBroken)
            throw Lost($"the connection to {endpoint} is closed");

        ct.ThrowIfCancellationRequested();
        var work = action(this, silence.Token);
        if (work.IsCompletedSuccessfully)
        {
            work.GetAwaiter().GetResult();
            return;
        }

        silence.CancelAfter(Silence);
        try
        {
            using var _ = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), silence);
            await work;
        }
        catch (OperationCanceledException e)
        {
            IsBroken = true;
            ct.ThrowIfCancellationRequested();
            throw Lost($"{endpoint} did not answer for {Silence.TotalSeconds:0} seconds", e);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            IsBroken = true;
            throw Lost($"the connection to {endpoint} broke: {e.Message}", e);
        }
        finally
        {
            if (!silence.TryReset())
            {
                silence.Dispose();
                silence = new CancellationTokenSource();
            }
        }
    }

    private void RefuseEarlyBytes(string when)
    {
        if (!reader.TryRead(out var early))
            return;

        reader.AdvanceTo(early.Buffer.Start);
        if (early.Buffer.IsEmpty)
            return;

        IsBroken = true;
        throw new MailServerException(
            MailFailure.Protocol,
            $"{endpoint} sent {early.Buffer.Length} bytes {when}; the connection was closed")
        {
            ConnectionLost = true,
        };
    }

    private MailServerException NotTls(Exception e) =>
        new(
            MailFailure.Config,
            $"{endpoint} does not speak TLS on this port ({e.Message}); check `port`, and `tls: starttls` if the server wants it",
            inner: e)
        {
            ConnectionLost = true,
        };

    private void Layer()
    {
        reader.Complete();
        reader = ReaderOf(stream);
    }

    private static PipeReader ReaderOf(Stream stream) =>
        PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 4, leaveOpen: true));

    /// <summary>Both directions of a connection, deflated.</summary>
    private sealed class DeflateWire(Stream inner) : Stream
    {
        private readonly DeflateStream inflate = new(inner, CompressionMode.Decompress, leaveOpen: true);
        private readonly DeflateStream deflate = new(inner, CompressionLevel.Fastest, leaveOpen: true);

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inflate.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            deflate.WriteAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            inflate.ReadAsync(buffer, offset, count, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            deflate.WriteAsync(buffer, offset, count, cancellationToken);

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            await deflate.FlushAsync(cancellationToken);
            await inner.FlushAsync(cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => inflate.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => deflate.Write(buffer, offset, count);
        public override void Flush() => deflate.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await inflate.DisposeAsync();
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
