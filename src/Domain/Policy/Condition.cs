using CrmSync.Domain.Company;

namespace CrmSync.Domain.Policy;

/// <summary><c>when</c> (policy-language.md section 7). A list means any of.</summary>
public abstract record Condition
{
    public sealed record All(IReadOnlyList<Condition> Of) : Condition;

    public sealed record Any(IReadOnlyList<Condition> Of) : Condition;

    public sealed record Not(Condition Of) : Condition;

    public sealed record InSegment(IReadOnlyList<string> Names) : Condition;

    public sealed record HasTag(IReadOnlyList<string> Tags) : Condition;

    public sealed record HasAddress(IReadOnlyList<EmailAddress> Addresses) : Condition;

    public sealed record InDomain(IReadOnlyList<string> Domains) : Condition;

    public sealed record OwnedBy(IReadOnlyList<string> People) : Condition;

    public sealed record OwnedByTeam(IReadOnlyList<string> Teams) : Condition;

    public sealed record InCase(IReadOnlyList<string> Cases) : Condition;

    public sealed record HasMarker(IReadOnlyList<string> Markers) : Condition;

    public sealed record SentTo(IReadOnlyList<EmailAddress> Addresses) : Condition;

    /// <summary>Texts in lower case.</summary>
    public sealed record SubjectHas(IReadOnlyList<string> Texts) : Condition;

    /// <summary>Texts in lower case.</summary>
    public sealed record TextHas(IReadOnlyList<string> Texts) : Condition;
}
