using NodaTime;

namespace CrmSync.Mail.Mime;

/// <summary>A point in time as a mail states it.</summary>
/// <param name="Value">The time with the offset it was written with; what could be made of it when it is odd, null when nothing
/// could.</param>
/// <param name="Plausible">Whether every part was in its range and the year lies in 1990 to 2100.</param>
public sealed record MailDate(OffsetDateTime? Value, bool Plausible)
{
    /// <summary>The instant, or null when the text is no date at all.</summary>
    public Instant? Instant => Value?.ToInstant();

    /// <summary>The instant with day and month the other way round, where the text could mean that (03/04/2026); else null.</summary>
    public Instant? Swapped { get; init; }

    /// <summary>
    /// Reads a Date field, or the date after the last semicolon of a Received field: RFC 5322 with the obsolete zones, ctime, ISO 8601, US
    /// slashes with AM and PM, two-digit years, months in a dozen languages, fields in any order. Null only for blank text.
    /// </summary>
    public static MailDate? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;

        var source = text.Trim();
        if (PlainDate.Read(source) is { } plain)
            return new MailDate(plain, Plausible: true);
        return MailDateReader.Read(source.Length > 200 ? source[..200] : source);
    }

    /// <summary>The date a Received field ends with, or null.</summary>
    public static MailDate? OfReceived(string value)
    {
        var semicolon = value.LastIndexOf(';');
        return semicolon < 0 ? null : Parse(value[(semicolon + 1)..]);
    }
}
