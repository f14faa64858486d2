namespace CrmSync.Mail.Mime;

/// <summary>
/// Keeps the bytes of mails that are attached to a message, from their headers to their end, so that they can be read as mails of their
/// own. Mails in reports and digests, and mails in attached mails, are left alone.
/// </summary>
internal sealed class AttachedMails(MimeLimits limits)
{
    private readonly List<byte[]> kept = [];
    private KeptContent? bytes;
    private int left = limits.AttachedBytes;

    /// <summary>The part whose bytes are kept, while it is read.</summary>
    public MimePart? Part { get; private set; }

    /// <summary>A message in the message begins.</summary>
    public void Begin(MimePart message)
    {
        if (Part is not null || left <= 0 || !IsAttached(message))
            return;

        Part = message;
        bytes = new KeptContent(left, null);
    }

    /// <summary>Takes bytes of the one that is read.</summary>
    public void Write(ReadOnlySpan<byte> data) => bytes!.Write(data);

    /// <summary>The one that is read has ended.</summary>
    public void Close()
    {
        Add(bytes!.Detach());
        bytes = null;
        Part = null;
    }

    /// <summary>Every one there was; one that came encoded was read as a file.</summary>
    public IReadOnlyList<byte[]> End(MimePart root)
    {
        if (Part is not null)
            Close();
        foreach (var encoded in root.All())
        {
            if (encoded.IsMessage && !encoded.InForwarded && !encoded.Content.IsEmpty && !encoded.IsContentCut && IsAttached(encoded))
                Add(encoded.Content.ToArray());
        }

        return kept;
    }

    private void Add(byte[] mail)
    {
        left -= mail.Length;
        kept.Add(mail);
    }

    private static bool IsAttached(MimePart message) =>
        message.ContentType is "message/rfc822" or "message/global"
        && !message.InForwarded
        && message.Parent?.ContentType is not ("multipart/report" or "multipart/digest");
}
