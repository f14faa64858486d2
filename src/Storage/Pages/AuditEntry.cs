using NodaTime;

namespace CrmSync.Storage.Pages;

/// <summary>That somebody looked at, exported or erased something.</summary>
/// <param name="At">When.</param>
/// <param name="Who">The id of a reader, or the user of this machine who gave the verb.</param>
/// <param name="Way">How.</param>
/// <param name="What">What they did, in one or two words.</param>
/// <param name="About">The address of a contact, or the name of a page; null for somebody who was erased.</param>
public sealed record AuditEntry(Instant At, string Who, AuditWay Way, string What, string? About);

/// <summary>How somebody came to what they saw.</summary>
public enum AuditWay
{
    Page,
    Mail,
    Verb,
}
