using System.Globalization;
using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Languages;

internal sealed class EnglishDates : IDatePhrases
{
    private static readonly LocalTimePattern Clock = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");
    private static readonly LocalDatePattern Day = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM");
    private static readonly LocalDatePattern DayAndYear = LocalDatePattern.CreateWithInvariantCulture("ddd d MMM uuuu");
    private static readonly LocalDatePattern Brief = LocalDatePattern.CreateWithInvariantCulture("d MMM");
    private static readonly LocalDatePattern Long = LocalDatePattern.CreateWithInvariantCulture("ddd d MMMM");
    private static readonly LocalDatePattern Yearly = LocalDatePattern.CreateWithInvariantCulture("d MMMM");
    private static readonly LocalDatePattern MonthAndYear = LocalDatePattern.CreateWithInvariantCulture("MMMM uuuu");
    private static readonly LocalDatePattern ShortMonthAndYear = LocalDatePattern.CreateWithInvariantCulture("MMM uuuu");
    private static readonly LocalDatePattern ShortDayAndYear = LocalDatePattern.CreateWithInvariantCulture("d MMM uuuu");
    private static readonly LocalDatePattern Once = LocalDatePattern.CreateWithInvariantCulture("d MMMM uuuu");

    public string Time(LocalTime time) => Clock.Format(time);

    public string Span(LocalTime from, LocalTime to) => $"{Time(from)}–{Time(to)}";

    public string When(SeenTime moment) => At(moment);

    public string Since(SeenTime moment) => $"since {At(moment)}";

    public string DayName(LocalDate date, LocalDate today) => Name(date, today);

    public string LongDay(LocalDate date) => Long.Format(date);

    public string LongDay(LocalDate date, LocalTime time) => $"{Long.Format(date)}, {Time(time)}";

    public string ShortDay(LocalDate date) => Brief.Format(date);

    public string DayOfYear(LocalDate date, bool withYear) => (withYear ? Once : Yearly).Format(date);

    public string Month(LocalDate date) => MonthAndYear.Format(date);

    public string ShortMonth(LocalDate date) => ShortMonthAndYear.Format(date);

    public string ShortDate(LocalDate date) => ShortDayAndYear.Format(date);

    public string Length(Duration length) => InWords(length);

    public string Length(LengthOfTime length) => InWords(length);

    public string Short(Duration length) => length.TotalMinutes switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{(long)length.TotalMinutes} min"),
        < 48 * 60 => string.Create(CultureInfo.InvariantCulture, $"{(long)length.TotalHours} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)length.TotalDays} d"),
    };

    public string Quote(string words) => $"“{words}”";

    internal static string At(SeenTime moment) => $"{Name(moment.Date, moment.Today)} {Clock.Format(moment.Local.TimeOfDay)}";

    /// <summary><c>Sat 28 Feb 2026</c>.</summary>
    internal static string On(LocalDate date) => DayAndYear.Format(date);

    internal static string InWords(Duration length)
    {
        var (unit, count) = LengthInWords.Choose(length);
        return Count(count, Noun(unit));
    }

    internal static string InWords(LengthOfTime length) => Count(length.Amount, Noun(length.Unit));

    /// <summary><c>1 day</c>, <c>3 days</c>.</summary>
    internal static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Name(LocalDate date, LocalDate today) => Period.DaysBetween(today, date) switch
    {
        0 => "today",
        -1 => "yesterday",
        1 => "tomorrow",
        > -7 and < 7 => date.DayOfWeek.ToString()[..3],
        _ => date.Year == today.Year ? Day.Format(date) : DayAndYear.Format(date),
    };

    private static string Noun(TimeUnit unit) => unit switch
    {
        TimeUnit.Minute => "minute",
        TimeUnit.Hour => "hour",
        TimeUnit.BusinessMinute => "business minute",
        TimeUnit.BusinessHour => "business hour",
        TimeUnit.BusinessDay => "business day",
        TimeUnit.Day => "day",
        TimeUnit.Week => "week",
        TimeUnit.Month => "month",
        _ => "year",
    };
}
