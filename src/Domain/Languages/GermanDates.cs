using System.Globalization;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

internal sealed class GermanDates : IDatePhrases
{
    private static readonly string[] Days = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
    private static readonly string[] ShortDays = ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."];

    private static readonly string[] Months =
    [
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
    ];

    private static readonly string[] ShortMonths =
        ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];

    public string Time(LocalTime time) => Clock(time);

    public string Span(LocalTime from, LocalTime to) => $"{Digits(from)}–{Clock(to)}";

    public string When(SeenTime moment) => Bare(moment);

    public string Since(SeenTime moment) => $"seit {Bare(moment)}";

    public string DayName(LocalDate date, LocalDate today) => Name(date, today);

    public string LongDay(LocalDate date) => Day(date);

    public string LongDay(LocalDate date, LocalTime time) => $"{Day(date)}, {Clock(time)}";

    public string ShortDay(LocalDate date) => Invariant($"{date.Day}.\u00A0{ShortMonths[date.Month - 1]}");

    public string DayOfYear(LocalDate date, bool withYear) =>
        Invariant($"{date.Day}. {Months[date.Month - 1]}") + (withYear ? Invariant($" {date.Year}") : "");

    public string Month(LocalDate date) => Invariant($"{Months[date.Month - 1]} {date.Year}");

    public string ShortMonth(LocalDate date) => Invariant($"{ShortMonths[date.Month - 1]} {date.Year}");

    public string ShortDate(LocalDate date) => Invariant($"{date.Day}. {ShortMonth(date)}");

    public string Length(Duration length) => InWords(length);

    public string Length(LengthOfTime length) => InWords(length);

    public string Short(Duration length) => length.TotalMinutes switch
    {
        < 60 => Invariant($"{(long)length.TotalMinutes} Min."),
        < 48 * 60 => Invariant($"{(long)length.TotalHours} Std."),
        _ => Count((long)length.TotalDays, "Tag", "Tage"),
    };

    public string Quote(string words) => $"„{words}“";

    /// <summary><c>heute, 14:30 Uhr</c>: behind a preposition that needs no article, or alone.</summary>
    internal static string Bare(SeenTime moment) => $"{Name(moment.Date, moment.Today)}, {Clock(moment.Local.TimeOfDay)}";

    /// <summary><c>heute um 14:30 Uhr</c>, <c>am Montag um 14:30 Uhr</c>: when something happens.</summary>
    internal static string At(SeenTime moment) =>
        moment.Days switch
        {
            >= -1 and <= 1 => $"{Name(moment.Date, moment.Today)} um {Clock(moment.Local.TimeOfDay)}",
            > -7 and < 7 => $"am {Name(moment.Date, moment.Today)} um {Clock(moment.Local.TimeOfDay)}",
            _ => $"am {Name(moment.Date, moment.Today)}, um {Clock(moment.Local.TimeOfDay)}",
        };

    /// <summary><c>von heute, 14:30 Uhr</c>, <c>vom Montag, 14:30 Uhr</c>: an email.</summary>
    internal static string Of(SeenTime moment) => $"{(moment.Days is >= -1 and <= 1 ? "von" : "vom")} {Bare(moment)}";

    /// <summary><c>am Sa., 28. Februar 2026</c>.</summary>
    internal static string On(LocalDate date) => $"am {Day(date)} {date.Year.ToString(CultureInfo.InvariantCulture)}";

    /// <summary><c>Mi., 4. März</c>.</summary>
    internal static string Day(LocalDate date) =>
        Invariant($"{ShortDays[(int)date.DayOfWeek - 1]}, {date.Day}. {Months[date.Month - 1]}");

    /// <summary>In the nominative and accusative: <c>6 Tage</c>.</summary>
    internal static string InWords(Duration length) => LengthInWords.Choose(length) is var (unit, count) ? Told(unit, count, "") : "";

    /// <summary>In the dative: <c>seit 6 Tagen</c>.</summary>
    internal static string Dative(Duration length) => LengthInWords.Choose(length) is var (unit, count) ? Told(unit, count, "n") : "";

    internal static string InWords(LengthOfTime length) => Told(length.Unit, length.Amount, "");

    internal static string Dative(LengthOfTime length) => Told(length.Unit, length.Amount, "n");

    internal static string Count(long count, string one, string more) => Invariant($"{count} {(count == 1 ? one : more)}");

    internal static string Capital(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>Some and the last of them: <c>Ana, Ben und Tim</c>.</summary>
    internal static string List(IReadOnlyList<string> names, string last = "und") =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} {last} {names[^1]}";

    private static string Name(LocalDate date, LocalDate today) => Period.DaysBetween(today, date) switch
    {
        0 => "heute",
        -1 => "gestern",
        1 => "morgen",
        > -7 and < 7 => Days[(int)date.DayOfWeek - 1],
        _ => date.Year == today.Year ? Day(date) : Day(date) + Invariant($" {date.Year}"),
    };

    private static string Clock(LocalTime time) => $"{Digits(time)}\u00A0Uhr";

    private static string Digits(LocalTime time) => Invariant($"{time.Hour:00}:{time.Minute:00}");

    private static string Told(TimeUnit unit, long count, string dative) => unit switch
    {
        TimeUnit.Minute => Count(count, "Minute", "Minuten"),
        TimeUnit.Hour => Count(count, "Stunde", "Stunden"),
        TimeUnit.BusinessMinute => Count(count, "Arbeitsminute", "Arbeitsminuten"),
        TimeUnit.BusinessHour => Count(count, "Arbeitsstunde", "Arbeitsstunden"),
        TimeUnit.BusinessDay => Count(count, "Arbeitstag", "Arbeitstage" + dative),
        TimeUnit.Day => Count(count, "Tag", "Tage" + dative),
        TimeUnit.Week => Count(count, "Woche", "Wochen"),
        TimeUnit.Month => Count(count, "Monat", "Monate" + dative),
        _ => Count(count, "Jahr", "Jahre" + dative),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
