using NodaTime;

namespace CrmSync.Domain.Time;

/// <summary>A span of open time within one local day, in minutes from midnight: start in, end out; 1440 is the end of the day.</summary>
public sealed record OpenSpan(int Start, int End);

/// <summary>A named day with shorter hours than usual, or closed when <see cref="Hours"/> is empty.</summary>
public sealed record Holiday(string Name, IReadOnlyList<OpenSpan> Hours);

/// <summary>Open time in one zone: which moments count as business time (policy.md section 3).</summary>
public sealed class BusinessCalendar(
    string name,
    DateTimeZone zone,
    IReadOnlyDictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> hours,
    IReadOnlyDictionary<LocalDate, Holiday> holidays)
{
    public string Name { get; } = name;

    public DateTimeZone Zone { get; } = zone;

    /// <summary>The open spans of each weekday, in order and without overlap; a day without spans is no business day.</summary>
    public IReadOnlyDictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> Hours { get; } = hours;

    public IReadOnlyDictionary<LocalDate, Holiday> Holidays { get; } = holidays;
}
