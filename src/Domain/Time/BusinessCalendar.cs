using NodaTime;

namespace CrmSync.Domain.Time;

/// <summary>A span of open time within one local day, in minutes from midnight: start in, end out; 1440 is the end of the day.</summary>
public sealed record OpenSpan(int Start, int End);

/// <summary>A named day with shorter hours than usual, or closed when <see cref="Hours"/> is empty.</summary>
public sealed record Holiday(string Name, IReadOnlyList<OpenSpan> Hours);

/// <summary>
/// Open time in one zone: which moments count as business time, and what a length of time means from a moment on (policy-language.md
/// section 3). Days are worked out once and kept, so asking is cheap; safe to share between threads.
/// </summary>
/// <param name="name">As the policy calls it.</param>
/// <param name="zone">The zone its hours and dates are local to.</param>
/// <param name="hours">The open spans of each weekday, in order and without overlap; a day without spans is no business day.</param>
/// <param name="holidays">Days that differ from their weekday.</param>
public sealed partial class BusinessCalendar(
    string name,
    DateTimeZone zone,
    IReadOnlyDictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> hours,
    IReadOnlyDictionary<LocalDate, Holiday> holidays)
{
    private readonly CalendarDays days = new(zone, hours, holidays);

    public string Name { get; } = name;

    public DateTimeZone Zone { get; } = zone;

    /// <summary>The open spans of each weekday, in order and without overlap; a day without spans is no business day.</summary>
    public IReadOnlyDictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> Hours { get; } = hours;

    public IReadOnlyDictionary<LocalDate, Holiday> Holidays { get; } = holidays;

    /// <summary>
    /// Whether no weekday has open time. Such a calendar is refused by validation (P023); its business arithmetic throws
    /// <see cref="InvalidOperationException"/>.
    /// </summary>
    public bool IsNeverOpen => Hours.Values.All(spans => spans.All(s => s.End <= s.Start));

    /// <summary>The local date of <paramref name="moment"/>.</summary>
    public LocalDate Date(Instant moment) => moment.InZone(Zone).Date;

    /// <summary>The instant at which <paramref name="date"/> begins here.</summary>
    public Instant Start(LocalDate date) => Instant.FromUnixTimeTicks(days[CalendarDays.Number(date)].Start);

    public bool IsBusinessDay(LocalDate date) => days[CalendarDays.Number(date)].IsBusinessDay;

    /// <summary>Whether <paramref name="moment"/> lies in open time: the start of a span does, its end does not.</summary>
    public bool IsOpen(Instant moment) => Roll(moment) == moment;

    /// <summary>The moment itself in open time, else the next opening.</summary>
    public Instant Roll(Instant moment) => Instant.FromUnixTimeTicks(Roll(moment.ToUnixTimeTicks()));

    /// <summary>The business day a moment counts on: its own date if that is one and has not closed yet, else the next.</summary>
    public LocalDate CountsOn(Instant moment) => CalendarDays.Date(CountsOn(moment.ToUnixTimeTicks()));

    /// <summary>
    /// The end of <paramref name="length"/> from <paramref name="from"/> as a promise: exact for clock units, the close of the Nth business
    /// day, the same local clock time on the target date.
    /// </summary>
    public Instant Deadline(Instant from, LengthOfTime length) => Instant.FromUnixTimeTicks(Deadline(from.ToUnixTimeTicks(), length));

    /// <summary>
    /// The end of <paramref name="length"/> from <paramref name="from"/> as a morning on which somebody reads it: exact for clock units,
    /// the start of the Nth business day, the start of the first business day on or after the target date.
    /// </summary>
    public Instant Opening(Instant from, LengthOfTime length) => Instant.FromUnixTimeTicks(Opening(from.ToUnixTimeTicks(), length));

    /// <summary>
    /// That long before <paramref name="moment"/>: business minutes and hours are counted backwards through open time, business days to the
    /// start of the Nth business day before, longer units to the same local clock time.
    /// </summary>
    public Instant Before(Instant moment, LengthOfTime length) => Instant.FromUnixTimeTicks(Before(moment.ToUnixTimeTicks(), length));

    /// <summary>The start of the last business day on or before <paramref name="date"/>.</summary>
    public Instant StartOfBusinessDayOnOrBefore(LocalDate date) =>
        Instant.FromUnixTimeTicks(days[BusinessDayOnOrBefore(CalendarDays.Number(date))].Open);

    /// <summary>The start of the first business day on or after <paramref name="date"/>.</summary>
    public Instant StartOfBusinessDayOnOrAfter(LocalDate date) =>
        Instant.FromUnixTimeTicks(days[BusinessDayOnOrAfter(CalendarDays.Number(date))].Open);

    /// <summary>The close of the last business day on or before <paramref name="date"/>.</summary>
    public Instant CloseOfBusinessDayOnOrBefore(LocalDate date) =>
        Instant.FromUnixTimeTicks(days[BusinessDayOnOrBefore(CalendarDays.Number(date))].Close);

    /// <summary>
    /// The date that lies <paramref name="length"/> before <paramref name="date"/>; business days are counted back from the last business
    /// day on or before it.
    /// </summary>
    public LocalDate DateBefore(LocalDate date, LengthOfTime length)
    {
        switch (length.Unit)
        {
            case TimeUnit.BusinessDay:
                return CalendarDays.Date(BusinessDaysBefore(BusinessDayOnOrBefore(CalendarDays.Number(date)), length.Amount));
            case TimeUnit.Day or TimeUnit.Week or TimeUnit.Month or TimeUnit.Year:
                return CalendarDays.Plus(date, length, -1);
            case TimeUnit.Minute or TimeUnit.Hour:
                return Date(Before(Start(date), length));
            default:
                return Date(Before(StartOfBusinessDayOnOrBefore(date), length));
        }
    }

    public override string ToString() => Name;
}
