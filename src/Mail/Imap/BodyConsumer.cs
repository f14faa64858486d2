namespace CrmSync.Mail.Imap;

/// <summary>Which part of a message a FETCH answers with.</summary>
public enum BodySection
{
    /// <summary>The whole message: <c>BODY[]</c> or <c>RFC822</c>.</summary>
    Message,

    /// <summary>All header fields, or the chosen ones.</summary>
    Header,

    /// <summary>Everything below the header.</summary>
    Text,

    /// <summary>A part of the message.</summary>
    Other,
}

/// <summary>Takes the bytes of messages as they arrive, in pieces of whatever size; nothing is held for it.</summary>
public abstract class BodyConsumer
{
    private bool taking;

    /// <summary>The section that is taken; null while the server sent none.</summary>
    internal BodySection? Section { get; private set; }

    /// <summary>How many bytes of it have arrived.</summary>
    internal long Received { get; private set; }

    /// <summary>A message begins to arrive.</summary>
    /// <param name="announced">How many bytes the server says will follow.</param>
    protected abstract void Begin(long announced);

    /// <summary>The next bytes of the message; valid during the call only.</summary>
    protected abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>The message before is done with.</summary>
    internal virtual void Clear()
    {
        Section = null;
        Received = 0;
        taking = false;
    }

    internal void Start(BodySection section, long announced)
    {
        // Of several sections in one answer the first is what was asked for; servers that add others must not spoil it.
        taking = Section is null;
        if (!taking)
            return;

        Section = section;
        Begin(announced);
    }

    internal void Take(ReadOnlySpan<byte> bytes)
    {
        if (!taking)
            return;

        Received += bytes.Length;
        Write(bytes);
    }
}

/// <summary>
/// Keeps the first bytes of each message, and counts the rest. The memory is lent: it is overwritten by the next message.
/// </summary>
/// <param name="limit">How many bytes to keep of one message.</param>
internal sealed class BodyBuffer(int limit) : BodyConsumer
{
    private byte[] bytes = new byte[Math.Min(limit, 16 * 1024)];
    private int length;

    public ReadOnlyMemory<byte> Bytes => bytes.AsMemory(0, length);

    public bool Truncated => Received > length;

    internal override void Clear()
    {
        base.Clear();
        length = 0;
    }

    protected override void Begin(long announced)
    {
        if (announced > bytes.Length && bytes.Length < limit)
            bytes = new byte[Math.Min(limit, announced)];
    }

    protected override void Write(ReadOnlySpan<byte> more)
    {
        var room = Math.Min(more.Length, bytes.Length - length);
        more[..room].CopyTo(bytes.AsSpan(length));
        length += room;
    }
}
