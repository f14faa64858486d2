using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Commands;

/// <summary>
/// Understands what readers answer: a verb, the numbers or ids of items, and for a snooze a time, in English, German or French, one command
/// a line. Greetings and other prose are passed over; a line that begins like a command and is none is refused with a reason.
/// </summary>
/// <param name="calendar">The reader's; a snooze until a day ends when that day begins to be worked.</param>
/// <param name="now">When the reply was written.</param>
public sealed partial class ReplyGrammar(BusinessCalendar calendar, Instant now)
{
    private const int MostLines = 100;
    private const int MostTargets = 100;

    /// <summary>Longer words first where one begins another.</summary>
    private static readonly (string Word, string Verb)[] Verbs =
    [
        ("not useful", "not-useful"),
        ("not-useful", "not-useful"),
        ("nicht nützlich", "not-useful"),
        ("pas utile", "not-useful"),
        ("snooze", "snooze"),
        ("remind me of", "snooze"),
        ("erinnere mich an", "snooze"),
        ("rappelle-moi", "snooze"),
        ("rappelez-moi", "snooze"),
        ("reporter", "snooze"),
        ("später", "snooze"),
        ("spaeter", "snooze"),
        ("plus tard", "snooze"),
        ("later", "snooze"),
        ("done", "done"),
        ("erledigt", "done"),
        ("fertig", "done"),
        ("fait", "done"),
        ("called", "called"),
        ("phoned", "called"),
        ("angerufen", "called"),
        ("telefoniert", "called"),
        ("appelé", "called"),
        ("appele", "called"),
        ("téléphoné", "called"),
        ("resolved", "resolved"),
        ("gelöst", "resolved"),
        ("geloest", "resolved"),
        ("résolu", "resolved"),
        ("resolu", "resolved"),
        ("untag", "untag"),
        ("tag", "tag"),
        ("note", "note"),
        ("notiz", "note"),
    ];

    private static readonly Dictionary<string, IsoDayOfWeek> Days = DayNames();

    private static readonly Dictionary<string, TimeUnit> Units = new (TimeUnit Unit, string Words)[]
    {
        (TimeUnit.Hour, "h hour hours stunde stunden heure heures"),
        (TimeUnit.Day, "d day days tag tage tagen jour jours"),
        (TimeUnit.Week, "w week weeks woche wochen semaine semaines"),
        (TimeUnit.Month, "mo month months monat monate mois"),
    }
        .SelectMany(unit => unit.Words.Split(' ').Select(word => (word, unit.Unit)))
        .ToDictionary(one => one.word, one => one.Unit, StringComparer.Ordinal);

    /// <param name="ownText">The author's own lines, quotes and signature taken off.</param>
    public SpokenReply Read(string ownText)
    {
        var commands = new List<SpokenCommand>();
        var refused = new List<RefusedLine>();
        foreach (var raw in ownText.Split('\n', ';').Take(MostLines))
        {
            var line = Courtesy().Replace(Bullet().Replace(PlainWords.Flatten(raw, 500), ""), "").TrimEnd('.', '!', ' ');
            var (command, reason) = Understand(line);
            if (command is not null)
                commands.Add(command);
            else if (reason is not null)
                refused.Add(new RefusedLine(PlainWords.Flatten(line, 80), reason));
        }

        return new SpokenReply(commands, refused);
    }

