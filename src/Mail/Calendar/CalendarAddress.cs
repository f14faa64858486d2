namespace CrmSync.Mail.Calendar;

/// <summary>
/// Reads the people of an event: <c>ATTENDEE;CN="Ada";PARTSTAT=ACCEPTED:mailto:ada@x.example</c> and what others write for it.
/// </summary>
internal static class CalendarAddress
{
    /// <summary>
    /// The mail address a property names: its EMAIL (RFC 7986 section 6.2), for the value of such a property only routes answers, else its
    /// value; null if it names none.
    /// </summary>
    public static string? Parse(ContentLine line) => Email(line) ?? Parse(line.Value) ?? Parse(line.Parameter("X-EMAIL"));

    /// <summary>The address in EMAIL; null if it names none.</summary>
    public static string? Email(ContentLine line) => Parse(line.Parameter("EMAIL"));

    /// <summary>
    /// The mail address of a calendar user address; <c>mailto:</c> in any case, or absent. Null if it is no mail address.
    /// </summary>
    public static string? Parse(string? value)
    {
        var text = Bare(value ?? "");
        while (text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            text = Bare(text[7..]);
        if (text.Contains("%40", StringComparison.Ordinal))
            text = Uri.UnescapeDataString(text);

        var at = text.LastIndexOf('@');
        return
            at > 0
            && at < text.Length - 1
            && text.Length <= 320
            && !text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character is '/')
            ? text
            : null;
    }

    /// <summary>The display name (CN) of a property; null if absent or only the address again.</summary>
    public static string? Name(ContentLine line)
    {
        var name = line.Parameter("CN") is { } written ? TextValue.Unescape(written, 500)?.Trim('"', '\'', ' ') : null;
        return
            string.IsNullOrEmpty(name)
            || string.Equals(Parse(name), Parse(line), StringComparison.OrdinalIgnoreCase) && Parse(name) is not null
            ? null
            : name;
    }

    public static CalendarAttendee Attendee(ContentLine line) => new(Parse(line), Name(line))
    {
        // vCalendar 1.0 says STATUS where iCalendar says PARTSTAT.
        Status = (line.Parameter("PARTSTAT") ?? line.Parameter("STATUS"))?.Trim().ToUpperInvariant() switch
        {
            "ACCEPTED" or "CONFIRMED" => ParticipationStatus.Accepted,
            "DECLINED" => ParticipationStatus.Declined,
            "TENTATIVE" => ParticipationStatus.Tentative,
            "DELEGATED" => ParticipationStatus.Delegated,
            _ => ParticipationStatus.NeedsAction,
        },
        Role = line.Parameter("ROLE")?.Trim().ToUpperInvariant() switch
        {
            "CHAIR" or "OWNER" or "ORGANIZER" => AttendeeRole.Chair,
            "OPT-PARTICIPANT" => AttendeeRole.Optional,
            "NON-PARTICIPANT" => AttendeeRole.NonParticipant,
            _ => AttendeeRole.Required,
        },
        Kind = line.Parameter("CUTYPE")?.Trim().ToUpperInvariant() switch
        {
            null or "" or "INDIVIDUAL" => AttendeeKind.Individual,
            "GROUP" => AttendeeKind.Group,
            "RESOURCE" => AttendeeKind.Resource,
            "ROOM" => AttendeeKind.Room,
            _ => AttendeeKind.Unknown,
        },
        SentBy = Parse(line.Parameter("SENT-BY")),
        DelegatedTo = Addresses(line.Parameter("DELEGATED-TO")),
        DelegatedFrom = Addresses(line.Parameter("DELEGATED-FROM")),
    };

    /// <summary>Without quotes and brackets; of "Ada &lt;ada@x.example&gt;", where only the address belongs, the address.</summary>
    private static string Bare(string text)
    {
        if (text.IndexOf('<', StringComparison.Ordinal) is >= 0 and var open && text.IndexOf('>', open) is var close && close > open)
            text = text[(open + 1)..close];
        return text.Trim().Trim('"', '\'', '<', '>', ' ');
    }

    private static string[] Addresses(string? parameter) =>
        parameter is null ? [] : [.. ContentLine.Members(parameter).Select(Parse).OfType<string>()];
}
