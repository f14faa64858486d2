using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>Reads the times and lengths of calls as telephone systems write them.</summary>
/// <param name="zone">Of times that name none.</param>
/// <param name="isMonthFirst">Whether 03/04/2026 is 4 March.</param>
internal sealed partial class CallTimes(DateTimeZone zone, bool isMonthFirst)
{
    private const int EpochDigits = 10;
    private const int MillisecondDigits = 13;
    private const int LongestText = 100;

    /// <summary>In milliseconds.</summary>
    private const int Patience = 1000;

    private const int LongestSeconds = 7 * 86_400;

    /// <summary>A year before it is one of two digits.</summary>
    private const int FirstYear = 1900;

    private static readonly string[] Clocks = ["H:mm:ss.FFFFFFF", "H:mm", "h:mm:ss tt", "h:mm tt"];

    private static readonly string[] PlainDays =
    [
        "uuuu-M-d", "uuuu/M/d", "uuuuMMdd", "d.M.uuuu", "d.M.yy", "d-M-uuuu", "d MMM uuuu", "d MMMM uuuu", "MMM d, uuuu", "MMMM d, uuuu",
        "d-MMM-uuuu", "d-MMM-yy", "MMM d uuuu", "d/MMM/uuuu",
    ];

    private static readonly string[] DayFirst = ["d/M/uuuu", "d/M/yy"];
    private static readonly string[] MonthFirst = ["M/d/uuuu", "M/d/yy"];

    private readonly LocalDateTimePattern[] patterns =
    [
        .. from day in PlainDays.Concat(isMonthFirst ? MonthFirst : DayFirst)
        from clock in Clocks
        select LocalDateTimePattern.Create($"{day} {clock}", English, new LocalDateTime(2000, 1, 1, 0, 0)),
    ];

    private LocalDateTimePattern? last;

    private static CultureInfo English { get; } = CreateEnglish();

    /// <summary>The moment, and whether it is written without seconds; null for what cannot be read.</summary>
    public (Instant At, bool IsToTheMinute)? Find(string text)
    {
        if (text.Length > LongestText)
            return null;

        var plain = Weekday().Replace(Blanks().Replace(text.Trim(), " "), "");
        if (Epoch().IsMatch(plain))
        {
            var number = long.Parse(plain, CultureInfo.InvariantCulture);
            return plain.Length switch
            {
                EpochDigits => (Instant.FromUnixTimeSeconds(number), false),
                MillisecondDigits => (Instant.FromUnixTimeSeconds(number / 1000), false),
                _ => null,
            };
        }

        var match = Offset().Match(plain);
        var (local, offset) = match.Success ? (plain[..match.Index].TrimEnd(), OffsetIn(match)) : (plain, null);
        local = DateAndTime().Replace(local, "${day} ${clock}");
        if (FindLocal(local) is not { } moment)
            return null;

        var at = offset is { } shift ? moment.WithOffset(shift).ToInstant() : moment.InZoneLeniently(zone).ToInstant();
        return (Instant.FromUnixTimeSeconds(at.ToUnixTimeSeconds()), !Seconds().IsMatch(local));
    }

