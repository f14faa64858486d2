using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>Times as people write them behind a snooze, in English, German and French.</summary>
/// <param name="calendar">The reader's; a day begins when it begins to be worked.</param>
/// <param name="now">When the reply was written.</param>
internal sealed partial class SpokenTime(BusinessCalendar calendar, Instant now)
{
    private static readonly CultureInfo[] Cultures =
    [
        CultureInfo.GetCultureInfo("en-GB"),
        CultureInfo.GetCultureInfo("de-DE"),
        CultureInfo.GetCultureInfo("fr-FR"),
    ];
    private static readonly string[] Dated = ["d MMMM yyyy", "d MMM yyyy", "MMMM d yyyy", "MMM d yyyy"];
    private static readonly FrozenDictionary<string, IsoDayOfWeek> Days = DayNames();

    private static readonly FrozenDictionary<string, TimeUnit> Units = new (TimeUnit Unit, string Words)[]
    {
        (TimeUnit.Hour, "h hour hours stunde stunden heure heures"),
        (TimeUnit.Day, "d day days tag tage tagen jour jours"),
        (TimeUnit.Week, "w week weeks woche wochen semaine semaines"),
        (TimeUnit.Month, "mo month months monat monate monaten mois"),
    }
        .SelectMany(unit => unit.Words.Split(' ').Select(word => (word, unit.Unit)))
        .ToFrozenDictionary(one => one.word, one => one.Unit, StringComparer.Ordinal);

    /// <summary>When the reply was written.</summary>
    public Instant Now => now;

    /// <summary>The moment some words name, in lower case; null when they name none.</summary>
    public Instant? Find(string words)
    {
        words = Daytime().Replace(LeadingWords().Replace(words, ""), "").Trim(' ', ',', ':');
        if (words.Length == 0)
            return null;

        var today = calendar.Date(now);
        if (
            Length().Match(words) is { Success: true } length
            && Units.TryGetValue(length.Groups["unit"].Value, out var unit)
            && ParseAmount(length.Groups["amount"].Value) is > 0 and < 1000 and var amount)
            return unit == TimeUnit.Hour
                ? now + Duration.FromHours(amount)
                : Morning(
                    unit switch
                    {
                        TimeUnit.Week => today.PlusWeeks(amount),
                        TimeUnit.Month => today.PlusMonths(amount),
                        _ => today.PlusDays(amount),
                    });

        switch (words)
        {
            case "tomorrow" or "morgen" or "demain":
                return Morning(today.PlusDays(1));
            case "day after tomorrow" or "the day after tomorrow" or "übermorgen" or "uebermorgen" or "après-demain":
                return Morning(today.PlusDays(2));
            case "next week" or "nächste woche" or "nächster woche" or "naechste woche" or "semaine prochaine" or "la semaine prochaine":
                return Morning(today.Next(IsoDayOfWeek.Monday));
            case "next month" or "nächsten monat" or "naechsten monat" or "mois prochain" or "le mois prochain":
                return Morning(today.PlusMonths(1).With(DateAdjusters.StartOfMonth));
        }

        if (Days.TryGetValue(NextDay().Replace(words, ""), out var day))
            return Morning(today.Next(day));

        if (DateTime.TryParseExact(words, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return Morning(LocalDate.FromDateTime(date));

        words = OrdinalEnding()
            .Replace(words.Replace(".", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal), "${day}");
        foreach (var culture in Cultures)
        {
            if (DateTime.TryParseExact(words, Dated, culture, DateTimeStyles.None, out date))
                return Morning(LocalDate.FromDateTime(date));

            // Without a year the next such day is meant; a leap year lets 29 February be written.
            if (DateTime.TryParseExact(words + " 2024", Dated, culture, DateTimeStyles.None, out date))
            {
                var next = new AnnualDate(date.Month, date.Day);
                return Morning(next.InYear(today.Year) > today ? next.InYear(today.Year) : next.InYear(today.Year + 1));
            }
        }

        return null;
    }

    private Instant Morning(LocalDate date) => calendar.StartOfBusinessDayOnOrAfter(date);

    private static int? ParseAmount(string written) =>
        int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) ? amount
        : written is "a" or "an" or "one" or "einem" or "einer" or "einen" or "ein" or "eine" or "un" or "une" ? 1
        : null;

    private static FrozenDictionary<string, IsoDayOfWeek> DayNames()
    {
        var names = new Dictionary<string, IsoDayOfWeek>(StringComparer.Ordinal);
        foreach (var culture in Cultures)
        {
            var format = culture.DateTimeFormat;
            for (var day = 0; day < 7; day++)
            {
                var iso = day == 0 ? IsoDayOfWeek.Sunday : (IsoDayOfWeek)day;
                names.TryAdd(format.DayNames[day].ToLowerInvariant(), iso);
                names.TryAdd(format.AbbreviatedDayNames[day].TrimEnd('.').ToLowerInvariant(), iso);
            }
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [GeneratedRegex(
        @"^(?<amount>\d{1,3}|an?|one|einem|einer|einen|eine?|une?)\s*(?<unit>\p{L}+)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Length();

    [GeneratedRegex(@"^(?:(?:until|till|bis|jusqu'à|jusqu'au|for|für|um|in|dans|de|to|on|am|le|la|à|au|zum|auf|den|this|coming|diesen|"
        + @"kommenden|ce|pour|the)\s+)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LeadingWords();

    [GeneratedRegex(@"\s+(?:morning|früh|vormittag|matin)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Daytime();

    [GeneratedRegex(@"^(?:next|nächsten|naechsten|prochain)\s+|\s+prochain$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NextDay();

    [GeneratedRegex(@"\b(?<day>\d{1,2})(?:st|nd|rd|th|er)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OrdinalEnding();
}
