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

    /// <summary>What is due now although the policy names no digest for it: an immediate mail, or an answer.</summary>
    /// <param name="name">Stands where a digest has its name.</param>
    /// <param name="reader">Who reads it.</param>
    /// <param name="clock">Theirs.</param>
    public static DueDigest AtOnce(string name, Person reader, ReaderClock clock) => new(
        new DigestDefinition(name, reader.Place ?? new Place("policy", 1, 1)) { At = LocalTime.Midnight },
        reader,
        clock.Today,
        clock.Now,
        clock.Zone);
}
