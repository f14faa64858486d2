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
    /// <summary>A section begins.</summary>
    /// <param name="section">Which one.</param>
    /// <param name="origin">Offset of its first byte, where a partial fetch was answered with one.</param>
    /// <param name="announced">How many bytes the server says will follow.</param>
    public abstract void Begin(BodySection section, long origin, long announced);

    /// <summary>The next bytes of the section; valid during the call only.</summary>
    public abstract void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>Keeps the first bytes of each message, and counts the rest. The memory is lent: it is overwritten by the next message.</summary>
/// <param name="limit">How many bytes to keep of one message.</param>
internal sealed class BodyBuffer(int limit) : BodyConsumer
{
    private byte[] bytes = new byte[Math.Min(limit, 16 * 1024)];
    private int length;
    private bool writing;

    public BodySection? Section { get; private set; }

    public long Received { get; private set; }

    public ReadOnlyMemory<byte> Bytes => bytes.AsMemory(0, length);

    public bool Truncated => Received > length;

    public void Clear()
    {
        length = 0;
        Received = 0;
        Section = null;
        writing = false;
    }

    public override void Begin(BodySection section, long origin, long announced)
    {
        // Of several sections in one answer the first is what was asked for; servers that add others must not spoil it.
        writing = Section is null;
        if (!writing)
            return;

        Section = section;
        if (announced > bytes.Length && bytes.Length < limit)
            bytes = new byte[Math.Min(limit, announced)];
    }

    public override void Write(ReadOnlySpan<byte> more)
    {
        if (!writing)
            return;

        Received += more.Length;
        var room = Math.Min(more.Length, bytes.Length - length);
        more[..room].CopyTo(bytes.AsSpan(length));
        length += room;
    }
}
