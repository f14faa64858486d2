using System.Net;
using System.Net.Http.Headers;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// The body of a post, which leaves once, and only if the last question before its first byte is answered with yes: a server that got no
/// byte of it has certainly not taken it.
/// </summary>
internal sealed class PostContent : HttpContent
{
    private readonly byte[] body;
    private readonly Func<CancellationToken, Task<bool>> mayLeave;

    /// <param name="body">JSON.</param>
    /// <param name="mayLeave">The question; it notes that from now on nothing tells whether the post has arrived.</param>
    public PostContent(byte[] body, Func<CancellationToken, Task<bool>> mayLeave)
    {
        (this.body, this.mayLeave) = (body, mayLeave);
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Whether a byte may have left.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the answer was no.</summary>
    public bool WasDropped { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Asked for a second time, the connection broke while it was written: whether that arrived is not known.
        if (HasBegun)
            throw new IOException("the connection broke while the post was written");

        if (!await mayLeave(cancellationToken))
        {
            WasDropped = true;
            throw new IOException("the post is another worker's by now");
        }

        HasBegun = true;
        await stream.WriteAsync(body, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
