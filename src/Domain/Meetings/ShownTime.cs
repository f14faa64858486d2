using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>How an entry of somebody's own calendar shows the time it takes, where that may mean that they are away.</summary>
/// <param name="OutOfOffice">Whether it says so in as many words; otherwise it shows them as busy, and its title tells.</param>
public sealed record ShownTime(bool OutOfOffice)
{
    /// <summary>The first day, where whole days are taken; null where it has times.</summary>
    public LocalDate? First { get; init; }

    /// <summary>The last day, where whole days are taken.</summary>
    public LocalDate? Last { get; init; }
}
