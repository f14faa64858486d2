namespace CrmSync.Mail.Mime;

/// <summary>Reads whole messages; <see cref="MimeParser"/> is the form for bytes that arrive piece by piece.</summary>
public static class MimeReader
{
    /// <summary>
    /// Reads a message. Any bytes give a message, in bounded time and memory; what was odd stands in <see cref="MimeMessage.Problems"/>.
    /// </summary>
    public static MimeMessage Read(ReadOnlySpan<byte> message, MimeLimits? limits = null)
    {
        var parser = new MimeParser(limits);
        parser.Append(message);
        return parser.Finish();
    }

    /// <summary>Reads a message; see <see cref="Read(ReadOnlySpan{byte}, MimeLimits?)"/>.</summary>
    public static MimeMessage Read(byte[] message, MimeLimits? limits = null) => Read(message.AsSpan(), limits);

    /// <summary>Reads a message; see <see cref="Read(ReadOnlySpan{byte}, MimeLimits?)"/>.</summary>
    public static MimeMessage Read(ReadOnlyMemory<byte> message, MimeLimits? limits = null) => Read(message.Span, limits);

    /// <summary>Reads a message to the end of the stream, in constant memory. Only the stream itself can throw.</summary>
    public static MimeMessage Read(Stream stream, MimeLimits? limits = null)
    {
        var parser = new MimeParser(limits);
        while (stream.Read(parser.Buffer()) is > 0 and var count)
            parser.Advance(count);
        return parser.Finish();
    }

    /// <summary>Reads a message to the end of the stream, in constant memory. Only the stream itself can throw.</summary>
    public static async Task<MimeMessage> ReadAsync(Stream stream, MimeLimits? limits = null, CancellationToken cancel = default)
    {
        var parser = new MimeParser(limits);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
                parser.Append(buffer.AsSpan(0, count));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        return parser.Finish();
    }
}
