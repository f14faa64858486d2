using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using NodaTime;
using NodaTime.TimeZones;
using PhoneNumbers;

namespace CrmSync.Worker.Telephones;

/// <summary>
/// Reads telephone numbers as people and exchanges write them. Two ways of writing one number give the same result, and what may stand for
/// several numbers gives none.
/// </summary>
/// <param name="region">The two letters of the country whose numbers are written without one; null: each must name its country.</param>
internal sealed partial class TelephoneNumbers(string? region)
{
    /// <summary>Nobody writes a number this long, digits and all.</summary>
    private const int Longest = 60;

    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    /// <summary>Whether there is a country of these two letters.</summary>
    public static bool IsRegion(string region) => Numbers.GetSupportedRegions().Contains(region);

    /// <summary>The country whose cities give a time zone its name; null for zones of none or of several.</summary>
    public static string? FindRegion(DateTimeZone zone) =>
        TzdbDateTimeZoneSource.Default.ZoneLocations?.FirstOrDefault(place => place.ZoneId == Canonical(zone.Id))?.CountryCode
            is { } country
        && IsRegion(country)
            ? country
            : null;

    /// <summary>The number in a text; null where there is none, or not exactly one.</summary>
    public CardTelephone? Find(string? text)
    {
        if (Plain(text) is not { } plain)
            return null;

        try
        {
            var number = Numbers.Parse(plain, region);
            if (!Numbers.IsPossibleNumber(number))
                return null;

            return new CardTelephone(
                Numbers.Format(number, PhoneNumberFormat.E164), Numbers.Format(number, PhoneNumberFormat.INTERNATIONAL))
            {
                IsShared = number.HasExtension,
            };
        }
        catch (NumberParseException)
        {
            // The library's only way to say that a text is no number.
            return null;
        }
    }

    /// <summary>The text in ASCII digits, without what spreadsheets put around it; null for what is plainly no number.</summary>
    private static string? Plain(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > Longest)
            return null;

        var plain = new StringBuilder(text.Length);
        foreach (var letter in text.Normalize(NormalizationForm.FormKC).Trim().TrimStart('\''))
        {
            if (char.IsDigit(letter))
                plain.Append((char)('0' + (int)char.GetNumericValue(letter)));
            else if (char.GetUnicodeCategory(letter) != System.Globalization.UnicodeCategory.Format)
                plain.Append(letter is '\'' or '\u2019' ? ' ' : letter);
        }

        var written = FormerMobile().Replace(plain.ToString(), "+52 ");
        return written.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || written.Contains('@', StringComparison.Ordinal)
            ? null
            : written;
    }

    private static string Canonical(string id) => TzdbDateTimeZoneSource.Default.CanonicalIdMap.TryGetValue(id, out var canonical)
        ? canonical : id;

    /// <summary>Until 2019 mobile telephones of Mexico were called with a 1 behind the country, and many programs still write it.</summary>
    [GeneratedRegex(@"^(\+|00|011)[ -]?52[ -]?1(?=([ ()-]*[0-9]){10}$)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex FormerMobile();
}
