using NodaTime;

namespace CrmSync.Mail.Text;

/// <summary>Reads a calendar day as people write it in one language: <c>12 May</c>, <c>12.05.</c>, <c>the 8th</c>.</summary>
/// <param name="months">The number of each month by its names.</param>
/// <param name="dayFirst">Whether a day stands before its month in numbers; null where both ways are common.</param>
/// <param name="written">When it was written: a day without a year is the one that comes next.</param>
internal sealed class DayReader(IReadOnlyDictionary<string, int> months, bool? dayFirst, LocalDate written)
{
    /// <summary>A notice that somebody forgot to take down names a day of a few weeks ago.</summary>
    private const int MostDaysAgo = 60;

    private const int MostYearsAhead = 3;

    /// <summary>A day that numbers give in two ways is the one of the two that is soon.</summary>
    private const int Soon = 120;

    /// <summary>The day that begins at a word and the word behind it; no day where none can be told for sure.</summary>
    public (LocalDate? Day, int Next) Read(List<SentenceWord> words, int at)
    {
        var first = Number(words, at);
        if (first >= 1000)
            return YearFirst(words, at, first);
        if (first is >= 1 and <= 31)
            return DayOrMonthFirst(words, at, first);
        if (Month(words, at) is > 0 and var month && Number(words, Behind(words, at + 1)) is >= 1 and <= 31 and var day)
            return WithYear(words, Behind(words, at + 1) + 1, day, month);

        return (null, at);
    }

    /// <summary>The next day of a month with a number.</summary>
    public LocalDate? NextWithNumber(int number)
    {
        for (var date = written; date < written.PlusDays(62); date = date.PlusDays(1))
        {
            if (date.Day == number)
                return date;
        }

        return null;
    }

    private (LocalDate? Day, int Next) YearFirst(List<SentenceWord> words, int at, int year) =>
        Is(words, at + 1, "-")
        && Is(words, at + 3, "-")
        && Number(words, at + 2) is > 0 and var month
        && Number(words, at + 4) is > 0 and var day
            ? (Valid(year, month, day), at + 5)
            : (null, at);

    private (LocalDate? Day, int Next) DayOrMonthFirst(List<SentenceWord> words, int at, int first)
    {
        var behind = Is(words, at + 1, ".") ? at + 2 : at + 1;
        if (Is(words, behind, "of") || Is(words, behind, "de"))
            behind++;
        if (Month(words, behind) is > 0 and var named)
            return WithYear(words, Is(words, behind + 1, ".") ? behind + 2 : behind + 1, first, named);

        var mark = at + 1 < words.Count ? words[at + 1].Text : "";
        if (mark is not ("." or "/" or "-") || Number(words, at + 2) is not (>= 1 and <= 31 and var second))
            return (null, at);

        var hasYear = Is(words, at + 3, mark) && Number(words, at + 4) is >= 0;
        if (mark == "-" && !hasYear)
            return (null, at);

        var end = hasYear ? at + 5 : Is(words, at + 3, mark) ? at + 4 : at + 3;
        int? year = hasYear ? Number(words, at + 4) is < 100 and var two ? 2000 + two : Number(words, at + 4) : null;
        if (mark == "." || dayFirst == true || second > 12)
            return (mark != "." && dayFirst != true ? Valid(year, first, second) : Valid(year, second, first), end);
        if (first > 12 || first == second)
            return (Valid(year, second, first), end);

        LocalDate?[] both = [Valid(year, second, first), Valid(year, first, second)];
        var soon = both.Where(day => day > written && day <= written.PlusDays(Soon)).ToList();
        return (soon.Count == 1 ? soon[0] : null, end);
    }

    private (LocalDate? Day, int Next) WithYear(List<SentenceWord> words, int at, int day, int month)
    {
        var year = Is(words, at, ",") ? at + 1 : at;
        return Number(words, year) is >= 1000 and var number ? (Valid(number, month, day), year + 1) : (Valid(null, month, day), at);
    }

    /// <summary>The day, if there is such a one; of a day without a year that of the year in which it is near.</summary>
    private LocalDate? Valid(int? year, int month, int day)
    {
        if (month is < 1 or > 12 || day is < 1 or > 31)
            return null;
        if (year is { } given)
            return Exists(given, month, day) && given <= written.Year + MostYearsAhead ? new LocalDate(given, month, day) : null;

        foreach (var near in (int[])[written.Year - 1, written.Year, written.Year + 1])
        {
            if (Exists(near, month, day) && new LocalDate(near, month, day) is var date && date >= written.PlusDays(-MostDaysAgo))
                return date;
        }

        return null;
    }

    private static bool Exists(int year, int month, int day) =>
        year is >= 1 and <= 9998 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month);

    private static int Behind(List<SentenceWord> words, int at) => Is(words, at, ".") || Is(words, at, "the") ? at + 1 : at;

    private int Month(List<SentenceWord> words, int at) => at < words.Count ? months.GetValueOrDefault(words[at].Text) : 0;

    private static int Number(List<SentenceWord> words, int at) => at < words.Count ? words[at].Number : -1;

    private static bool Is(List<SentenceWord> words, int at, string text) => at < words.Count && words[at].Text == text;
}
