using NodaTime;

namespace CrmSync.Mail.Imap;

/// <summary>What a server told about one message. Anything may be missing: servers leave out, and add, what they like.</summary>
public sealed class FetchedMessage
{
    /// <summary>What was asked when the server told this.</summary>
    public FetchRequest Request { get; internal set; } = new();

    /// <summary>The UID, 1 to 4,294,967,295; null when the server did not say which message this is.</summary>
    public uint? Uid { get; internal set; }

    /// <summary>The sequence number; of no use but for messages to people, for it shifts.</summary>
    public uint Sequence { get; internal set; }

    /// <summary>Flags and keywords as sent, such as <c>\Seen</c>.</summary>
    public IReadOnlyList<string> Flags { get; internal set; } = [];

    /// <summary>When the server received the message; null when missing or impossible.</summary>
    public Instant? InternalDate { get; internal set; }

    /// <summary>The size as the server states it; a hint, often wrong by a few lines.</summary>
    public long? Size { get; internal set; }

    /// <summary>Gmail's labels, decoded; system labels keep their backslash, such as <c>\Sent</c>.</summary>
    public IReadOnlyList<string> Labels { get; internal set; } = [];

    /// <summary>How many parts without parts of their own the message has, where the structure was asked for and made sense.</summary>
    public int? Leaves { get; internal set; }

    /// <summary>The bytes asked for, or the first of them. Lent: copy what must live longer than the step of the enumeration.</summary>
    public ReadOnlyMemory<byte> Body { get; internal set; }

    /// <summary>Which part <see cref="Body"/> is; null when the server sent none, not even an empty one.</summary>
    public BodySection? Section { get; internal set; }

    /// <summary>How many bytes of the section arrived, also those beyond what was kept.</summary>
    public long Received { get; internal set; }

    /// <summary>True when <see cref="Body"/> is known to be the whole message, false when there may be more of it.</summary>
    public bool IsWhole { get; internal set; }

    /// <summary>Why the answer could not be read to its end; null when it could. What is set was read before that.</summary>
    public string? Problem { get; internal set; }
}
