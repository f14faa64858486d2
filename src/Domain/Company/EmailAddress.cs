using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CrmSync.Domain.Company;

/// <summary>
/// An address as the office understands it: compared without case, its domain in one spelling whether it was written with its letters or
/// encoded for the wire (<see cref="DomainNames.Normalize"/>), and nothing more; no guessing from dots or <c>+</c> parts.
/// </summary>
/// <remarks>
/// A telephone is an address, too: <c>tel:</c> and a number in the form of E.164, or an extension of ours. Calls name people by it, and
/// what is written elsewhere never is one (<see cref="TryParse"/>).
/// </remarks>
public sealed record EmailAddress
{
    private const int MaxLength = 320;
    private const int MostDigits = 15;
    private const string TelephoneMark = "tel:";

    /// <summary>What a telephone has to press.</summary>
    private static readonly SearchValues<char> Keys = SearchValues.Create("0123456789*#");

    private EmailAddress(string value, int at)
    {
        Value = value;
        At = at;
    }

    /// <summary>The whole address in lower case.</summary>
    public string Value { get; }

    /// <summary>Whether it is that of a telephone.</summary>
    public bool IsTelephone => At < 0;

    /// <summary>What stands before the last <c>@</c>, in lower case; nothing for a telephone.</summary>
    public string LocalPart => At < 0 ? "" : Value[..At];

    /// <summary>The domain, in lower case, without a closing dot, with its own letters; of a telephone all of it.</summary>
    public string Domain => Value[(At + 1)..];

    /// <summary>The address with its domain spelled for the wire.</summary>
    public string Wire => At < 0 ? Value : string.Concat(Value.AsSpan(0, At + 1), DomainNames.ToAscii(Domain));

    private int At { get; }

    /// <summary>
    /// Reads <paramref name="text"/> as an addr-spec (RFC 5322 section 3.4.1); false when it has no local part, no domain, or white space
    /// or control characters.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        if (text is null)
            return false;

        var value = text.Trim().TrimEnd('.').ToLowerInvariant();
        var at = value.LastIndexOf('@');
        if (at <= 0 || at == value.Length - 1 || value.Length > MaxLength)
            return false;

        var quoted = value[0] == '"' && value[at - 1] == '"';
        for (var i = 0; i < value.Length; i++)
        {
            if (IsHidden(value, i) || value[i] is '<' or '>' || (char.IsWhiteSpace(value[i]) && !(quoted && i < at)))
                return false;
        }

        address = new EmailAddress(WithDomainNormalized(value, at), at);
        return true;
    }

    private static string WithDomainNormalized(string value, int at)
    {
        if (Ascii.IsValid(value) && value.IndexOf("xn--", at, StringComparison.Ordinal) < 0)
            return value;

        var normalized = string.Concat(value.AsSpan(0, at + 1), DomainNames.Normalize(value[(at + 1)..]));
        for (var i = at; i < normalized.Length; i++)
        {
            if (IsHidden(normalized, i) || char.IsWhiteSpace(normalized[i]) || (i > at && normalized[i] is '@' or '<' or '>'))
                return value;
        }

        return normalized;
    }

    /// <summary>
    /// A control, or a mark that turns the direction of writing or has no width: such an address looks like another one.
    /// </summary>
    private static bool IsHidden(string text, int at) =>
        char.IsControl(text[at])
        || (text[at] > '\u007f'
            && CharUnicodeInfo.GetUnicodeCategory(text, at)
                is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>The address of a telephone.</summary>
    /// <param name="number">In the form of E.164, or the digits of an extension.</param>
    public static EmailAddress FromTelephone(string number) =>
        TryReadTelephone(TelephoneMark + number) ?? throw new FormatException($"\"{number}\" is not a telephone number.");

    /// <summary>Reads what names somebody outside: an email address as <see cref="TryParse"/> does, or that of a telephone.</summary>
    public static bool TryParseContact(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = TryReadTelephone(text?.Trim().ToLowerInvariant());
        return address is not null || TryParse(text, out address);
    }

    /// <summary>
    /// Reads an address, of a telephone or not, that is known to be one; throws <see cref="FormatException"/> otherwise.
    /// </summary>
    public static EmailAddress Parse(string text) =>
        TryParseContact(text, out var address) ? address : throw new FormatException($"\"{text}\" is not an address.");

    private static EmailAddress? TryReadTelephone(string? value)
    {
        if (value?.StartsWith(TelephoneMark, StringComparison.Ordinal) != true)
            return null;

        var digits = value.AsSpan(TelephoneMark.Length);
        if (digits.StartsWith('+'))
            digits = digits[1..];

        return digits.Length is > 0 and <= MostDigits && !digits.ContainsAnyExcept(Keys) ? new EmailAddress(value, -1) : null;
    }

    /// <summary>
    /// Whether the address lies in <paramref name="domain"/> (normalized) or one of its subdomains; <c>notacme.com</c> is not in
    /// <c>acme.com</c>.
    /// </summary>
    public bool IsIn(string domain) => DomainNames.IsUnder(Value.AsSpan(At + 1), domain);

    public bool Equals(EmailAddress? other) => other is not null && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}
