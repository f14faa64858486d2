using System.Collections.Frozen;
using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Finds the zone a calendar means by a name: IANA, Windows, the calendar's own definition, then what is left after cleaning up
/// (display names, numbered and localised names, paths, offsets), then the calendar's default. One resolver a calendar file.
/// </summary>
internal sealed class ZoneResolver
{
    private static readonly FrozenDictionary<string, string> Iana =
        TzdbDateTimeZoneSource.Default.GetIds().ToFrozenDictionary(id => id, id => id, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Windows = TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping
        .ToFrozenDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, CalendarZone> found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmbeddedZone> embedded = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="fallback">The zone of times whose zone is not known, until the calendar names its own; null for UTC.</param>
    public ZoneResolver(DateTimeZone? fallback) =>
        Default = fallback is null
            ? new CalendarZone("", DateTimeZone.Utc, Uncertain: true)
            : new CalendarZone("", fallback);

    /// <summary>The zone floating times are read in.</summary>
    public CalendarZone Default { get; private set; }

    /// <summary>Takes over the zone a calendar declares for itself (X-WR-TIMEZONE), if it can be found.</summary>
    public void DeclareDefault(string name)
    {
        if ((Named(name) ?? CleanedUp(name)) is { } zone)
            Default = new CalendarZone(name, zone);
    }

    /// <summary>Takes over a VTIMEZONE.</summary>
    public void Define(EmbeddedZone zone) => embedded.TryAdd(Trimmed(zone.Id), zone);

    /// <summary>
    /// The zone of a name that needs no definition from the calendar itself, or whose definition was already seen; null otherwise.
    /// </summary>
    public CalendarZone? Known(string name)
    {
        if (found.TryGetValue(name, out var known))
            return known;

        var zone = Named(name) ?? embedded.GetValueOrDefault(Trimmed(name));
        return zone is null ? null : found[name] = new CalendarZone(name, zone);
    }

    /// <summary>The zone of a name, by every means; the default zone, marked uncertain, if all fail.</summary>
    public CalendarZone Resolve(string name)
    {
        if (Known(name) is { } known)
            return known;

        var zone = CleanedUp(name) is { } cleaned
            ? new CalendarZone(name, cleaned, Uncertain: OnlyOffset(cleaned))
            : new CalendarZone(name, Default.Zone, Uncertain: true);
        return found[name] = zone;
    }

    private static string Trimmed(string name) => name.Trim().Trim('"', '\'').Trim();

    private static DateTimeZone? Named(string name)
    {
        var id = Trimmed(name);
        return Iana.TryGetValue(id, out var iana) || Windows.TryGetValue(id, out iana)
            ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(iana)
            : null;
    }

    /// <summary>An offset says nothing about summer time, so what rests on it is not certain; UTC itself is.</summary>
    private static bool OnlyOffset(DateTimeZone zone) =>
        zone is not EmbeddedZone && zone.Id.StartsWith("UTC", StringComparison.Ordinal) && zone.Id != "UTC";

    private DateTimeZone? CleanedUp(string name)
    {
        var id = Trimmed(name);
        if (id.Length is 0 or > 200)
            return null;

        const string Microsoft = "tzone://Microsoft/";
        if (id.StartsWith(Microsoft, StringComparison.OrdinalIgnoreCase))
            id = id[Microsoft.Length..];

        return Path(id)
            ?? Named(id.Replace('-', '/'))
            ?? Named(id.Replace(' ', '_'))
            ?? Named(WithoutNumber(id))
            ?? embedded.GetValueOrDefault(WithoutNumber(id))
            ?? Named(
                id.Replace(" Daylight Time", " Standard Time", StringComparison.OrdinalIgnoreCase)
                    .Replace(" Summer Time", " Standard Time", StringComparison.OrdinalIgnoreCase))
            ?? Named(id + " Standard Time")
            ?? (ZoneNames.Windows(id) is { } windows ? Named(windows) : null)
            ?? ParseOffset(id);
    }

    /// <summary><c>/mozilla.org/20070129_1/America/Argentina/Salta</c>: the longest end of the path that is a zone.</summary>
    private static DateTimeZone? Path(string id)
    {
        for (var slash = id.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = id.IndexOf('/', slash + 1))
        {
            if (Named(id[(slash + 1)..].Replace(' ', '_')) is { } zone)
                return zone;
        }

        return null;
    }

    /// <summary>Outlook numbers names that clash: <c>Eastern Standard Time 1</c>.</summary>
    private static string WithoutNumber(string id) =>
        id.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') is var bare && bare.EndsWith(' ') ? bare.TrimEnd() : id;

    /// <summary><c>GMT+0100</c>, <c>(UTC+01:00) Somewhere</c>, <c>GMT -0500 (Standard) / GMT -0400 (Daylight)</c>, <c>+01:00</c>.</summary>
    private static DateTimeZone? ParseOffset(string id)
    {
        var text = id.TrimStart('(').TrimStart();
        if (text.StartsWith("GMT", StringComparison.OrdinalIgnoreCase) || text.StartsWith("UTC", StringComparison.OrdinalIgnoreCase))
            text = text[3..].TrimStart();
        else if (text.Length == 0 || text[0] is not ('+' or '-'))
            return null;

        if (text.Length == 0 || text[0] is ')' or '/')
            return DateTimeZone.Utc;
        var end = 1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == ':'))
            end++;
        return ParseOffset(text.AsSpan(0, end)) is { } offset ? DateTimeZone.ForOffset(offset) : null;
    }

    /// <summary>
    /// An offset as VTIMEZONE and people write it: <c>+0100</c>, <c>-05:30</c>, <c>+01</c>, <c>+013000</c>; null if it is none.
    /// </summary>
    public static Offset? ParseOffset(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length < 2)
            return null;

        var negative = text[0] == '-';
        if (text[0] is '+' or '-')
            text = text[1..];
        Span<char> digits = stackalloc char[6];
        digits.Fill('0');
        var count = 0;
        foreach (var character in text)
        {
            if (character == ':')
                continue;
            if (!char.IsAsciiDigit(character) || count == digits.Length)
                return null;
            digits[count++] = character;
        }

        // "+1" and "+130" lack the leading zero.
        if (count is 1 or 3)
        {
            digits[..count].CopyTo(digits[1..]);
            digits[0] = '0';
        }

        var seconds = int.Parse(digits[..2], CultureInfo.InvariantCulture) * 3600
            + int.Parse(digits[2..4], CultureInfo.InvariantCulture) * 60
            + int.Parse(digits[4..], CultureInfo.InvariantCulture);
        return count == 0 || seconds > 18 * 3600 ? null : Offset.FromSeconds(negative ? -seconds : seconds);
    }
}
