using System.Globalization;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>The unit a <see cref="RecurrenceRule"/> counts in (RFC 5545 section 3.3.10, FREQ).</summary>
public enum Frequency
{
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>One value of BYDAY: a weekday, and which of them in the month or year (1 the first, -1 the last, 0 every one).</summary>
public sealed record WeekdayPlace(int Ordinal, IsoDayOfWeek Day);

/// <summary>
/// A recurrence rule (RFC 5545 section 3.3.10). Lists are sorted and without repeats; an empty list says the part is absent.
/// Equality compares the printed form.
/// </summary>
public sealed class RecurrenceRule : IEquatable<RecurrenceRule>
{
    private static readonly string[] DayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    private RecurrenceRule()
    {
    }

    /// <summary>The unit of one period of the rule.</summary>
    public Frequency Frequency { get; private set; }

    /// <summary>Every how many periods; 1 or more.</summary>
    public int Interval { get; private set; } = 1;

    /// <summary>How many occurrences in all, the first one (DTSTART) included; null without such a bound.</summary>
    public int? Count { get; private set; }

    /// <summary>The last moment, inclusive, as written; null without such a bound. <see cref="UntilKind"/> says how to read it.</summary>
    public LocalDateTime? Until { get; private set; }

    /// <summary>Whether <see cref="Until"/> is a date (the whole day counts), UTC, or local time of the series.</summary>
    public CalendarTimeKind UntilKind { get; private set; }

    /// <summary>0 to 59; a written 60 (leap second) is read as 59.</summary>
    public IReadOnlyList<int> BySecond { get; private set; } = [];

    /// <summary>0 to 59.</summary>
    public IReadOnlyList<int> ByMinute { get; private set; } = [];

    /// <summary>0 to 23.</summary>
    public IReadOnlyList<int> ByHour { get; private set; } = [];

    /// <summary>Weekdays with their place.</summary>
    public IReadOnlyList<WeekdayPlace> ByDay { get; private set; } = [];

    /// <summary>1 to 31, or -31 to -1 from the end.</summary>
    public IReadOnlyList<int> ByMonthDay { get; private set; } = [];

    /// <summary>1 to 366, or -366 to -1 from the end.</summary>
    public IReadOnlyList<int> ByYearDay { get; private set; } = [];

    /// <summary>1 to 53, or -53 to -1 from the end; only with <see cref="Frequency.Yearly"/>.</summary>
    public IReadOnlyList<int> ByWeekNumber { get; private set; } = [];

    /// <summary>1 to 12.</summary>
    public IReadOnlyList<int> ByMonth { get; private set; } = [];

    /// <summary>Which of a period's instances count: 1 the first, -1 the last.</summary>
    public IReadOnlyList<int> BySetPosition { get; private set; } = [];

    /// <summary>The day weeks begin with.</summary>
    public IsoDayOfWeek WeekStart { get; private set; } = IsoDayOfWeek.Monday;

    /// <summary>
    /// Reads a rule as calendars write it. Values out of range are left out; a rule that cannot be understood gives null.
    /// </summary>
    /// <param name="text">The value of RRULE or EXRULE, for instance <c>FREQ=WEEKLY;BYDAY=MO</c>.</param>
    /// <param name="problem">What was wrong, in words, whether or not a rule came out; null if nothing was.</param>
    public static RecurrenceRule? Parse(string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rule = new RecurrenceRule();
        var problems = new List<string>();
        var hasFrequency = false;

        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                problems.Add("a part without \"=\" is left out");
                continue;
            }