    /// <summary>Neither: prose.</summary>
    private (SpokenCommand? Command, string? Refused) Understand(string line)
    {
        if (MayIWrite().Match(line) is { Success: true } may)
            return Asked("may-i-write", line, line[may.Length..]);

        if (BriefAlone().IsMatch(line))
            return (new SpokenCommand("brief", line) { Text = "" }, null);

        if (Who().Match(line) is { Success: true } who)
            return Asked("brief", line, line[who.Length..]);

        if (Verbs.FirstOrDefault(known => BeginsWith(line, known.Word)) is { Word: { } word, Verb: { } verb })
            return Understand(verb, line, line[word.Length..].Trim(' ', ':'));

        // "2 done", as people write it beside the numbers of a list; with more behind it, it is a sentence.
        if (
            NumberFirst().Match(line) is { Success: true } turned
            && Verbs.FirstOrDefault(known => BeginsWith(turned.Groups["rest"].Value, known.Word)) is { Word: { } last, Verb: { } then }
            && then is not ("note" or "tag" or "untag")
            && turned.Groups["rest"].Value[last.Length..].Trim(' ', ':') is var more
            && (more.Length == 0 || then == "snooze"))
            return Understand(then, line, $"{turned.Groups["number"].Value} {more}");

        if (TakenBack().IsMatch(line))
            return (
                null,
                "cannot be taken back; what is done comes up again when they write, and a snooze ends earlier when you snooze it once more"
            );

        return (
            null,
            WordAndNumber().IsMatch(line)
                ? "is no command; write done, snooze, called, resolved, not useful, tag or note, and the number of the line"
                : null);
    }

    /// <summary>A question about an address or a line; anything else that begins like one is prose.</summary>
    private static (SpokenCommand? Command, string? Refused) Asked(string verb, string line, string rest)
    {
        if (
            string.Join(' ', Address().Matches(line).Select(match => match.Value.ToLowerInvariant()).Distinct()) is
            { Length: > 0 } addresses)
            return (new SpokenCommand(verb, line) { Text = addresses }, null);

        var (numbers, items, after) = Targets(rest.Trim(' ', ':', '?'));
        if (numbers.Count + items.Count > 0 && after.Length == 0)
            return (new SpokenCommand(verb, line) { Numbers = numbers, Items = items }, null);

        return (null, verb == "may-i-write" ? "names no address; write for example \"can i write to jane@acme.example\"" : null);
    }

    private (SpokenCommand? Command, string? Refused) Understand(string verb, string line, string rest)
    {
        if (verb == "note" && !Target().IsMatch(rest))
            return rest.Length > 0 ? (new SpokenCommand(verb, line) { Text = rest }, null) : (null, "has no text");

        var (numbers, items, after) = Targets(rest);
        if (numbers.Count + items.Count == 0)
        {
            // "Done!" alone, or "done with this now": prose, unless something is meant to follow.
            return
                verb is "snooze" or "tag" or "untag"
                || rest.Length == 0
                || char.IsAsciiDigit(rest[0])
                || rest.ToLowerInvariant() is "all" or "everything" or "alles" or "alle" or "tout"
                ? (null, $"names no line; write for example \"{line.Split(' ')[0]} 2\"")
                : (null, null);
        }

        var command = new SpokenCommand(verb, line) { Numbers = numbers, Items = items };
        return verb switch
        {
            "snooze" => Snoozed(command, after),
            "tag" or "untag" => after.Length > 0 && TagName().IsMatch(after.ToLowerInvariant())
                ? (command with { Tag = after.ToLowerInvariant() }, null)
                : (null, "names no tag; write for example \"tag 2 vip\""),
            "note" => after.Length > 0 ? (command with { Text = after }, null) : (null, "has no text"),
            _ => (command, null),
        };
    }

    private (SpokenCommand? Command, string? Refused) Snoozed(SpokenCommand command, string when)
    {
        var words = LeadingWords().Replace(when.ToLowerInvariant(), "").Trim(' ', ',', ':');
        if (words.Length == 0)
            return (null, "does not say until when; write for example \"snooze 2 friday\" or \"snooze 2 3d\"");

        if (MomentOf(words) is not { } until)
            return (
                null,
                $"\"{PlainWords.Flatten(words, 40)}\" is no time; write a day (friday, 12 march, 2026-06-01) or a length (3d, 2 weeks)");

        return until <= now ? (null, $"\"{PlainWords.Flatten(words, 40)}\" lies in the past") : (command with { Until = until }, null);
    }

