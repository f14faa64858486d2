using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>A moment as a reader sees it: by the clock of their zone, from the day on which they read.</summary>
/// <param name="Local">The moment in their zone.</param>
/// <param name="Today">The day on which they read.</param>
public sealed record SeenTime(LocalDateTime Local, LocalDate Today)
{
    public LocalDate Date => Local.Date;

    /// <summary>Days from today; negative for what is past.</summary>
    public int Days => Period.DaysBetween(Today, Local.Date);
}
