using System.Globalization;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchDates : IDatePhrases
{
    private const string Vowels = "aeiouàâäéèêëîïôöùûü";

    private static readonly string[] Silent = ["Hé", "Hèl", "Henri", "Hervé", "Honor", "Hortense", "Hubert", "Hugo", "Hyacinthe", "Yv"];

    private static readonly string[] Days = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    private static readonly string[] ShortDays = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];

    private static readonly string[] Months =
    [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ];

    private static readonly string[] ShortMonths =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

    public string Time(LocalTime time) => Clock(time);

    public string Span(LocalTime from, LocalTime to) => $"{Clock(from)}–{Clock(to)}";

    public string When(SeenTime moment) => Bare(moment);

    public string Since(SeenTime moment) => $"depuis {At(moment)}";

    public string DayName(LocalDate date, LocalDate today) => Name(date, today);

    public string LongDay(LocalDate date) => Day(date);

    public string LongDay(LocalDate date, LocalTime time) => $"{Day(date)}, {Clock(time)}";

    public string ShortDay(LocalDate date) => $"{Number(date)}\u00A0{ShortMonths[date.Month - 1]}";

    public string DayOfYear(LocalDate date, bool withYear) =>
        $"{Number(date)} {Months[date.Month - 1]}" + (withYear ? Invariant($" {date.Year}") : "");

    public string Month(LocalDate date) => Invariant($"{Months[date.Month - 1]} {date.Year}");

    public string ShortMonth(LocalDate date) => Invariant($"{ShortMonths[date.Month - 1]} {date.Year}");

    public string ShortDate(LocalDate date) => $"{Number(date)} {ShortMonth(date)}";

    public string Length(Duration length) => InWords(length);

    public string Length(LengthOfTime length) => InWords(length);

    public string Short(Duration length) => length.TotalMinutes switch
    {
        < 60 => Invariant($"{(long)length.TotalMinutes} min"),
        < 48 * 60 => Invariant($"{(long)length.TotalHours} h"),
        _ => Invariant($"{(long)length.TotalDays} j"),
    };

    public string Quote(string words) => $"«\u202F{words}\u202F»";

    /// <summary>A sentence with its narrow blanks.</summary>
    internal static string Set(FrenchSentence sentence) => sentence.ToString();

    /// <summary><c>hier à 14:30</c>, <c>lun. 2 mars à 14:30</c>: alone.</summary>
    internal static string Bare(SeenTime moment) => $"{Name(moment.Date, moment.Today)} à {Clock(moment.Local.TimeOfDay)}";

    /// <summary>
    /// <c>hier à 14:30</c>, <c>le lun. 2 mars à 14:30</c>: when something happens, and behind <c>depuis</c> and <c>avant</c>.
    /// </summary>
    internal static string At(SeenTime moment) => $"{(IsNear(moment) ? "" : "le ")}{Bare(moment)}";

    /// <summary><c>d’hier à 14:30</c>, <c>de lundi à 14:30</c>, <c>du lun. 2 mars à 14:30</c>: an email.</summary>
    internal static string Of(SeenTime moment) =>
        !IsNear(moment) ? $"du {Bare(moment)}"
        : moment.Days == -1 ? $"d’{Bare(moment)}"
        : From(Bare(moment));

    /// <summary><c>jusqu’à demain à 11:00</c>, <c>jusqu’au ven. 6 mars à 11:00</c>.</summary>
    internal static string Until(SeenTime moment) => IsNear(moment) ? $"jusqu’à {Bare(moment)}" : $"jusqu’au {Bare(moment)}";

    /// <summary><c>le sam. 28 février 2026</c>.</summary>
    internal static string On(LocalDate date) => Invariant($"le {Day(date)} {date.Year}");

    /// <summary><c>mer. 4 mars</c>.</summary>
    internal static string Day(LocalDate date) => $"{ShortDays[(int)date.DayOfWeek - 1]} {Number(date)} {Months[date.Month - 1]}";

    /// <summary><c>de Tim</c>, <c>d’Ana</c>, <c>d’Hélène</c>.</summary>
    internal static string From(string name) => IsElided(name) ? $"d’{name}" : $"de {name}";

    /// <summary>Before a vowel, and before the silent first letter of French names; the h of Hans or Harry is none.</summary>
    private static bool IsElided(string name) =>
        name.Length > 0
        && (Vowels.Contains(char.ToLowerInvariant(name[0]), StringComparison.Ordinal)
            || Array.Exists(Silent, start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)));

    internal static string InWords(Duration length) => LengthInWords.Choose(length) is var (unit, count) ? Told(unit, count) : "";

    internal static string InWords(LengthOfTime length) => Told(length.Unit, length.Amount);

    /// <summary>None and one are singular in French.</summary>
    internal static string Count(long count, string one, string more) => Invariant($"{count} {(count < 2 ? one : more)}");

    internal static string Capital(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    internal static string Lower(string words) => words.Length == 0 ? words : char.ToLowerInvariant(words[0]) + words[1..];

    /// <summary>Some and the last of them: <c>Ana, Ben et Tim</c>.</summary>
    internal static string List(IReadOnlyList<string> names, string last = "et") =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.Take(names.Count - 1))} {last} {names[^1]}";

    private static bool IsNear(SeenTime moment) => moment.Days is > -7 and < 7;

    private static string Name(LocalDate date, LocalDate today) => Period.DaysBetween(today, date) switch
    {
        0 => "aujourd’hui",
        -1 => "hier",
        1 => "demain",
        > -7 and < 7 => Days[(int)date.DayOfWeek - 1],
        _ => date.Year == today.Year ? Day(date) : Invariant($"{Day(date)} {date.Year}"),
    };

    /// <summary>The first of a month is an ordinal.</summary>
    private static string Number(LocalDate date) => date.Day == 1 ? "1er" : date.Day.ToString(CultureInfo.InvariantCulture);

    private static string Clock(LocalTime time) => Invariant($"{time.Hour:00}:{time.Minute:00}");

    private static string Told(TimeUnit unit, long count) => unit switch
    {
        TimeUnit.Minute => Count(count, "minute", "minutes"),
        TimeUnit.Hour => Count(count, "heure", "heures"),
        TimeUnit.BusinessMinute => Count(count, "minute ouvrée", "minutes ouvrées"),
        TimeUnit.BusinessHour => Count(count, "heure ouvrée", "heures ouvrées"),
        TimeUnit.BusinessDay => Count(count, "jour ouvré", "jours ouvrés"),
        TimeUnit.Day => Count(count, "jour", "jours"),
        TimeUnit.Week => Count(count, "semaine", "semaines"),
        TimeUnit.Month => Count(count, "mois", "mois"),
        _ => Count(count, "an", "ans"),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
