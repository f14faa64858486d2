using CrmSync.Domain.Policy;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>A policy and the moment it is asked for; everything one run of the digests says rests on the same look.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Now">The moment.</param>
internal sealed record PolicyMoment(CompanyPolicy Policy, Instant Now)
{
    /// <summary>The items: only the organisations and lines mails speak of are read then. Null: the whole log is.</summary>
    public JudgedLog? Judged { get; private init; }

    /// <summary>How often people had been erased when <see cref="Judged"/> was read, or before the log is.</summary>
    public long? Erasures { get; init; }

    /// <summary>Of the policy in force.</summary>
    public static PolicyMoment From(JudgedLog judged) =>
        new(judged.Policy, judged.Now) { Judged = judged, Erasures = judged.Erasures };
}
