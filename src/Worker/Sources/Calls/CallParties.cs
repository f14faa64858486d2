using System.Text.RegularExpressions;
using CrmSync.Domain.Calls;
using CrmSync.Domain.Company;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>
/// Reads who takes part in a call as telephone systems write it: <c>"Jane Moss" &lt;0861234567&gt;</c>, <c>Ana (101)</c>.
/// </summary>
/// <param name="numbers">Reads telephone numbers.</param>
internal sealed partial class CallParties(TelephoneNumbers numbers)
{
    private const int LongestExtension = 6;
    private const int LongestName = 200;
    private const int LongestText = 400;

    /// <summary>In milliseconds.</summary>
    private const int Patience = 1000;

    private static readonly HashSet<string> Withheld = new(StringComparer.OrdinalIgnoreCase)
    {
        "anonymous", "unknown", "withheld", "restricted", "private", "unavailable", "unterdrückt", "unbekannt",
        "anonym", "privé", "inconnu",
        "no number", "blocked", "private number", "unknown number", "not available", "n/a", "none", "null", "-", "asserted", "s", "h",
    };

    /// <summary>
    /// The one a text names. None where it names no telephone at all, as of a call without a number; <c>IsWrong</c> where what stands
    /// there looks like a number and is none.
    /// </summary>
    public (CallParty? Party, bool IsWrong) Find(string text)
    {
        var plain = text.Trim().Trim('"', '=').Trim();
        if (plain.Length is 0 or > LongestText || Withheld.Contains(plain))
            return (null, false);

        if (BeforeName().Match(plain) is { Success: true } first)
            plain = $"{first.Groups["name"].Value} <{first.Groups["number"].Value}>";

        var within = Within().Match(plain);
        var number = within.Success ? within.Groups["number"].Value : plain;
        var name = within.Success ? plain.Remove(within.Index, within.Length).Trim(' ', '"', ',', ';', ':') : "";
        var party = Read(Scheme().Replace(number.Trim(), ""));
        if (party is null && within.Success && Read(plain.Remove(within.Index, within.Length).Trim(' ', '"')) is { } outer)
            (party, name) = (outer, number);

        return party is null
            ? (null, number.Count(char.IsAsciiDigit) > LongestExtension && !number.Any(char.IsLetter))
            : (new CallParty(party, name.Length is > 0 and <= LongestName && name.Any(char.IsLetter) ? name : null), false);
    }

    /// <summary>The extension in the name of a channel of Asterisk: <c>PJSIP/101-0000004f</c>.</summary>
    public static CallParty? FindChannel(string text) =>
        Channel().Match(text) is { Success: true } match ? new CallParty(EmailAddress.FromTelephone(match.Groups["number"].Value)) : null;

    private EmailAddress? Read(string text)
    {
        var plain = text.Trim();
        if (EmailAddress.TryParse(plain, out var address) && address.Domain.Contains('.', StringComparison.Ordinal)
            && address.LocalPart.Any(char.IsLetter))
            return address;

        plain = plain.Split('@')[0].Trim();
        if (Extension().Match(plain) is { Success: true } extension && extension.Groups["number"].Length <= LongestExtension)
            return EmailAddress.FromTelephone(extension.Groups["number"].Value);

        // Letters stand for digits on a telephone, and names would be numbers.
        return plain.Any(char.IsLetter) ? null : numbers.Find(plain)?.Address;
    }

    /// <summary>A number in brackets behind a name; the (0) and the area code within a number are none.</summary>
    [GeneratedRegex(
        @"<(?<number>[^<>]*)>|(?<=\p{L}[^()\[\]]*)[(\[](?<number>[+0-9][0-9 ./-]*)[)\]]\s*$"
            + @"|^(?<number>\+?[0-9][0-9 ./-]*)\((?=[^()]*\p{L})[^()]*\)$",
        RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Within();

    /// <summary><c>101 - Ana Lee</c>.</summary>
    [GeneratedRegex(@"^(?<number>\+?[0-9][0-9 ()./]*?) *[-–:,] *(?<name>\p{L}[^<>()]*)$", RegexOptions.CultureInvariant, Patience)]
    private static partial Regex BeforeName();

    [GeneratedRegex(
        "^(sips?|tel|callto|pstn):", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^(ext(ension)?\.?|x|nst\.?|dw)? ?(?<number>[0-9]{2,6})$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Extension();

    [GeneratedRegex("^(PJSIP|SIP|IAX2|SCCP|Local)/(?<number>[0-9]{2,6})[-@]",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, Patience)]
    private static partial Regex Channel();
}
