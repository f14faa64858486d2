using System.Text;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// One property of a component: its name in capitals, its parameters, its value as written (RFC 5545 section 3.1, RFC 6868).
/// </summary>
internal sealed record ContentLine(string Name, IReadOnlyList<KeyValuePair<string, string>> Parameters, string Value, int Line)
{
    private static readonly KeyValuePair<string, string>[] None = [];

    /// <summary>The first value of a parameter; null if it is absent.</summary>
    public string? Parameter(string name)
    {
        foreach (var (key, value) in Parameters)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    /// <summary>Reads the part of a line after its name. It never fails: what cannot be taken apart is part of the value.</summary>
    /// <param name="name">The name, in capitals.</param>
    /// <param name="rest">The line from the <c>;</c> or <c>:</c> after the name on.</param>
    /// <param name="line">The line's number.</param>
    public static ContentLine From(string name, string rest, int line)
    {
        if (rest.Length > 0 && rest[0] == ':')
            return new ContentLine(name, None, rest[1..], line);

        var colon = Colon(name, rest);
        var parameters = new List<KeyValuePair<string, string>>();
        foreach (var part in Split(rest[..colon], ';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                parameters.Add(new(part[..equals].Trim(), Unquoted(part[(equals + 1)..])));
            else if (part.Length > 0)
                parameters.Add(new("", part)); // vCalendar 1.0 writes only the value: ";QUOTED-PRINTABLE"
        }

        return new ContentLine(name, parameters, colon < rest.Length ? rest[(colon + 1)..] : "", line);
    }

    /// <summary>The members of a list in a parameter: <c>DELEGATED-TO="mailto:a@x.example","mailto:b@x.example"</c>.</summary>
    public static IEnumerable<string> Members(string parameter) =>
        parameter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(member => member.Trim('"'));

    /// <summary>
    /// Where the value begins: at the first colon outside of quotes, or where an unquoted parameter plainly goes on past it.
    /// </summary>
    private static int Colon(string name, string rest)
    {
        var quoted = false;
        var first = -1;
        for (var index = 0; index < rest.Length && first < 0; index++)
        {
            if (rest[index] == '"')
                quoted = !quoted;
            else if (rest[index] == ':' && !quoted)
                first = index;
        }

        // A quote that is never closed is a letter like any other.
        if (first < 0)
            first = rest.IndexOf(':', StringComparison.Ordinal) is >= 0 and var any ? any : rest.Length;

        // TZID=tzone://Microsoft/Utc and TZID=GMT +01:00 without quotes: no date holds a colon of its own.
        if (name is "DTSTART" or "DTEND" or "RECURRENCE-ID" or "EXDATE" or "RDATE" or "DUE")
            return rest.LastIndexOf(':') is > 0 and var last && last > first && !IsTime(rest, first) ? last : first;
        // CN=Sales: North:mailto:...
        if (
            name is "ATTENDEE" or "ORGANIZER"
            && first < rest.Length
            && rest.IndexOf(":mailto:", first, StringComparison.OrdinalIgnoreCase) is > 0 and var address
            && !rest.AsSpan(first, address - first).Contains('"'))
            return address;
        return first;
    }

    /// <summary>
    /// Whether what follows the colon is a time with colons of its own (<c>2026-03-01T09:00:00</c>) and no rest of a parameter.
    /// </summary>
    private static bool IsTime(string rest, int colon) =>
        colon + 1 < rest.Length && char.IsAsciiDigit(rest[colon + 1]) && rest.IndexOf('T', colon) is > 0 and var at && at <= colon + 12;

    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        var quoted = false;
        for (var index = 0; index <= text.Length; index++)
        {
            if (index < text.Length && text[index] == '"')
                quoted = !quoted;
            if (index < text.Length && (text[index] != separator || quoted))
                continue;
            parts.Add(text[start..index]);
            start = index + 1;
        }

        return parts;
    }

    private static string Unquoted(string value)
    {
        var text = value.Trim();
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"' && !text.Contains("\",\"", StringComparison.Ordinal))
            text = text[1..^1];
        if (!text.Contains('^', StringComparison.Ordinal))
            return text;

        // RFC 6868: ^n is a line break, ^' a quote, ^^ a caret.
        var decoded = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var next = index + 1 < text.Length ? text[index + 1] : '\0';
            if (text[index] != '^' || next is not ('n' or '^' or '\''))
            {
                decoded.Append(text[index]);
                continue;
            }

            decoded.Append(next switch { 'n' => '\n', '\'' => '"', _ => '^' });
            index++;
        }

        return decoded.ToString();
    }
}
