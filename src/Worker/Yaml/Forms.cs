using CrmSync.Domain.Company;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Yaml;

/// <summary>The forms of single values that both configuration files use.</summary>
internal static class Forms
{
    private const string Clock = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]";
    private const string Leap = "(?:(?:19|2[0-3])(?:0[48]|[2468][048]|[13579][26])|2000)";
    private const string MonthAndDay =
        "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";

    /// <summary>Matches dates that exist, from 1900 to 2399, without anchors.</summary>
    internal const string DatePattern = $"(?:(?:19|2[0-3])[0-9]{{2}}-{MonthAndDay}|{Leap}-02-29)";

    /// <summary>Matches <c>MM-DD</c>, 29 February included, without anchors.</summary>
    internal const string YearlyPattern = $"(?:{MonthAndDay}|02-29)";

    private static readonly LocalTimePattern Hours = LocalTimePattern.CreateWithInvariantCulture("H:mm");

    public static Shape<bool> Truth { get; } = new TruthShape();

    /// <summary>A name of the admin's own: <c>[a-z][a-z0-9-]*</c>.</summary>
    public static Shape<string> Name { get; } = new TextShape<string>(
        "a name of small letters, digits and '-'", "^[a-z][a-z0-9-]*$", Same, hint: Tidied, max: 64);

    /// <summary>A reference to a name.</summary>
    public static Shape<Word> Reference { get; } = new TextShape<string>(
        "a name of small letters, digits and '-'", "^[a-z][a-z0-9-]*$", Same, hint: NameOfPerson, max: 64)
        .As((text, node) => new Word(text, node));

    public static Shape<EmailAddress> Address { get; } =
        new TextShape<EmailAddress>(
            "an address such as ana@us.example",
            @"^[^\s@<>,;]+@[^\s@<>,;]*[^\s@<>,;.]$",
            EmailAddress.TryParse,
            hint: t => t.Contains('<', StringComparison.Ordinal) ? "write the address alone, without a name" : null);

    /// <summary>A domain, normalized; subdomains are always included.</summary>
    public static Shape<string> Domain { get; } = new TextShape<string>(
        "a domain such as acme.example", @"^[^\s@*/:<>,;.]+(?:\.[^\s@*/:<>,;.]+)*$", Normalized, hint: BareDomain, max: 255);

    public static Shape<LocalDate> Date { get; } =
        new TextShape<LocalDate>(
            "a date such as 2026-03-17",
            $"^{DatePattern}$",
            (string text, out LocalDate date) => LocalDatePattern.Iso.Parse(text).TryGetValue(default, out date));

    /// <summary>An IANA zone; the schema lists them all, so editors complete them. Only those that are used are loaded.</summary>
    public static Shape<DateTimeZone> Zone { get; } =
        new ChoiceShape<string>(
            [.. DateTimeZoneProviders.Tzdb.Ids.Select(id => (id, id))],
            "an IANA time zone such as Europe/Berlin",
            "022").As((id, _) => DateTimeZoneProviders.Tzdb[id]);

    /// <summary>A time of day.</summary>
    public static Shape<LocalTime> TimeOfDay { get; } =
        new TextShape<LocalTime>(
            "a time of day such as \"08:30\"",
            $"^{Clock}$",
            (string text, out LocalTime time) => Hours.Parse(text).TryGetValue(default, out time));

    /// <summary>A text of one or more lines with a limit of its own.</summary>
    public static Shape<string> Line(string wanted, int max) => new TextShape<string>(wanted, null, Same, max: max);

    /// <summary>The text as it stands.</summary>
    public static bool Same(string text, out string value)
    {
        value = text;
        return true;
    }

    /// <summary>The text in lower case.</summary>
    public static bool Lower(string text, out string value)
    {
        value = text.ToLowerInvariant();
        return true;
    }

    /// <summary>Whoever writes an address means a person, who goes by a name.</summary>
    private static string? NameOfPerson(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? "write the name that stands before the address under `people`" : Tidied(text);

    private static bool Normalized(string text, out string value)
    {
        value = DomainNames.Normalize(text);
        return true;
    }

    private static string? Tidied(string text)
    {
        var tidied = new string([.. text.Trim().ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return tidied.Length is > 0 and <= 64 && char.IsAsciiLetter(tidied[0]) && tidied != text ? $"write {tidied}" : null;
    }

    private static string? BareDomain(string text)
    {
        if (text.StartsWith("*.", StringComparison.Ordinal))
            return $"subdomains are included; write {text[2..]}";
        if (text.StartsWith('@') && text.Length > 1)
            return $"write {text[1..]}";
        return text.Contains('@', StringComparison.Ordinal) ? "an address belongs under 'addresses'" : null;
    }
}
