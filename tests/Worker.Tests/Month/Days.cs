using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>The days of the story that are lived through; what came before lies in the mailboxes when the workers are started.</summary>
internal sealed record Days(LocalDate First, LocalDate Last)
{
    public static Days All { get; } = new(MonthStory.First, MonthStory.Last);

    /// <summary>When the workers are started.</summary>
    public Instant Start { get; } = First.At(new LocalTime(6, 0)).InUtc().ToInstant();

    public Instant End { get; } = Last.PlusDays(1).AtMidnight().InUtc().ToInstant();

    /// <summary>The days on which the company works.</summary>
    public IEnumerable<LocalDate> Working()
    {
        for (var day = First; day <= Last; day = day.PlusDays(1))
        {
            if (OpenTime.IsWorkingDay(day))
                yield return day;
        }
    }
}
