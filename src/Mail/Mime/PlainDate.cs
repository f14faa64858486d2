using NodaTime;

namespace CrmSync.Mail.Mime;

/// <summary>
/// The one form nearly every mail writes its date in, read without any allocation: <c>Mon, 2 Mar 2026 09:00:00 +0100</c>, perhaps with a
/// comment behind it.
/// </summary>
internal static class PlainDate
{
    private const string Months = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>The date, or null when the text has any other form; then <see cref="MailDateReader"/> takes it apart.</summary>
    public static OffsetDateTime? Read(ReadOnlySpan<char> text)
    {
        if (text.Length > 4 && text[3] == ',' && char.IsAsciiLetter(text[0]))
            text = text[4..].TrimStart(' ');
        if (!Number(ref text, 1, 2, out var day) || !Skip(ref text, ' ') || text.Length < 4)
            return null;

        var month = Months.AsSpan().IndexOf(text[..3], StringComparison.Ordinal);
        text = text[3..];
        if (
            month < 0
            || month % 3 != 0
            || !Skip(ref text, ' ')
            || !Number(ref text, 4, 4, out var year)
            || !Skip(ref text, ' ')
            || !Number(ref text, 2, 2, out var hour)
            || !Skip(ref text, ':')
            || !Number(ref text, 2, 2, out var minute)
            || !Skip(ref text, ':')
            || !Number(ref text, 2, 2, out var second)
            || !Skip(ref text, ' ')
            || text.IsEmpty
            || text[0] is not ('+' or '-'))
            return null;

        var sign = text[0] == '-' ? -1 : 1;
        text = text[1..];
        if (!Number(ref text, 4, 4, out var zone))
            return null;
        text = text.TrimStart(' ');
        if (!text.IsEmpty && text[0] != '(')
            return null;

        month = month / 3 + 1;
        if (
            year is < 1990 or > 2100
            || hour > 23
            || minute > 59
            || second > 59
            || zone / 100 > 15
            || zone % 100 > 59
            || day < 1
            || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
            return null;
        return new LocalDateTime(year, month, day, hour, minute, second).WithOffset(
            Offset.FromSeconds(sign * (zone / 100 * 3600 + zone % 100 * 60)));
    }

    private static bool Number(ref ReadOnlySpan<char> text, int least, int most, out int value)
    {
        value = 0;
        var digits = 0;
        while (digits < most && digits < text.Length && char.IsAsciiDigit(text[digits]))
            value = value * 10 + (text[digits++] - '0');
        text = text[digits..];
        return digits >= least;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, char expected)
    {
        if (text.IsEmpty || text[0] != expected)
            return false;
        text = text[1..];
        return true;
    }
}
