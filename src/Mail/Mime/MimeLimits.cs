namespace CrmSync.Mail.Mime;

/// <summary>
/// How much of one message is kept and how far its structure is followed; what lies beyond is scanned, counted and dropped.
/// </summary>
/// <remarks>Whatever the message, memory stays within a small multiple of the sum of these, and time is linear in its bytes.</remarks>
public sealed record MimeLimits
{
    /// <summary>The limits the product runs with.</summary>
    public static MimeLimits Default { get; } = new();

    /// <summary>Bytes of one header section that are kept (ten thousand recipients fit).</summary>
    public int HeaderBytes { get; init; } = 1 << 20;

    /// <summary>Header fields of one section that are kept.</summary>
    public int HeaderFields { get; init; } = 2_000;

    /// <summary>How deep parts may lie in parts; a multipart below that is a leaf.</summary>
    public int Depth { get; init; } = 50;

    /// <summary>Parts that are described; later ones are counted as one problem.</summary>
    public int Parts { get; init; } = 1_000;

    /// <summary>Decoded bytes kept of each plain text part.</summary>
    public int TextBytes { get; init; } = 256 * 1024;

    /// <summary>Decoded bytes kept of each HTML part.</summary>
    public int HtmlBytes { get; init; } = 512 * 1024;

    /// <summary>Decoded bytes kept of each calendar part; a longer one is kept up to here and flagged.</summary>
    public int CalendarBytes { get; init; } = 1 << 20;

    /// <summary>Decoded bytes kept of each machine-readable part of a report.</summary>
    public int ReportBytes { get; init; } = 256 * 1024;

    /// <summary>Decoded bytes of a part that wraps a mail (S/MIME, <c>winmail.dat</c>); a longer one stays closed.</summary>
    public int WrappedBytes { get; init; } = 4 << 20;

    /// <summary>Bytes kept of all mails attached to a message together, so that they can be read as mails of their own.</summary>
    public int AttachedBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Decoded bytes kept of all parts of one message together, so that a thousand parts do not multiply the limits above.
    /// </summary>
    public int KeptBytes { get; init; } = 8 << 20;
}
