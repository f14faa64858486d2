using NodaTime;
using NodaTime.Calendars;

namespace CrmSync.Domain.Digests;

/// <summary>A week as ISO 8601 counts them.</summary>
public sealed record IsoWeek(int Year, int Week)
{
    public static IsoWeek From(LocalDate date) => new(WeekYearRules.Iso.GetWeekYear(date), WeekYearRules.Iso.GetWeekOfWeekYear(date));

    public override string ToString() => FormattableString.Invariant($"{Year}-W{Week:00}");
}
