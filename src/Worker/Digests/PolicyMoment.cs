using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>A policy and the moment it is asked for; everything one run of the digests says rests on the same look.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Now">The moment.</param>
internal sealed record PolicyMoment(CompanyPolicy Policy, Instant Now)
{
    /// <summary>The policy over the log as it is now: only the lines mails speak of are read then. Null: the whole log is.</summary>
    public RunningPolicy? Running { get; init; }

    /// <summary>How often people had been erased when <see cref="Running"/> was read, or before the log is.</summary>
    public long? Erasures { get; init; }
}
