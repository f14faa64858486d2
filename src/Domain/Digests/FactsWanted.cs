using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What of the log is to be told: only that is read.</summary>
public sealed record FactsWanted
{
    /// <summary>Whether anything may be, as in digests: whatever happened lately, with whomever.</summary>
    public bool Everything { get; init; }

    /// <summary>Whom somebody asks about: all that passed.</summary>
    public IReadOnlyCollection<EmailAddress> Asked { get; init; } = [];

    /// <summary>The ids of those whose items are listed.</summary>
    public IReadOnlySet<string> Lists { get; init; } = new HashSet<string>();

    /// <summary>The ids of items that are told by themselves.</summary>
    public IReadOnlySet<string> Items { get; init; } = new HashSet<string>();

    /// <summary>Since when what became of promises is told; null: it is not.</summary>
    public Instant? PromisesSince { get; init; }
}