            var name = part[..equals].Trim().ToUpperInvariant();
            var value = part[(equals + 1)..].Trim();
            switch (name)
            {
                case "FREQ":
                    hasFrequency = Enum.TryParse<Frequency>(value, ignoreCase: true, out var frequency) && char.IsAsciiLetter(value[0]);
                    rule.Frequency = frequency;
                    break;
                case "INTERVAL":
                    if (int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var interval) && interval > 0)
                        rule.Interval = interval;
                    else
                        problems.Add($"INTERVAL={Short(value)} is read as 1");
                    break;
                case "COUNT":
                    if (int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) && count > 0)
                        rule.Count = count;
                    else
                        problems.Add($"COUNT={Short(value)} is left out");
                    break;
                case "UNTIL":
                    if (!rule.ReadUntil(value))
                        problems.Add($"UNTIL={Short(value)} is left out");
                    break;
                case "WKST":
                    if (Array.IndexOf(DayNames, value.ToUpperInvariant()) is >= 0 and var first)
                        rule.WeekStart = (IsoDayOfWeek)(first + 1);
                    else
                        problems.Add($"WKST={Short(value)} is read as MO");
                    break;
                case "BYSECOND":
                    rule.BySecond = [.. Numbers(name, value, 0, 60, problems).Select(second => Math.Min(second, 59)).Distinct()];
                    break;
                case "BYMINUTE":
                    rule.ByMinute = Numbers(name, value, 0, 59, problems);
                    break;
                case "BYHOUR":
                    rule.ByHour = Numbers(name, value, 0, 23, problems);
                    break;
                case "BYDAY":
                    rule.ByDay = Days(value, problems);
                    break;
                case "BYMONTHDAY":
                    rule.ByMonthDay = Numbers(name, value, -31, 31, problems);
                    break;
                case "BYYEARDAY":
                    rule.ByYearDay = Numbers(name, value, -366, 366, problems);
                    break;
                case "BYWEEKNO":
                    rule.ByWeekNumber = Numbers(name, value, -53, 53, problems);
                    break;
                case "BYMONTH":
                    rule.ByMonth = Numbers(name, value, 1, 12, problems);
                    break;
                case "BYSETPOS":
                    rule.BySetPosition = Numbers(name, value, int.MinValue + 1, int.MaxValue, problems);
                    break;
                case "RSCALE" when string.Equals(value, "GREGORIAN", StringComparison.OrdinalIgnoreCase):
                case "SKIP" when string.Equals(value, "OMIT", StringComparison.OrdinalIgnoreCase):
                    break;
                case "RSCALE":
                case "SKIP":
                    problem = $"{name}={Short(value)} (RFC 7529) is not supported; the rule is left out";
                    return null;
                default:
                    problems.Add($"the part {Short(name)} is not known and left out");
                    break;
            }
        }

        if (!hasFrequency)
            problems.Add("no FREQ; the rule is left out");
        if (rule.ByWeekNumber.Count > 0 && rule.Frequency != Frequency.Yearly)
        {
            rule.ByWeekNumber = [];
            problems.Add("BYWEEKNO is only for yearly rules and left out");
        }

        problem = problems.Count == 0 ? null : string.Join("; ", problems);
        return hasFrequency ? rule : null;
    }

    /// <summary>The rule in the notation of RFC 5545, parts in a fixed order.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("FREQ=").Append(Frequency.ToString().ToUpperInvariant());
        if (Interval != 1)
            text.Append(CultureInfo.InvariantCulture, $";INTERVAL={Interval}");
        if (Count is { } count)
            text.Append(CultureInfo.InvariantCulture, $";COUNT={count}");
        if (Until is { } until)
            text.Append(";UNTIL=").Append(DateValue.Print(until, UntilKind));
        List("BYMONTH", ByMonth);
        List("BYWEEKNO", ByWeekNumber);
        List("BYYEARDAY", ByYearDay);
        List("BYMONTHDAY", ByMonthDay);
        if (ByDay.Count > 0)
        {
            text.Append(";BYDAY=").AppendJoin(',', ByDay.Select(place =>
                (place.Ordinal == 0 ? "" : place.Ordinal.ToString(CultureInfo.InvariantCulture)) + DayNames[(int)place.Day - 1]));
        }

        List("BYHOUR", ByHour);
        List("BYMINUTE", ByMinute);
        List("BYSECOND", BySecond);
        List("BYSETPOS", BySetPosition);
        if (WeekStart != IsoDayOfWeek.Monday)
            text.Append(";WKST=").Append(DayNames[(int)WeekStart - 1]);
        return text.ToString();

        void List(string name, IReadOnlyList<int> values)
        {
            if (values.Count > 0)
                text.Append(';').Append(name).Append('=').AppendJoin(',', values);
        }
    }

    /// <inheritdoc/>
    public bool Equals(RecurrenceRule? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RecurrenceRule);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private bool ReadUntil(string value)
    {
        if (DateValue.Parse(value) is not { } date)
            return false;

        // 9999-12-31 is how some programs write "without end".
        if (date.Local.Year <= DateValue.LastYear)
            (Until, UntilKind) = (date.Local, date.Kind);
        return true;
    }

    private static List<int> Numbers(string name, string value, int lowest, int highest, List<string> problems)
    {
        var numbers = new List<int>();
        foreach (var item in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Lists that count from the end have no 0.
            if (int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= lowest && number <= highest && (number != 0 || lowest == 0))
                numbers.Add(number);
            else
                problems.Add($"{name}={Short(item)} is left out");
        }

        return [.. numbers.Distinct().Order()];
    }

    private static List<WeekdayPlace> Days(string value, List<string> problems)
    {
        var days = new List<WeekdayPlace>();
        foreach (var item in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var day = item.Length < 2 ? -1 : Array.IndexOf(DayNames, item[^2..].ToUpperInvariant());
            var ordinal = 0;
            if (
                day >= 0
                && (
                    item.Length == 2
                    || (
                        int.TryParse(item[..^2], NumberStyles.Integer, CultureInfo.InvariantCulture, out ordinal)
                        && ordinal is not 0 and >= -53 and <= 53)))
                days.Add(new WeekdayPlace(ordinal, (IsoDayOfWeek)(day + 1)));
            else
                problems.Add($"BYDAY={Short(item)} is left out");
        }

        return [.. days.Distinct().OrderBy(place => place.Day).ThenBy(place => place.Ordinal)];
    }

    private static string Short(string value) => value.Length <= 20 ? value : value[..20] + "...";
}
