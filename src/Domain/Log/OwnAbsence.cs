using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>A line of the log says that one of our people is away: an entry of their own calendar, or their automatic reply.</summary>
/// <param name="Person">Their address.</param>
/// <param name="Source">What says so.</param>
public sealed record OwnAbsence(EmailAddress Person, AbsenceSource Source)
{
    /// <summary>The first day away; null where it follows from the time of the line: an entry with times, a reply.</summary>
    public LocalDate? First { get; init; }

    /// <summary>The last day away; null for an entry with times.</summary>
    public LocalDate? Last { get; init; }
}
