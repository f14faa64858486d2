using System.Buffers.Text;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Imap;

/// <summary>Reads INTERNALDATE (RFC 9051 section 9, <c>date-time</c>): <c>" 7-Feb-2026 21:52:25 +0100"</c>.</summary>
internal static class InternalDates
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>The instant, or null for anything that is no date (Domino sends "00-Jan-0000").</summary>
    public static Instant? Parse(ReadOnlySpan<byte> text)
    {
        Span<Range> parts = stackalloc Range[4];
        text = text.Trim((byte)' ');
        if (Split(text, (byte)' ', parts) != 3)
            return null;

        var date = text[parts[0]];
        var time = text[parts[1]];
        var zone = text[parts[2]];
        if (Split(date, (byte)'-', parts) != 3
            || Number(date[parts[0]]) is not { } day || Number(date[parts[2]]) is not { } year || year is < 1900 or > 9998
            || Array.IndexOf(Months, Encoding.Latin1.GetString(date[parts[1]]).ToLowerInvariant()) is not (>= 0 and var month)
            || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month + 1))
            return null;

        if (
            Split(time, (byte)':', parts) != 3
            || Number(time[parts[0]]) is not (<= 23 and var hour)
            || Number(time[parts[1]]) is not (<= 59 and var minute)
            || Number(time[parts[2]]) is not (<= 60 and var second))
            return null;

        if (zone.Length != 5 || Number(zone[1..3]) is not (<= 17 and var zoneHours) || Number(zone[3..]) is not (<= 59 and var zoneMinutes))
            return null;

        var offset = Offset.FromSeconds((zone[0] == '-' ? -60 : 60) * ((zoneHours * 60) + zoneMinutes));
        // A leap second is told as :60; NodaTime's minutes have sixty seconds.
        return new LocalDateTime(year, month + 1, day, hour, minute, Math.Min(second, 59)).WithOffset(offset).ToInstant();
    }

    private static int? Number(ReadOnlySpan<byte> digits) =>
        digits.Length is > 0 and <= 4 && Utf8Parser.TryParse(digits, out int value, out var used) && used == digits.Length && value >= 0
            ? value
            : null;

    private static int Split(ReadOnlySpan<byte> text, byte separator, Span<Range> parts)
    {
        var count = 0;
        foreach (var range in text.Split(separator))
        {
            if (range.Start.Value == range.End.Value)
                continue;

            if (count == parts.Length)
                return 0;

            parts[count++] = range;
        }

        return count;
    }
}
