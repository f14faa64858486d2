using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The moment of a mail as a program wrote it above a forwarded copy, in any language: its numbers tell day and time of day, whatever the
/// words and in whatever order.
/// </summary>
internal sealed class WrittenDate
{
    /// <summary>How long a mail may be under way.</summary>
    private const int MostMinutesUnderWay = 180;

    private readonly HashSet<int> numbers = [];
    private int? minuteOfDay;

    private WrittenDate()
    {
    }

    /// <summary>Reads what a block says of its moment; null when it names no day.</summary>
    public static WrittenDate? Parse(string? written)
    {
        var date = new WrittenDate();
        var text = (written ?? "").Replace("\u200E", "", StringComparison.Ordinal).Replace("\u200F", "", StringComparison.Ordinal);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsDigit(text[i]))
                continue;

            var number = NumberAt(text, ref i);
            if (
                date.minuteOfDay is null
                && number < 24
                && i + 3 <= text.Length
                && i < text.Length - 2
                && text[i] is ':' or '.' or 'h'
                && char.IsDigit(text[i + 1])
                && char.IsDigit(text[i + 2])
                && (i + 3 == text.Length || !char.IsDigit(text[i + 3]) && !(text[i] == '.' && text[i + 3] is '.' or '/')))
            {
                var at = i + 1;
                date.minuteOfDay = number * 60 + NumberAt(text, ref at);
                i = at;
                SkipSeconds(text, ref i);
                if (number < 12 && IsAfternoon(text, i))
                    date.minuteOfDay += 12 * 60;
            }
            else
            {
                date.numbers.Add(number);
            }
        }

        return date.numbers.Overlaps(Enumerable.Range(1, 31)) ? date : null;
    }

    /// <summary>Whether a mail that came at a moment may be the one this was written of.</summary>
    /// <param name="at">When the mail came.</param>
    /// <param name="zone">Where the forwarding colleague most likely is; other zones are thought of, too.</param>
    public bool Fits(Instant at, DateTimeZone zone)
    {
        var local = at.InZone(zone).LocalDateTime;
        var days = new[] { -1, 0, 1 }.Where(shift => numbers.Contains(local.Date.PlusDays(shift).Day)).ToList();
        if (days.Count == 0 || minuteOfDay is not { } minute)
            return days.Count > 0;

        return days.Exists(shift =>
        {
            var written = local.Date.PlusDays(shift).AtMidnight().PlusMinutes(minute);
            var late = (int)Period.Between(written, local, PeriodUnits.Minutes).Minutes;
            return Math.Abs(late) <= MostMinutesUnderWay || ((late % 30) + 30) % 30 is <= 3 or 29;
        });
    }

    private static int NumberAt(string text, ref int at)
    {
        var number = 0;
        for (; at < text.Length && char.IsDigit(text[at]); at++)
            number = number > 10_000 ? number : number * 10 + (int)char.GetNumericValue(text[at]);
        return number;
    }

    private static void SkipSeconds(string text, ref int at)
    {
        if (at + 2 >= text.Length || text[at] != ':' || !char.IsDigit(text[at + 1]))
            return;

        at++;
        NumberAt(text, ref at);
    }

    private static bool IsAfternoon(string text, int at)
    {
        var rest = text.AsSpan(at).TrimStart(" \u00A0\u202F.");
        return rest.StartsWith("p", StringComparison.OrdinalIgnoreCase)
            && rest.Length > 1
            && rest[1..].TrimStart(". ").StartsWith("m", StringComparison.OrdinalIgnoreCase);
    }
}
