using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>How connections to IMAP servers behave.</summary>
internal sealed record ImapOptions
{
    /// <summary>How long to wait.</summary>
    public MailTimeouts Timeouts { get; init; } = MailTimeouts.Default;

    /// <summary>How much to accept.</summary>
    public ImapLimits Limits { get; init; } = ImapLimits.Default;

    /// <summary>
    /// Whether to compress (RFC 4978) where the server can: mail shrinks to a third, which pays on every line slower than some hundred
    /// megabits, and costs processor time for nothing on this machine. Null decides by that.
    /// </summary>
    public bool? Compress { get; init; }

    /// <summary>
    /// Mails up to this many bytes are fetched whole, many at a time; larger ones by their beginning, their structure and the parts that
    /// matter.
    /// </summary>
    public int WholeUpTo { get; init; } = 512 * 1024;

    /// <summary>The version told to the server in ID.</summary>
    public string Version { get; init; } = "0.1";
}
