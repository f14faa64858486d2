using MimeKit;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// What is asked while a mail is being handed over, because no statement of the database can hold back bytes that are on their way: whether
/// it is still ours before its content is sent, and once more before its last byte, without which no server takes it.
/// </summary>
/// <param name="mail">The mail.</param>
/// <param name="isCopied">Whether the command mailbox is among the recipients.</param>
internal sealed class Departure(LeavingMail mail, bool isCopied)
{
    /// <summary>How large the mail is, in bytes.</summary>
    public long Size => mail.Bytes.Length;

    /// <summary>Whether the last byte may have left: from then on, silence does not mean that the mail was not taken.</summary>
    public bool HasEnded { get; private set; }

    /// <exception cref="ClaimLostException">When this worker stood still for so long that another one may have the mail.</exception>
    public void ThrowIfLapsed()
    {
        if (mail.HasLapsed())
            throw new ClaimLostException();
    }

    /// <summary>Puts the last question into the content, before its last part ends.</summary>
    public void AskBeforeTheEnd(MimeMessage message)
    {
        if (message.BodyParts.OfType<MimePart>().LastOrDefault() is not { Content: { } content } last)
            throw new InvalidOperationException($"The mail {mail.Name} has no content.");

        last.Content = new AskingContent(content, Ask);
    }

    private async Task Ask(CancellationToken ct)
    {
        if (!await mail.MayEnd(isCopied, ct))
            throw new ClaimLostException();

        HasEnded = true;
    }

    /// <summary>Content that asks when all of it has been written.</summary>
    private sealed class AskingContent(IMimeContent content, Func<CancellationToken, Task> ask) : IMimeContent
    {
        public ContentEncoding Encoding => content.Encoding;

        public NewLineFormat? NewLineFormat => content.NewLineFormat;

        public Stream? Stream => content.Stream;

        public Stream Open() => content.Open();

        public void DecodeTo(Stream stream, CancellationToken cancellationToken = default) => content.DecodeTo(stream, cancellationToken);

        public Task DecodeToAsync(Stream stream, CancellationToken cancellationToken = default) =>
            content.DecodeToAsync(stream, cancellationToken);

        public void WriteTo(Stream stream, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("what leaves is written asynchronously");

        public async Task WriteToAsync(Stream stream, CancellationToken cancellationToken = default)
        {
            await content.WriteToAsync(stream, cancellationToken);
            await ask(cancellationToken);
        }

        public void Dispose() => content.Dispose();
    }
}

/// <summary>The mail belongs to another worker, or may do so by now; nothing of it has left that could be taken for a mail.</summary>
internal sealed class ClaimLostException() : Exception("the mail is not ours any more");
