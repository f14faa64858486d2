using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>An identity of a mail as the database has it.</summary>
internal sealed record IdentityRow
{
    public long Interaction { get; init; }

    public required string Fingerprint { get; init; }

    public string? MessageKey { get; init; }

    public Instant? Dated { get; init; }

    public required string MessageId { get; init; }

    public string? Content { get; init; }

    public string? EssenceKey { get; init; }

    public string? Essence { get; init; }

    public MailIdentity Identity => new(Fingerprint, MessageKey, Dated, MessageId.Length == 0 ? null : MessageId)
    {
        Content = Content,
        Essence = EssenceKey is null || Essence is null ? null : MailEssence.Parse(EssenceKey, Essence),
    };
}
