using System.Globalization;
using System.Net;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Watches every request that passes and its whole answer: <see cref="HttpClient.Timeout"/> ends with the headers, and a server that sends
/// the beginning of an answer and then nothing would be waited for without end.
/// </summary>
/// <param name="inner">The connections.</param>
/// <param name="limits">How long and how much.</param>
/// <param name="time">What the limits are measured with.</param>
internal sealed class WatchedExchange(HttpMessageHandler inner, WebLimits limits, TimeProvider time) : DelegatingHandler(inner)
{
    /// <exception cref="WebLimitException">The server did not answer in time. Reading the content of the answer may throw it,
    /// too.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var watch = new Watch(request.RequestUri!.Host, limits, time, cancellationToken);
        try
        {
            var answer = await watch.Await(ct => base.SendAsync(request, ct), cancellationToken);
            answer.Content = new WatchedContent(answer.Content, watch);
            return answer;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>The two clocks of one exchange, and the bytes of its answer.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="limits">How long and how much.</param>
    /// <param name="time">What the limits are measured with.</param>
    /// <param name="asked">
    /// Whoever asked may give up while the answer is read, too: a reader of XML passes no token on to the stream below it.
    /// </param>
    private sealed class Watch(string host, WebLimits limits, TimeProvider time, CancellationToken asked) : IDisposable
    {
        private readonly CancellationTokenSource whole = new(limits.Whole, time);
        private long bytes;
        private bool answers;

        /// <summary>Waits for one thing the server does.</summary>
        public async Task<T> Await<T>(Func<CancellationToken, Task<T>> wait, CancellationToken ct)
        {
            using var silence = new CancellationTokenSource(limits.Silence, time);
            using var any = CancellationTokenSource.CreateLinkedTokenSource([ct, asked, whole.Token, silence.Token]);
            try
            {
                var result = await wait(any.Token);
                answers = true;
                return result;
            }
            catch (Exception) when (asked.IsCancellationRequested)
            {
                throw new OperationCanceledException(asked);
            }
            catch (Exception) when (!ct.IsCancellationRequested && (whole.IsCancellationRequested || silence.IsCancellationRequested))
            {
                // A connection that is cut by a token tells so in several ways; what counts is whose token it was.
                throw whole.IsCancellationRequested
                    ? new WebLimitException(WebLimit.Whole, $"{host} had not finished its answer after {Words(limits.Whole)}")
                    : new WebLimitException(
                        WebLimit.Silence,
                        answers
                            ? $"{host} fell silent for {Words(limits.Silence)} in the middle of its answer"
                            : $"{host} did not answer within {Words(limits.Silence)}");
            }
        }

        /// <summary>Counts what has come.</summary>
        public void Count(int read)
        {
            if ((bytes += read) > limits.Bytes)
                throw new WebLimitException(
                    WebLimit.Bytes,
                    string.Create(CultureInfo.InvariantCulture, $"the answer of {host} is longer than {limits.Bytes >> 20} MB"));
        }

        public void Dispose() => whole.Dispose();

        private static string Words(TimeSpan time) =>
            time.TotalMinutes >= 2
                ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes")
                : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} seconds");
    }

    /// <summary>The content of an answer, read under watch.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent content;
        private readonly Watch watch;

        public WatchedContent(HttpContent content, Watch watch)
        {
            (this.content, this.watch) = (content, watch);
            foreach (var header in content.Headers)
                Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        protected override Task<Stream> CreateContentReadStreamAsync() => Open(CancellationToken.None);

        protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Open(cancellationToken);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await using var source = await Open(cancellationToken);
            await source.CopyToAsync(stream, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
                watch.Dispose();
            }

            base.Dispose(disposing);
        }

        private async Task<Stream> Open(CancellationToken ct) => new WatchedStream(await content.ReadAsStreamAsync(ct), watch);
    }

    private sealed class WatchedStream(Stream inner, Watch watch) : AsyncStream
    {
        public override bool CanWrite => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await watch.Await(async ct => await inner.ReadAsync(buffer, ct), cancellationToken);
            watch.Count(read);
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();

            base.Dispose(disposing);
        }
    }
}