    private Instant? MomentOf(string words)
    {
        var today = calendar.DateOf(now);
        if (
            Length().Match(words) is { Success: true } length
            && Units.TryGetValue(length.Groups["unit"].Value, out var unit)
            && int.TryParse(length.Groups["amount"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
            && amount is > 0 and < 1000)
            return unit == TimeUnit.Hour
                ? now + Duration.FromHours(amount)
                : Morning(
                    unit switch
                    {
                        TimeUnit.Week => today.PlusWeeks(amount),
                        TimeUnit.Month => today.PlusMonths(amount),
                        _ => today.PlusDays(amount),
                    });

        if (words is "tomorrow" or "morgen" or "demain")
            return Morning(today.PlusDays(1));

        if (words is "next week" or "nächste woche" or "semaine prochaine")
            return Morning(today.Next(IsoDayOfWeek.Monday));

        if (Days.TryGetValue(NextDay().Replace(words, ""), out var day))
            return Morning(today.Next(day));

        if (DateTime.TryParseExact(words, "yyyy-M-d", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return Morning(LocalDate.FromDateTime(date));

        foreach (var culture in (string[])["en-GB", "de-DE", "fr-FR"])
        {
            if (
                DateTime.TryParseExact(
                    words.Replace(".", "", StringComparison.Ordinal),
                    ["d MMMM yyyy", "d MMM yyyy"],
                    CultureInfo.GetCultureInfo(culture),
                    DateTimeStyles.None,
                    out date))
                return Morning(LocalDate.FromDateTime(date));

            // Without a year the next such day is meant; a leap year lets 29 February be written.
            if (
                DateTime.TryParseExact(
                    words.Replace(".", "", StringComparison.Ordinal) + " 2024",
                    ["d MMMM yyyy", "d MMM yyyy"],
                    CultureInfo.GetCultureInfo(culture),
                    DateTimeStyles.None,
                    out date))
            {
                var next = new AnnualDate(date.Month, date.Day);
                return Morning(next.InYear(today.Year) > today ? next.InYear(today.Year) : next.InYear(today.Year + 1));
            }
        }

        return null;
    }

    private Instant Morning(LocalDate date) => calendar.StartOfBusinessDayOnOrAfter(date);

    /// <summary>Numbers, ranges and ids at the beginning; what follows them.</summary>
    private static (List<int> Numbers, List<string> Items, string After) Targets(string rest)
    {
        var numbers = new List<int>();
        var items = new List<string>();
        for (var target = Target().Match(rest); target.Success && numbers.Count + items.Count < MostTargets; target = Target().Match(rest))
        {
            var first = target.Groups["from"].Value;
            if (first.Length > 0)
            {
                var from = int.Parse(first, CultureInfo.InvariantCulture);
                var to = target.Groups["to"].Success ? int.Parse(target.Groups["to"].Value, CultureInfo.InvariantCulture) : from;
                for (var number = from; number <= to && numbers.Count < MostTargets; number++)
                    numbers.Add(number);
            }
            else
            {
                items.Add(target.Groups["id"].Value.ToUpperInvariant());
            }

            rest = rest[target.Length..].TrimStart();
        }

        return (numbers, items, rest);
    }

    private static bool BeginsWith(string line, string word) =>
        line.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        && (line.Length == word.Length || !char.IsLetterOrDigit(line[word.Length]));

    private static Dictionary<string, IsoDayOfWeek> DayNames()
    {
        var names = new Dictionary<string, IsoDayOfWeek>(StringComparer.Ordinal);
        foreach (var culture in (string[])["en-GB", "de-DE", "fr-FR"])
        {
            var format = CultureInfo.GetCultureInfo(culture).DateTimeFormat;
            for (var day = 0; day < 7; day++)
            {
                var iso = day == 0 ? IsoDayOfWeek.Sunday : (IsoDayOfWeek)day;
                names.TryAdd(format.DayNames[day].ToLowerInvariant(), iso);
                names.TryAdd(format.AbbreviatedDayNames[day].TrimEnd('.').ToLowerInvariant(), iso);
            }
        }

        return names;
    }

    /// <summary>
    /// A number (not one that begins a length or a date), a range, or an id of letters and digits, with what joins it to the next.
    /// </summary>
    [GeneratedRegex(
        @"^(?:(?:#|nr\.? ?|no\.? "
            + @"?)?(?<from>\d{1,3})(?:\s*-\s*(?<to>\d{1,3}))?(?![\w-])(?!\s*(?:hours?|days?|weeks?|months?|tagen?|tage|wochen?|monate?|"
            + @"jours?|semaines?|mois|\.?\s*(?:jan|feb|fév|mar|mär|apr|avr|may|mai|jun|juin|jul|juil|aug|aoû|sep|oct|okt|nov|dec|dez|"
            + @"déc)\p{L}*\.?(?:\s+\d{4})?$))|(?<id>(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{5,10})(?!\w))\s*(?:,|\+|&|and\b|und\b|et\b)?",
        RegexOptions.IgnoreCase,
        1000)]
    private static partial Regex Target();

    /// <summary>"Can I write to", in the words of three languages; in German the verb stands at the end.</summary>
    [GeneratedRegex(
        @"^(?:(?:can|may|could|should|shall|am|are)\s+(?:i|we)\b.*\b(?:write|mail|e-?mail|contact|message|reach|approach)|(?:darf|kann|"
            + @"könnte|soll|dürfen|können|sollen)\s+(?:ich|wir)\b.*\b(?:schreiben|anschreiben|mailen|anmailen|kontaktieren)|(?:puis-je|"
            + @"peut-on|pouvons-nous|dois-je|on\s+peut|je\s+peux|est-ce\s+que\s+je\s+peux|est-ce\s+qu['’]on\s+peut)\b.*\b(?:écrire|"
            + @"ecrire|contacter|relancer|joindre))\b(?:\s+(?:to|an|à|a)\b)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MayIWrite();

    [GeneratedRegex(
        @"^(?:my\s+|mein\s+|mon\s+)?brief(?:ing)?\??$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex BriefAlone();

    [GeneratedRegex(
        @"^(?:who(?:['’]s|\s+is|\s+are)?|brief(?:ing)?|wer(?:\s+(?:ist|sind))?|qui(?:\s+(?:est|sont))?|c['’]est\s+qui|tell\s+me\s+about|"
            + @"what\s+do\s+we\s+know\s+(?:about|of)|was\s+wissen\s+wir\s+über|que\s+savons-nous\s+(?:de|sur)|infos?(?:\s+(?:about|on|"
            + @"über|zu|sur))?)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Who();

    [GeneratedRegex(@"[\w.!#$%&'*+/=^{|}~-]+@[\w-]+(?:\.[\w-]+)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex(@"^(?:[-–—*•·▪●o]\s+)+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Bullet();

    [GeneratedRegex(
        @"^(?:(?:please|pls|bitte|svp|stp|s['’]il\s+(?:vous|te)\s+pla[iî]t|hi|hello|hey|hallo|bonjour|and|und|et)[,:]?\s+)+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Courtesy();

    [GeneratedRegex(
        @"^(?:undo|revert|rückgängig|annuler|défaire)\b.*\d",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TakenBack();

    [GeneratedRegex(@"^#?(?<number>\d{1,3})\s*[:.)=–-]?\s+(?<rest>\p{L}.*)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NumberFirst();

    [GeneratedRegex(@"^(?<amount>\d{1,3})\s*(?<unit>\p{L}+)$", RegexOptions.None, 1000)]
    private static partial Regex Length();

    [GeneratedRegex(@"^(?:until|till|bis|jusqu'à|jusqu'au|for|für|um|in|dans|to|on|am|le)\b\s*", RegexOptions.None, 1000)]
    private static partial Regex LeadingWords();

    [GeneratedRegex(@"^(?:next|nächsten|prochain)\s+|\s+prochain$", RegexOptions.None, 1000)]
    private static partial Regex NextDay();

    [GeneratedRegex(@"^[a-z][a-z0-9-]*$", RegexOptions.None, 1000)]
    private static partial Regex TagName();

    [GeneratedRegex(@"^\p{L}{3,15}\s+#?\d{1,3}$", RegexOptions.None, 1000)]
    private static partial Regex WordAndNumber();
}
