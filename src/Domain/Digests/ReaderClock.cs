using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Digests;

/// <summary>Moments in the words of one reader: their zone, seen from now.</summary>
public sealed class ReaderClock(DateTimeZone zone, Instant now)
{
    private static readonly LocalTimePattern Clock = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");
    private static readonly LocalDatePattern Day = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM");
    private static readonly LocalDatePattern DayOfYear = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM uuuu");
    private static readonly LocalDatePattern Short = LocalDatePattern.CreateWithInvariantCulture("d MMM");
    private static readonly LocalDatePattern Long = LocalDatePattern.CreateWithInvariantCulture("ddd d MMMM");

    public DateTimeZone Zone { get; } = zone;

    public Instant Now { get; } = now;

    public LocalDate Today { get; } = now.InZone(zone).Date;

    public LocalDate Date(Instant moment) => moment.InZone(Zone).Date;

    /// <summary><c>14:30</c>.</summary>
    public string Time(Instant moment) => Clock.Format(moment.InZone(Zone).TimeOfDay);

    /// <summary>
    /// <c>today 14:30</c>, <c>yesterday 14:30</c>, <c>Mon 14:30</c> within six days, else <c>Mon 2 Mar 14:30</c>, with the year when it is
    /// another.
    /// </summary>
    public string When(Instant moment) => $"{DayName(Date(moment))} {Time(moment)}";

    /// <summary>The same without the time of day.</summary>
    public string DayName(LocalDate date)
    {
        var days = Period.DaysBetween(Today, date);
        return days switch
        {
            0 => "today",
            -1 => "yesterday",
            1 => "tomorrow",
            > -7 and < 7 => date.DayOfWeek.ToString()[..3],
            _ => date.Year == Today.Year ? Day.Format(date) : DayOfYear.Format(date),
        };
    }

    /// <summary><c>Wed 4 March</c>.</summary>
    public static string LongDay(LocalDate date) => Long.Format(date);

    /// <summary><c>4 Mar</c>.</summary>
    public static string ShortDay(LocalDate date) => Short.Format(date);

    /// <summary>
    /// How long ago, in the largest unit that says enough: <c>40 minutes</c>, <c>3 hours</c>, <c>2 days</c>, <c>5 weeks</c>, <c>4
    /// months</c>, <c>2 years</c>.
    /// </summary>
    public static string Length(Duration length)
    {
        var minutes = Math.Max(0, (long)length.TotalMinutes);
        return minutes switch
        {
            < 60 => Count(minutes, "minute"),
            < 48 * 60 => Count(minutes / 60, "hour"),
            < 21 * 24 * 60 => Count(minutes / (24 * 60), "day"),
            < 90L * 24 * 60 => Count(minutes / (7 * 24 * 60), "week"),
            < 730L * 24 * 60 => Count(minutes / (30 * 24 * 60), "month"),
            _ => Count(minutes / (365L * 24 * 60), "year"),
        };
    }

    /// <summary><c>1 day</c>, <c>3 days</c>.</summary>
    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
