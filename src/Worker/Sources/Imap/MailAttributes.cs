using MailKit;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>What a server tells of one message. Anything may be missing.</summary>
/// <param name="Flags">The flags that matter here.</param>
/// <param name="InternalDate">When the server received it; null when missing or impossible.</param>
/// <param name="Size">As the server states it; null when it does not, a hint in any case.</param>
/// <param name="Labels">Gmail's labels; system labels keep their backslash.</param>
/// <param name="Keywords">Flags that are not the standard's own, as other programs name them.</param>
internal sealed record MailAttributes(
    MessageFlags Flags, Instant? InternalDate, long? Size, IReadOnlyList<string> Labels, IReadOnlyCollection<string> Keywords)
{
    /// <summary>Nothing known.</summary>
    public static MailAttributes None { get; } = new(MessageFlags.None, null, null, [], []);
}