    /// <summary>
    /// A length in whole seconds: <c>83</c>, <c>1:23</c>, <c>0:01:23</c>, <c>1m 23s</c>; null for what cannot be read. Nothing and a dash
    /// are none.
    /// </summary>
    /// <param name="text">As written.</param>
    /// <param name="isInMinutes">Whether two numbers are hours and minutes.</param>
    public static int? FindLength(string text, bool isInMinutes)
    {
        var plain = text.Trim().ToLowerInvariant();
        if (plain.Length > LongestText)
            return null;

        if (plain.Length == 0 || plain is "-" or "--" or "n/a" or "none" or "in progress")
            return 0;

        if (decimal.TryParse(
                plain.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= LongestSeconds)
            return (int)seconds;

        if (ClockLength().Match(plain) is { Success: true } clock)
        {
            var parts = clock.Value.Split('.')[0].Split(':').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            return parts.Length == 3 ? (parts[0] * 3600) + (parts[1] * 60) + parts[2]
                : isInMinutes ? (parts[0] * 3600) + (parts[1] * 60)
                : (parts[0] * 60) + parts[1];
        }

        if (WordLength().Match(plain) is not { Success: true } words)
            return null;

        return (Part(words, "h") * 3600) + (Part(words, "m") * 60) + Part(words, "s");
    }

    /// <summary>Whether days written with slashes can be only one way round; null where nothing tells.</summary>
    public static bool? TellsMonthFirst(IEnumerable<string> times)
    {
        foreach (
            var match in times.Where(time => time.Length <= LongestText)
                .Select(time => Slashes().Match(time))
                .Where(match => match.Success))
        {
            var (first, second) = (int.Parse(match.Groups["a"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups["b"].ValueSpan, CultureInfo.InvariantCulture));
            if (first > 12 && second <= 12)
                return false;
            if (second > 12 && first <= 12)
                return true;
        }

        return null;
    }

    private static CultureInfo CreateEnglish()
    {
        var english = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        english.DateTimeFormat.AMDesignator = "AM";
        english.DateTimeFormat.PMDesignator = "PM";
        return english;
    }

    private LocalDateTime? FindLocal(string text)
    {
        if (last?.Parse(text) is { Success: true, Value.Year: > FirstYear } same)
            return same.Value;

        foreach (var pattern in patterns)
        {
            if (pattern.Parse(text) is { Success: true, Value.Year: > FirstYear } read)
            {
                last = pattern;
                return read.Value;
            }
        }

        return null;
    }

    private static NodaTime.Offset? OffsetIn(Match match)
    {
        if (!match.Groups["h"].Success)
            return NodaTime.Offset.Zero;

        var minutes = (int.Parse(match.Groups["h"].ValueSpan, CultureInfo.InvariantCulture) * 60)
            + (match.Groups["m"].Success ? int.Parse(match.Groups["m"].ValueSpan, CultureInfo.InvariantCulture) : 0);
        return NodaTime.Offset.FromSeconds((match.Groups["sign"].Value == "-" ? -60 : 60) * Math.Min(minutes, 18 * 60));
    }

    private static int Part(Match words, string name) =>
        words.Groups[name].Success ? int.Parse(words.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Blanks();

    [GeneratedRegex("^(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*[.,]* (?=[0-9a-z])",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Weekday();

    [GeneratedRegex("^([0-9]{10}|[0-9]{13})$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"(?<=[0-9mM]) ?\(?(utc|gmt|z|(utc|gmt)?(?<sign>[+-])(?<h>[0-9]{1,2}):?(?<m>[0-9]{2})?)\)?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Offset();

    /// <summary>Between the day and the time may stand a T, a comma or a dash.</summary>
    [GeneratedRegex(@"^(?<day>.*[0-9])(T|, | - | at | um |; | )(?<clock>[0-9]{1,2}:.*)$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex DateAndTime();

    [GeneratedRegex(@":[0-9]{2}:[0-9]{2}", RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Seconds();

    [GeneratedRegex(
        @"^[0-9]{1,4}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex ClockLength();

    [GeneratedRegex(
        @"^((?<h>[0-9]{1,3}) ?(h|hr|hrs|hours?|std\.?|stunden?)[ ,]*)?((?<m>[0-9]{1,4}) ?(m|min|mins|minutes?|minuten?)\.?[ ,]*)?"
            + @"((?<s>[0-9]{1,6}) ?(s|sec|secs|seconds?|sek\.?|sekunden?))?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex WordLength();

    [GeneratedRegex("(?<![0-9])(?<a>[0-9]{1,2})/(?<b>[0-9]{1,2})/[0-9]{2,4}", RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Slashes();
}
