using System.Globalization;
using System.Runtime.InteropServices;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>A DATE or DATE-TIME as it stands in a calendar (RFC 5545 sections 3.3.4 and 3.3.5), before its zone is known.</summary>
/// <param name="Local">The date and time as written; midnight for a date.</param>
/// <param name="Kind"><see cref="CalendarTimeKind.Date"/>, <see cref="CalendarTimeKind.Utc"/> or
/// <see cref="CalendarTimeKind.Floating"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DateValue(LocalDateTime Local, CalendarTimeKind Kind)
{
    /// <summary>The last year an event may lie in: arithmetic on it must not leave the range of the calendar (9999).</summary>
    public const int LastYear = 9990;

    /// <summary>The first year an event may lie in.</summary>
    public const int FirstYear = 1;

    /// <summary>
    /// Reads <c>20260301</c>, <c>20260301T090000Z</c> and the same with separators or without seconds; null for anything else.
    /// </summary>
    public static DateValue? Parse(ReadOnlySpan<char> text)
    {
        Span<char> digits = stackalloc char[14];
        var count = 0;
        var utc = false;
        var time = false;
        var fraction = false;
        foreach (var character in text.Trim())
        {
            if (char.IsAsciiDigit(character))
            {
                if (fraction)
                    continue;
                if (count == digits.Length || utc)
                    return null;
                digits[count++] = character;
            }
            else if (character is 'T' or 't' or ' ' && count == 8 && !time)
                time = true;
            else if (character is 'Z' or 'z' && count >= 12 && !utc)
                utc = true;
            else if (character is '.' && count == 14)
                fraction = true;
            else if (!(character is '-' && count is 4 or 6) && !(character is ':' && count is 10 or 12))
                return null;
        }

        if (count == 8)
            return Date(digits) is { } date ? new DateValue(date + LocalTime.Midnight, CalendarTimeKind.Date) : null;
        if (count is not (12 or 14))
            return null;

        var hour = Number(digits[8..10]);
        var minute = Number(digits[10..12]);
        var second = count == 14 ? Math.Min(Number(digits[12..14]), 59) : 0;
        var kind = utc ? CalendarTimeKind.Utc : CalendarTimeKind.Floating;
        if (Date(digits) is not { } day || minute > 59)
            return null;

        // 24:00:00 is written for the end of a day.
        if (hour == 24 && minute == 0 && second == 0 && day.Year <= LastYear)
            return new DateValue(day.PlusDays(1) + LocalTime.Midnight, kind);
        return hour > 23 ? null : new DateValue(day + new LocalTime(hour, minute, second), kind);
    }

    /// <summary>The value in the notation of RFC 5545.</summary>
    public static string Print(LocalDateTime local, CalendarTimeKind kind)
    {
        var date = string.Create(CultureInfo.InvariantCulture, $"{local.Year:0000}{local.Month:00}{local.Day:00}");
        return kind == CalendarTimeKind.Date
            ? date
            : date + string.Create(CultureInfo.InvariantCulture, $"T{local.Hour:00}{local.Minute:00}{local.Second:00}")
                + (kind == CalendarTimeKind.Utc ? "Z" : "");
    }

    private static LocalDate? Date(ReadOnlySpan<char> digits)
    {
        var year = Number(digits[..4]);
        var month = Number(digits[4..6]);
        var day = Number(digits[6..8]);
        return year >= FirstYear && month is >= 1 and <= 12 && day >= 1 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month)
            ? new LocalDate(year, month, day)
            : null;
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
            number = number * 10 + (digit - '0');
        return number;
    }
}
