using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>A digest that somebody should get now.</summary>
/// <param name="Definition">What the policy says of it.</param>
/// <param name="Reader">Who reads it: the person it is meant for or, while they are away or gone, whoever stands in.</param>
/// <param name="Date">The reader's local date it belongs to: one mail a date.</param>
/// <param name="DueAt">When it should leave.</param>
/// <param name="Zone">The zone of the reader.</param>
public sealed record DueDigest(DigestDefinition Definition, Person Reader, LocalDate Date, Instant DueAt, DateTimeZone Zone)
{
    /// <summary>The ids of those it is meant for, the reader or whom the reader stands in for; empty: the reader alone.</summary>
    public IReadOnlyList<string> MeantFor { get; init; } = [];
}
