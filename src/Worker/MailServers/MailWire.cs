using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication.ExtendedProtection;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// The bytes between a MailKit client and a mail server, in clear text: it sits above TLS and below MailKit. MailKit waits for ever for a
/// server that trickles and takes any number of bytes; here an answer has a longest silence, a longest time and a largest size. Failures
/// are <see cref="MailServerException"/>, which MailKit passes on.
/// </summary>
internal sealed class MailWire : AsyncStream
{
    /// <summary>What an answer may hold unless more is expected (1 MB): replies of SMTP servers, the greeting, a login.</summary>
    public const long UsualAnswer = 1024 * 1024;

    /// <summary>
    /// What stands before the fingerprint in the system's answer: a structure of eight numbers, and the name of the kind.
    /// </summary>
    private const int BindingHeader = 32 + 21;

    /// <summary>The slowest line that is worth waiting on, in bytes a second.</summary>
    private const long SlowestRate = 4 * 1024;

    private readonly Stream inner;
    private readonly MailEndpoint endpoint;
    private readonly MailTimeouts timeouts;
    private ReadOnlyMemory<byte> replayed;
    private CancellationTokenSource timer = new();
    private long expected = UsualAnswer;
    private long left = UsualAnswer;
    private long begun = Stopwatch.GetTimestamp();
    private TimeSpan longest;
    private bool isListening = true;
    private bool isWholeAtStake;

    /// <param name="inner">The stream below: TLS, or on this machine the socket.</param>
    /// <param name="endpoint">The server, for messages.</param>
    /// <param name="timeouts">How long it may take.</param>
    /// <param name="replayed">What the server said before TLS was in place and the client has to hear again: its greeting.</param>
    public MailWire(Stream inner, MailEndpoint endpoint, MailTimeouts timeouts, ReadOnlyMemory<byte> replayed = default)
    {
        (this.inner, this.endpoint, this.timeouts, this.replayed) = (inner, endpoint, timeouts, replayed);
        (Silence, longest) = (timeouts.Silence, timeouts.Whole);
    }

    /// <summary>The server this leads to.</summary>
    public MailEndpoint Endpoint => endpoint;

    /// <summary>
    /// What binds a login to this very TLS connection (<c>tls-server-end-point</c>, RFC 5929); null without TLS, or where the system cannot
    /// tell.
    /// </summary>
    public byte[]? ChannelBinding
    {
        get
        {
            using var binding = (inner as SslStream)?.TransportContext?.GetChannelBinding(ChannelBindingKind.Endpoint);
            if (binding is not { IsInvalid: false, Size: > BindingHeader })
                return null;

            var bytes = new byte[binding.Size];
            Marshal.Copy(binding.DangerousGetHandle(), bytes, 0, bytes.Length);
            return bytes[BindingHeader..];
        }
    }

    /// <summary>How long the server may be silent; longer while it is asked to tell of news (IDLE), or takes in a mail.</summary>
    public TimeSpan Silence { get; set; }

    /// <summary>True when nothing more can be said or heard.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Bytes received so far.</summary>
    public long Received { get; private set; }

    /// <summary>How often something was sent after something had been heard: the round trips.</summary>
    public int RoundTrips { get; private set; }

    /// <summary>Says how large the answer to what is sent next may be; with the size grows the time it may take.</summary>
    public void Expect(long bytes)
    {
        expected = bytes;
        if (!isListening)
            Renew();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        isListening = true;
        if (!replayed.IsEmpty)
        {
            var count = Math.Min(buffer.Length, replayed.Length);
            replayed[..count].CopyTo(buffer);
            replayed = replayed[count..];
            return count;
        }

        var read = await Guarded(static (wire, bytes, token) => wire.inner.ReadAsync(bytes, token), buffer, cancellationToken);
        if (read == 0)
            throw Broken($"{endpoint} closed the connection");

        Received += read;
        left -= read;
        return left >= 0 ? read
            : throw Broken(MailFailure.Protocol,
                $"{endpoint} sent more than {Megabytes(expected)} where no more was to be expected; the connection was closed");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (isListening)
        {
            isListening = false;
            RoundTrips++;
            Renew();
        }

        // What is long to send takes its time, too.
        longest += TimeSpan.FromSeconds(buffer.Length / (double)SlowestRate);
        await Guarded(
            static async (wire, bytes, token) =>
            {
                await wire.inner.WriteAsync(bytes, token);
                return 0;
            },
            buffer,
            cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <summary>Marks the connection as of no use, and says why.</summary>
    public MailServerException Broken(string words, Exception? inner = null) => Broken(MailFailure.Network, words, inner: inner);

    /// <summary>Marks the connection as of no use, and says why.</summary>
    public MailServerException Broken(MailFailure failure, string words, string? answer = null, Exception? inner = null)
    {
        IsBroken = true;
        return new MailServerException(failure, words, answer, inner) { ConnectionLost = true };
    }

    protected override void Dispose(bool disposing)
    {
        IsBroken = true;
        if (disposing)
        {
            timer.Dispose();
            try
            {
                inner.Dispose();
            }
            catch (IOException)
            {
                // Saying goodbye to somebody who has left: nothing is lost by it.
            }
        }

        base.Dispose(disposing);
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / (1024 * 1024))} MB");

    private void Renew()
    {
        (left, begun) = (expected, Stopwatch.GetTimestamp());
        longest = timeouts.Whole + TimeSpan.FromSeconds(expected / (double)SlowestRate);
        expected = UsualAnswer;
    }

    private async ValueTask<int> Guarded<T>(Func<MailWire, T, CancellationToken, ValueTask<int>> action, T buffer, CancellationToken ct)
    {
        if (IsBroken)
            throw Broken($"the connection to {endpoint} is closed");

        ct.ThrowIfCancellationRequested();
        try
        {
            var work = action(this, buffer, timer.Token);
            if (work.IsCompletedSuccessfully)
                return work.Result;

            timer.CancelAfter(Patience());
            await using var _ = ct.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), timer);
            return await work;
        }
        catch (OperationCanceledException e)
        {
            IsBroken = true;
            ct.ThrowIfCancellationRequested();
            throw isWholeAtStake
                ? Broken($"{endpoint} did not finish its answer within {Longest.TotalSeconds:0} seconds", e)
                : Broken($"{endpoint} did not answer for {Silence.TotalSeconds:0} seconds", e);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            throw Broken($"the connection to {endpoint} broke: {e.Message}", e);
        }
        finally
        {
            if (!timer.TryReset())
            {
                timer.Dispose();
                timer = new CancellationTokenSource();
            }
        }
    }

    /// <summary>How long to wait for the next bytes.</summary>
    private TimeSpan Patience()
    {
        var rest = Longest - Stopwatch.GetElapsedTime(begun);
        isWholeAtStake = rest < Silence;
        return rest <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : isWholeAtStake ? rest : Silence;
    }

    /// <summary>How long the whole answer may take. Where a longer silence than usual was allowed, it counts on top.</summary>
    private TimeSpan Longest => Silence > timeouts.Silence ? longest + Silence - timeouts.Silence : longest;
}
