using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// The UID by which all copies of a meeting know each other. Exchange writes its global object id into it (MS-OXCICAL, MS-OXOCAL section
/// 2.2.1.27): hexadecimal, with the date of an occurrence inside, and sometimes wrapped around the UID of another system.
/// </summary>
/// <param name="Uid">The clean UID.</param>
/// <param name="Instance">The day of the occurrence that stood inside; null for the whole series and for other UIDs.</param>
public sealed record MeetingUid(string Uid, LocalDate? Instance)
{
    private const string GlobalObjectId = "040000008200E00074C5B7101A82E008";
    private const string Wrapper = "vCal-Uid";

    /// <summary>
    /// Cleans a UID as it was written: not folded, not escaped, with or without <c>mailto:</c>-like decoration left as it is.
    /// </summary>
    public static MeetingUid From(string written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var uid = written.Trim();
        if (uid.Length < 82 || !uid.StartsWith(GlobalObjectId, StringComparison.OrdinalIgnoreCase) || !IsHex(uid))
            return new MeetingUid(uid, null);

        // 16 bytes of class, 4 of the occurrence's date, 8 of creation time, 8 reserved, 4 of size, then the data.
        var bytes = Convert.FromHexString(uid);
        var data = bytes.AsSpan(40);
        if (data.Length > 12 && data.StartsWith(Encoding.ASCII.GetBytes(Wrapper)))
        {
            var text = data[12..];
            var zero = text.IndexOf((byte)0);
            var inner = Encoding.UTF8.GetString(zero < 0 ? text : text[..zero]).Trim();
            if (inner.Length > 0)
                return new MeetingUid(inner, DateIn(bytes));
        }

        return new MeetingUid(string.Concat(uid[..32].ToUpperInvariant(), "00000000", uid[40..].ToUpperInvariant()), DateIn(bytes));
    }

    private static LocalDate? DateIn(byte[] bytes)
    {
        var year = bytes[16] << 8 | bytes[17];
        return
            year is >= 1601 and <= DateValue.LastYear
            && bytes[18] is >= 1 and <= 12
            && bytes[19] >= 1
            && bytes[19] <= CivilDay.DaysInMonth(year, bytes[18])
            ? new LocalDate(year, bytes[18], bytes[19])
            : null;
    }

    private static bool IsHex(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigit(character))
                return false;
        }

        return text.Length % 2 == 0;
    }
}
