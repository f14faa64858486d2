using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Printing;

/// <summary>
/// Reads a moment as people write it: <c>2026-03-02T09:00:00Z</c> with any offset, <c>2026-03-02 09:00</c> or <c>2026-03-02</c> of the
/// local calendar, <c>now</c>, <c>today</c>, <c>yesterday</c>, <c>7d</c> (ago).
/// </summary>
/// <param name="zone">Of local times; asked only where one is written.</param>
/// <param name="now">What <c>today</c> and <c>7d</c> count from.</param>
internal sealed class MomentReader(Func<DateTimeZone> zone, Instant now)
{
    public const string Forms = "2026-03-02T09:00:00Z, \"2026-03-02 09:00\" (local), yesterday or 7d (ago)";

    private static readonly OffsetDateTimePattern[] Instants =
    [
        OffsetDateTimePattern.ExtendedIso,
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mm':'sso<Z+HH:mm>"),
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mmo<Z+HH:mm>"),
    ];

    private static readonly LocalDateTimePattern[] Locals =
    [
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd HH':'mm':'ss"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm"),
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss"),
    ];

    /// <summary>The moment; null when the text is none.</summary>
    public Instant? Read(string text)
    {
        foreach (var pattern in Instants)
        {
            if (pattern.Parse(text) is { Success: true, Value: var moment })
                return moment.ToInstant();
        }

        foreach (var pattern in Locals)
        {
            if (pattern.Parse(text) is { Success: true, Value: var local })
                return zone().AtLeniently(local).ToInstant();
        }

        if (LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date })
            return Start(date);

        return text switch
        {
            "now" => now,
            "today" => Start(Today),
            "yesterday" => Start(Today.PlusDays(-1)),
            "tomorrow" => Start(Today.PlusDays(1)),
            _ => Ago(text),
        };
    }

    private LocalDate Today => now.InZone(zone()).Date;

    private Instant Start(LocalDate date) => zone().AtStartOfDay(date).ToInstant();

    /// <summary>The moment so long ago; days and longer on the local date, at the same time of day.</summary>
    private Instant? Ago(string text)
    {
        const string Ago = " ago";
        if (LengthOfTime.Find(text.EndsWith(Ago, StringComparison.Ordinal) ? text[..^Ago.Length] : text) is not { } length)
            return null;

        return length.Unit switch
        {
            TimeUnit.Minute => now - Duration.FromMinutes(length.Amount),
            TimeUnit.Hour => now - Duration.FromHours(length.Amount),
            TimeUnit.Day => Back(Period.FromDays(length.Amount)),
            TimeUnit.Week => Back(Period.FromWeeks(length.Amount)),
            TimeUnit.Month => Back(Period.FromMonths(length.Amount)),
            TimeUnit.Year => Back(Period.FromYears(length.Amount)),
            _ => null,
        };
    }

    private Instant Back(Period period) => zone().AtLeniently(now.InZone(zone()).LocalDateTime - period).ToInstant();
}
