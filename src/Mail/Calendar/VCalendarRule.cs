using System.Globalization;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// The recurrence rules of vCalendar 1.0 ("Recurrence Rule Grammar"): <c>W2 MO WE #10</c>, <c>MP1 1+ MO 20261231T000000</c>, <c>YM1 3
/// #0</c>.
/// </summary>
internal static class VCalendarRule
{
    /// <summary>The same rule in the words of RFC 5545; null if it cannot be told.</summary>
    public static string? Translate(string text, LocalDateTime start)
    {
        var words = text.Trim().ToUpperInvariant().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return null;

        var kind = words[0].TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var frequency = kind switch
        {
            "M" => "MINUTELY",
            "D" => "DAILY",
            "W" => "WEEKLY",
            "MP" or "MD" => "MONTHLY",
            "YM" or "YD" => "YEARLY",
            _ => null,
        };
        if (
            frequency is null
            || !int.TryParse(words[0].AsSpan(kind.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var interval)
            || interval < 1)
            return null;

        var rule = new StringBuilder().Append(CultureInfo.InvariantCulture, $"FREQ={frequency};INTERVAL={interval}");
        var values = new List<string>();
        var ordinals = new List<string>();
        var count = 2; // the grammar's own default when neither a number nor an end is given
        string? until = null;
        var daysSeen = false;
        foreach (var word in words.Skip(1))
        {
            if (word[0] == '#')
                count = int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : count;
            else if (DateValue.Parse(word) is not null)
                until = word;
            else if (kind == "MP" && word[^1] is '+' or '-')
            {
                // "1+ 2+ MO TU 1- FR": places, the days they are for, and again.
                ordinals = daysSeen ? [Ordinal(word)] : [.. ordinals, Ordinal(word)];
                daysSeen = false;
            }
            else if (kind == "MP" && IsDay(word))
            {
                values.AddRange(ordinals.Select(ordinal => ordinal + word));
                daysSeen = true;
            }
            else if (kind == "W" && IsDay(word))
                values.Add(word);
            else if (kind == "MD" && word == "LD")
                values.Add("-1");
            else if (
                kind is "MD"
                && int.TryParse(word.TrimEnd('+', '-'), NumberStyles.None, CultureInfo.InvariantCulture, out var dayOfMonth))
                values.Add((word[^1] == '-' ? -dayOfMonth : dayOfMonth).ToString(CultureInfo.InvariantCulture));
            else if (kind is "YM" or "YD" && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                values.Add(word);
        }

        if (values.Count > 0)
            rule.Append(
                    kind switch
                    {
                        "W" or "MP" => ";BYDAY=",
                        "MD" => ";BYMONTHDAY=",
                        "YM" => ";BYMONTH=",
                        _ => ";BYYEARDAY=",
                    })
                .AppendJoin(',', values);
        if (kind == "YM" && values.Count > 0)
            rule.Append(CultureInfo.InvariantCulture, $";BYMONTHDAY={start.Day}");
        if (until is not null)
            rule.Append(";UNTIL=").Append(until);
        else if (count > 0)
            rule.Append(CultureInfo.InvariantCulture, $";COUNT={count}");
        return rule.ToString();
    }

    private static bool IsDay(string word) => word is "MO" or "TU" or "WE" or "TH" or "FR" or "SA" or "SU";

    private static string Ordinal(string word) => word[^1] == '-' ? "-" + word[..^1] : word[..^1];
}
