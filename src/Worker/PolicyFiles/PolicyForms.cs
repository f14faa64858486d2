using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Worker.Telephones;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>The forms of single values that only the policy uses.</summary>
internal static class PolicyForms
{
    private const string Clock = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9]";
    private const string Day = "(?:mon|tue|wed|thu|fri|sat|sun)";

    private const string TelephonePattern = @"\+[1-9](?:[ ()./-]*[0-9]){6,13}";
    private const string ExtensionPattern = "[0-9*#]{2,8}";

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>Open time within a day; <c>24:00</c> ends it. Whether it runs forwards is checked with the calendar.</summary>
    public static Shape<WrittenSpan> Span { get; } = new TextShape<OpenSpan>(
        "open hours such as \"09:00-17:30\"", $"^{Clock}-(?:{Clock}|24:00)$", ReadSpan).As((span, node) => new WrittenSpan(span, node));

    /// <summary>A day of the week or a range of them, also around the week's end (<c>sat-mon</c>).</summary>
    public static Shape<IReadOnlyList<IsoDayOfWeek>> DayRange { get; } = new TextShape<IReadOnlyList<IsoDayOfWeek>>(
        "a day (mon, tue, ...) or a range of days (mon-fri)", $"^{Day}(?:-{Day})?$", ReadDays);

    /// <summary>A yearly day or a full date.</summary>
    public static Shape<ContactDate> ContactDate { get; } = new TextShape<ContactDate>(
        "a day such as \"03-12\" or a date such as 1980-03-12", $"^(?:{Forms.YearlyPattern}|{Forms.DatePattern})$", ReadContactDate);

    /// <summary>The name of a date known of a contact: <c>birthday</c>.</summary>
    public static Shape<string> Field { get; } = new TextShape<string>(
        "the name of a date, such as birthday", "^[a-z][a-z0-9_-]*$", Forms.Lower, max: 64);

    /// <summary>A telephone number with its country, however it is grouped.</summary>
    public static Shape<CardTelephone> Telephone { get; } = new TextShape<CardTelephone>(
        "a telephone number with its country, such as \"+353 1 234 5678\"", $"^{TelephonePattern}$", ReadTelephone, max: 60);

    /// <summary>A telephone of ours: a number, or the digits of an extension.</summary>
    public static Shape<EmailAddress> OwnTelephone { get; } = new TextShape<EmailAddress>(
        "a telephone number with its country, such as \"+353 1 234 5678\", or an extension such as \"101\"",
        $"^(?:{TelephonePattern}|{ExtensionPattern})$",
        ReadOwnTelephone,
        max: 60);

    /// <summary>Who takes part in a call: an address, a number or an extension of ours.</summary>
    public static Shape<EmailAddress> Party { get; } = new TextShape<EmailAddress>(
        "an address, a telephone number with its country, or an extension",
        $@"^(?:[^\s@<>,;]+@[^\s@<>,;]*[^\s@<>,;.]|{TelephonePattern}|{ExtensionPattern})$",
        ReadParty);

    /// <summary>A tag, in lower case.</summary>
    public static Shape<string> Tag { get; } = new TextShape<string>(
        "a tag of letters, digits, '-', '_' and '.'", "^[A-Za-z0-9][A-Za-z0-9._-]*$", Forms.Lower, max: 64);

    /// <summary>A phrase to look for, in lower case. Looking for it takes time proportional to the text, whatever it holds.</summary>
    public static Shape<string> Phrase { get; } =
        new TextShape<string>("a phrase of at most 200 characters", @"[^\s]", LowerTrimmed, max: 200);

    public static Shape<Per> Per { get; } =
        new ChoiceShape<Per>([("contact", Domain.Policy.Per.Contact), ("organisation", Domain.Policy.Per.Organisation)]);

    public static Shape<Mode> Mode { get; } = new ChoiceShape<Mode>(
        [("enforce", Domain.Policy.Mode.Enforce), ("observe", Domain.Policy.Mode.Observe), ("disabled", Domain.Policy.Mode.Disabled)]);

    /// <summary>The place of a node as items and explanations show it.</summary>
    public static Place Place(YamlNode node) => new(node.Spot.File.Name, node.Spot.Line, node.Spot.Column);

    private static bool ReadTelephone(string text, out CardTelephone telephone)
    {
        // What the library does not know is taken digit by digit: what is written here is meant.
        telephone = new TelephoneNumbers(region: null).Find(text)
            ?? new CardTelephone("+" + string.Concat(text.Where(char.IsAsciiDigit)), text);
        return true;
    }

    private static bool ReadOwnTelephone(string text, out EmailAddress telephone)
    {
        if (text.StartsWith('+') && ReadTelephone(text, out var number))
            telephone = number.Address;
        else
            telephone = EmailAddress.FromTelephone(text);

        return true;
    }

    private static bool ReadParty(string text, out EmailAddress party) =>
        EmailAddress.TryParse(text, out party!) || (!text.Contains('@', StringComparison.Ordinal) && ReadOwnTelephone(text, out party));

    private static bool ReadSpan(string text, out OpenSpan span)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        span = new OpenSpan(Minutes(text.AsSpan(0, dash)), Minutes(text.AsSpan(dash + 1)));
        return true;
    }

    private static int Minutes(ReadOnlySpan<char> clock)
    {
        var colon = clock.IndexOf(':');
        return (Number(clock[..colon]) * 60) + Number(clock[(colon + 1)..]);
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var c in digits)
            value = (value * 10) + (c - '0');
        return value;
    }

    private static bool ReadDays(string text, out IReadOnlyList<IsoDayOfWeek> days)
    {
        var first = Array.IndexOf(Days, text[..3]);
        var last = text.Length > 3 ? Array.IndexOf(Days, text[4..]) : first;
        var range = new List<IsoDayOfWeek>();
        for (var i = first; ; i = (i + 1) % 7)
        {
            range.Add((IsoDayOfWeek)(i + 1));
            if (i == last)
                break;
        }

        days = range;
        return true;
    }

    private static bool ReadContactDate(string text, out ContactDate date)
    {
        var monthAt = text.Length == 5 ? 0 : 5;
        date = new ContactDate(
            monthAt == 0 ? null : Number(text.AsSpan(0, 4)),
            Number(text.AsSpan(monthAt, 2)),
            Number(text.AsSpan(monthAt + 3, 2)));
        return true;
    }

    private static bool LowerTrimmed(string text, out string value)
    {
        value = text.Trim().ToLowerInvariant();
        return true;
    }
}

/// <summary>Open hours with their place, to point at when they overlap or run backwards.</summary>
internal sealed record WrittenSpan(OpenSpan Span, YamlNode Node);
