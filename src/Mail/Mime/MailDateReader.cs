using System.Globalization;
using NodaTime;

namespace CrmSync.Mail.Mime;

/// <summary>Takes a date apart word by word: what a word is follows from its shape, not from its place.</summary>
internal sealed class MailDateReader
{
    private static readonly Dictionary<string, int> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UT"] = 0,
        ["UTC"] = 0,
        ["GMT"] = 0,
        ["Z"] = 0,
        ["WET"] = 0,
        ["WEST"] = 60,
        ["BST"] = 60,
        ["IST"] = 330,
        ["CET"] = 60,
        ["CEST"] = 120,
        ["MET"] = 60,
        ["MEST"] = 120,
        ["MEZ"] = 60,
        ["MESZ"] = 120,
        ["EET"] = 120,
        ["EEST"] = 180,
        ["MSK"] = 180,
        ["MSD"] = 240,
        ["EST"] = -300,
        ["EDT"] = -240,
        ["CST"] = -360,
        ["CDT"] = -300,
        ["MST"] = -420,
        ["MDT"] = -360,
        ["PST"] = -480,
        ["PDT"] = -420,
        ["AKST"] = -540,
        ["AKDT"] = -480,
        ["HST"] = -600,
        ["AST"] = -240,
        ["ADT"] = -180,
        ["NST"] = -210,
        ["NDT"] = -150,
        ["BRT"] = -180,
        ["JST"] = 540,
        ["KST"] = 540,
        ["HKT"] = 480,
        ["SGT"] = 480,
        ["AEST"] = 600,
        ["AEDT"] = 660,
        ["ACST"] = 570,
        ["AWST"] = 480,
        ["NZST"] = 720,
        ["NZDT"] = 780,
        ["SAST"] = 120,
    };

    // The first three or four letters name the month in the languages whose mailers wrote localised dates.
    private static readonly (string Start, int Month)[] Months =
    [
        ("jan", 1),
        ("ene", 1),
        ("gen", 1),
        ("sty", 1),
        ("янв", 1),
        ("feb", 2),
        ("fév", 2),
        ("fev", 2),
        ("lut", 2),
        ("фев", 2),
        ("mar", 3),
        ("mär", 3),
        ("mrt", 3),
        ("maa", 3),
        ("mrz", 3),
        ("мар", 3),
        ("apr", 4),
        ("avr", 4),
        ("abr", 4),
        ("kwi", 4),
        ("апр", 4),
        ("may", 5),
        ("mai", 5),
        ("mei", 5),
        ("mag", 5),
        ("maj", 5),
        ("мая", 5),
        ("май", 5),
        ("juin", 6),
        ("jun", 6),
        ("giu", 6),
        ("cze", 6),
        ("июн", 6),
        ("juil", 7),
        ("jul", 7),
        ("lug", 7),
        ("lip", 7),
        ("июл", 7),
        ("aug", 8),
        ("aoû", 8),
        ("aou", 8),
        ("ago", 8),
        ("sie", 8),
        ("авг", 8),
        ("sep", 9),
        ("set", 9),
        ("wrz", 9),
        ("сен", 9),
        ("oct", 10),
        ("okt", 10),
        ("out", 10),
        ("ott", 10),
        ("paź", 10),
        ("окт", 10),
        ("nov", 11),
        ("лис", 11),
        ("ноя", 11),
        ("dec", 12),
        ("dez", 12),
        ("déc", 12),
        ("dic", 12),
        ("gru", 12),
        ("дек", 12),
    ];

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    private int? day;
    private int? month;
    private int? year;
    private int? hour;
    private int minute;
    private int second;
    private int? offset;
    private bool afternoon;
    private bool forenoon;
    private bool odd;
    private bool numeric;       // day and month are both numbers up to 12, so either may be either

    public static MailDate Read(string source)
    {
        var reader = new MailDateReader();
        foreach (var word in Words(source))
            reader.Take(word);
        return reader.Result();
    }

    private static IEnumerable<string> Words(string source)
    {
        // Comments repeat the zone ("-0800 (PST)"); they are read only when nothing else names one, which Result sees to by order.
        var outside = new System.Text.StringBuilder();
        var inside = new System.Text.StringBuilder();
        var depth = 0;
        foreach (var c in source)
        {
            if (c == '(')
                depth++;
            else if (c == ')')
                depth = Math.Max(0, depth - 1);
            else
                (depth > 0 ? inside : outside).Append(c);
            if (c is '(' or ')')
                outside.Append(' ');
        }

        char[] separators = [' ', '\t', '\r', '\n', ',', '"', '\u00A0'];
        foreach (var word in outside.ToString().Split(separators, StringSplitOptions.RemoveEmptyEntries))
            yield return word;
        foreach (var word in inside.ToString().Split(separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Zones.ContainsKey(word))
                yield return word;
        }
    }

    private void Take(string word)
    {
        word = word.Trim('.', ';', '\'');
        if (word.Length == 0)
            return;
        if (TakeNumber(word) || TakeTime(word) || TakeIso(word) || TakeParts(word) || TakeZone(word) || TakeMonth(word))
            return;

        if (word.Equals("pm", StringComparison.OrdinalIgnoreCase))
            afternoon = true;
        else if (word.Equals("am", StringComparison.OrdinalIgnoreCase))
            forenoon = true;
        else if (!IsDayName(word) && word.Any(char.IsAsciiDigit))
            odd = true;
    }

    private bool TakeNumber(string word)
    {
        var digits = word.AsSpan();
        foreach (var suffix in (ReadOnlySpan<string>)["st", "nd", "rd", "th", "º"])
        {
            if (digits.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                digits = digits[..^suffix.Length];
        }

        if (digits.Length is 0 or > 4 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        if (digits.Length >= 3)
            SetYear(number, digits.Length);
        else if (day is null)
            day = number;
        else if (year is null)
            SetYear(number, digits.Length);
        else if (hour is null)
            hour = number;
        return true;
    }

    private void SetYear(int number, int digits)
    {
        if (year is not null)
        {
            odd |= year != number && digits == 4 && hour is not null && offset is not null;
            if (digits == 4 && offset is null && hour is not null)
                TakeZone("+" + number.ToString("0000", CultureInfo.InvariantCulture)); // a zone that lost its sign
            return;
        }

        // RFC 5322 section 4.3: two digits up to 49 are this century, three are years since 1900 (the year 2000 bug).
        year = digits switch
        {
            2 or 1 => number + (number <= 49 ? 2000 : 1900),
            3 => number + 1900,
            _ => number,
        };
    }

    private bool TakeTime(string word)
    {
        var text = word.AsSpan();
        if (text.EndsWith("pm", StringComparison.OrdinalIgnoreCase) || text.EndsWith("am", StringComparison.OrdinalIgnoreCase))
        {
            afternoon = text[^2] is 'p' or 'P';
            forenoon = !afternoon;
            text = text[..^2];
        }

        if (text.IndexOf(':') is not (1 or 2))
            return text.Length != word.Length
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var alone)
                && (hour = alone) is not null;

        // A zone may be glued to the time: 10:00:00+0100, 10:00:00Z.
        var zone = text[1..].IndexOfAny("+-zZ") is >= 0 and var at ? text[(at + 1)..].ToString() : null;
        if (zone is not null)
            text = text[..^zone.Length];

        Span<Range> pieces = stackalloc Range[5];
        var count = text.Split(pieces, ':');
        if (count > 4 || !Whole(text[pieces[0]], out var h))
            return false;

        int m = 0, s = 0;
        if (!Whole(text[pieces[1]], out m))
            return false;
        if (count > 2)
        {
            var seconds = text[pieces[2]];
            var fraction = seconds.IndexOfAny('.', ',');
            if (!Whole(fraction >= 0 ? seconds[..fraction] : seconds, out s))
                return false;
        }

        if (hour is not null)
            return true;
        (hour, minute, second) = (h, m, s);
        if (zone is not null)
            TakeZone(zone);
        return true;

        static bool Whole(ReadOnlySpan<char> digits, out int value) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && digits.Length <= 3;
    }

    /// <summary>2006-01-02, 2006-01-02T15:04:05Z, 20060102T150405Z.</summary>
    private bool TakeIso(string word)
    {
        var split = word.IndexOfAny(['T', 't', '_']);
        var date = split > 0 ? word.AsSpan(0, split) : word;
        if (date.Length == 10 && date[4] is '-' or '/' or '.' && date.Length == 10 && date[7] == date[4]
            && Number(date[..4], out var y) && Number(date[5..7], out var m) && Number(date[8..10], out var d)
            || date.Length == 8 && Number(date[..4], out y) && Number(date[4..6], out m) && Number(date[6..8], out d) && y > 1900)
        {
            (year, month, day) = (y, m, d);
            if (split > 0 && split + 1 < word.Length)
            {
                var time = word[(split + 1)..];
                if (!TakeTime(time) && time.Length >= 6 && Number(time.AsSpan(0, 6), out _))
                    TakeTime($"{time[..2]}:{time[2..4]}:{time[4..]}");
            }

            return true;
        }

        return false;

        static bool Number(ReadOnlySpan<char> digits, out int value) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>02-Jan-2006, 2/Jan/06, 12/31/1999, 31.12.1999.</summary>
    private bool TakeParts(string word)
    {
        if (word[0] is '-' or '+')
            return false;

        var pieces = word.Split('-', '/', '.');
        if (pieces.Length != 3 || pieces.Any(p => p.Length == 0))
            return false;

        if (ParseMonth(pieces[1]) is { } named && int.TryParse(pieces[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first))
        {
            month = named;
            if (pieces[0].Length == 4)
            {
                year = first;
                return TakeNumber(pieces[2]);
            }

            day = first;
            return TakeNumber(pieces[2]);
        }

        if (
            !int.TryParse(pieces[0], NumberStyles.None, CultureInfo.InvariantCulture, out var a)
            || !int.TryParse(pieces[1], NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            || !pieces[2].All(char.IsAsciiDigit)
            || pieces[2].Length > 4)
            return false;

        // Slashes are American unless the numbers say otherwise; dots and dashes are European.
        var american = word.Contains('/', StringComparison.Ordinal) && a <= 12 || b > 12;
        (month, day) = american ? (a, b) : (b, a);
        numeric = a <= 12 && b <= 12 && a != b;
        SetYear(int.Parse(pieces[2], CultureInfo.InvariantCulture), pieces[2].Length);
        return true;
    }

    private bool TakeZone(string word)
    {
        var text = word.AsSpan();
        foreach (var prefix in (ReadOnlySpan<string>)["GMT", "UTC", "UT"])
        {
            if (
                text.Length > prefix.Length
                && text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                && text[prefix.Length] is '+' or '-')
                text = text[prefix.Length..];
        }

        if (text[0] is '+' or '-')
        {
            var sign = text[0] == '-' ? -1 : 1;
            var digits = text[1..].TrimStart("+-").ToString().Replace(":", "", StringComparison.Ordinal);
            if (digits.Length is 0 or > 6 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return text.Length == 1;

            var minutes =
                digits.Length <= 2 ? number * 60
                : digits.Length > 4 ? number / 10_000 * 60 + number / 100 % 100
                : number / 100 * 60 + number % 100;
            if (minutes > 18 * 60)
            {
                odd = true;
                minutes = 0;
            }

            offset = sign * minutes;
            return true;
        }

        if (Zones.TryGetValue(word, out var named))
        {
            offset ??= named;
            return true;
        }

        // RFC 5322 section 4.3: the military letters were defined wrongly, they mean nothing.
        return word.Length == 1 && char.IsAsciiLetter(word[0]);
    }

    private bool TakeMonth(string word)
    {
        if (month is not null || IsDayName(word) && day is null && ParseMonth(word) is not null && word.Length > 3)
            return month is not null && ParseMonth(word) is not null;
        if (ParseMonth(word) is not { } found)
            return false;
        month = found;
        return true;
    }

    private static int? ParseMonth(string word)
    {
        if (word.Length < 3)
            return null;
        foreach (var (start, number) in Months)
        {
            if (word.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return number;
        }

        return null;
    }

    private static bool IsDayName(string word) => Days.Any(d => word.StartsWith(d, StringComparison.OrdinalIgnoreCase));

    private MailDate Result()
    {
        if (month is null || day is null && year is null)
            return new MailDate(null, Plausible: false);

        // "1999 Dec 31" and "31 12 Dec" leave the number in the wrong drawer.
        if (day > 31 && year is null or <= 31)
            (day, year) = (year, day + (day < 100 ? 1900 : 0));
        if (year is null)
            return new MailDate(null, Plausible: false);

        var h = hour ?? 0;
        if (afternoon && h < 12)
            h += 12;
        else if (forenoon && h == 12)
            h = 0;

        // Offsets are whole minutes; one without any zone counts as UTC, like "-0000".
        var plausible =
            !odd
            && year is >= 1990 and <= 2100
            && day is >= 1
            && month is >= 1 and <= 12
            && h <= 23
            && minute <= 59
            && second <= 59
            && hour is not null;
        var y = Math.Clamp(year.Value, 1, 9998);
        var m = Math.Clamp(month.Value, 1, 12);
        var length = CalendarSystem.Iso.GetDaysInMonth(y, m);
        plausible &= day <= length;
        var local = new LocalDateTime(y, m, Math.Clamp(day ?? 1, 1, length), Math.Min(h, 23), Math.Min(minute, 59), Math.Min(second, 59));
        var zone = Offset.FromSeconds((offset ?? 0) * 60);
        return new MailDate(local.WithOffset(zone), plausible)
        {
            Swapped =
                numeric && plausible
                    ? new LocalDateTime(y, local.Day, m, local.Hour, local.Minute, local.Second).WithOffset(zone).ToInstant()
                    : null,
        };
    }
}
