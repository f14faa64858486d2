using System.Globalization;

namespace CrmSync.Domain.Time;

/// <summary>The units of policy-language.md section 3.</summary>
public enum TimeUnit
{
    /// <summary><c>m</c>: elapsed minutes.</summary>
    Minute,

    /// <summary><c>h</c>: elapsed hours.</summary>
    Hour,

    /// <summary><c>bm</c>: minutes of open time.</summary>
    BusinessMinute,

    /// <summary><c>bh</c>: hours of open time.</summary>
    BusinessHour,

    /// <summary><c>bd</c>: business days.</summary>
    BusinessDay,

    /// <summary><c>d</c>: calendar days on the local date.</summary>
    Day,

    /// <summary><c>w</c>: calendar weeks.</summary>
    Week,

    /// <summary><c>mo</c>: calendar months.</summary>
    Month,

    /// <summary><c>y</c>: calendar years.</summary>
    Year,
}

/// <summary>A length of time as the policy writes it: one integer and one unit.</summary>
/// <param name="Amount">Zero or more.</param>
/// <param name="Unit">The unit, whose meaning depends on the calendar and on whether a deadline or an opening is computed.</param>
public sealed record LengthOfTime(int Amount, TimeUnit Unit)
{
    /// <summary>
    /// The units as they are written, with the most digits of an amount: long enough for every office, short enough that no sum of dates
    /// leaves the calendar.
    /// </summary>
    public static IReadOnlyList<(TimeUnit Unit, string Letters, int Digits)> Units { get; } =
    [
        (TimeUnit.Minute, "m", 7),
        (TimeUnit.Hour, "h", 6),
        (TimeUnit.BusinessMinute, "bm", 5),
        (TimeUnit.BusinessHour, "bh", 4),
        (TimeUnit.BusinessDay, "bd", 4),
        (TimeUnit.Day, "d", 5),
        (TimeUnit.Week, "w", 4),
        (TimeUnit.Month, "mo", 3),
        (TimeUnit.Year, "y", 2),
    ];

    /// <summary>The length that a text such as <c>30d</c> writes; null when it writes none.</summary>
    public static LengthOfTime? Find(string text)
    {
        var letters = text.AsSpan().TrimStart("0123456789");
        var digits = text.Length - letters.Length;
        if (digits == 0 || (text[0] == '0' && digits > 1))
            return null;

        foreach (var unit in Units)
        {
            if (letters.SequenceEqual(unit.Letters) && digits <= unit.Digits)
                return new LengthOfTime(int.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture), unit.Unit);
        }

        return null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Amount}{Units.First(one => one.Unit == Unit).Letters}");
}
