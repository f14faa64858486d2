namespace CrmSync.Mail.Mime;

/// <summary>A calendar in a mail.</summary>
/// <param name="Content">The decoded bytes, cut at the limit.</param>
/// <param name="Charset">The charset the part declares, or null.</param>
/// <param name="Method">The METHOD parameter of the Content-Type or else of the first lines of the calendar, in upper case; null when there
/// is neither.</param>
/// <param name="Place">Where in the message it stands.</param>
/// <param name="ContentType"><c>text/calendar</c>, or <c>application/ics</c> for an attached file.</param>
public sealed record CalendarPart(
    ReadOnlyMemory<byte> Content,
    string? Charset,
    string? Method,
    CalendarPlace Place,
    string ContentType)
{
    internal static IReadOnlyList<CalendarPart> In(MimePart root)
    {
        var found = new List<CalendarPart>();
        foreach (var part in root.All())
        {
            if (!part.InForwarded && part.ContentType is "text/calendar" or "application/ics" or "text/x-vcalendar")
                found.Add(
                    new CalendarPart(
                        part.Content,
                        part.Charset,
                        FindMethod(part),
                        FindPlace(part),
                        part.ContentType));
        }

        return found.Count < 2 ? found : [.. found.OrderBy(c => c.ContentType == "text/calendar" ? 0 : 1)];
    }

    internal static string? FindMethod(MimePart part)
    {
        if (part.Parameter("method") is { Length: > 0 } named)
            return named.Trim().ToUpperInvariant();

        var head = Charsets.DecodeHeader(part.Content.Span[..Math.Min(part.Content.Length, 2048)], null);
        foreach (var line in head.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("METHOD:", StringComparison.OrdinalIgnoreCase))
                return line[7..].Trim().ToString().ToUpperInvariant();
        }

        return null;
    }

    private static CalendarPlace FindPlace(MimePart part) => part.Parent?.ContentType switch
    {
        null => CalendarPlace.Top,
        _ when part.Disposition == "attachment" => CalendarPlace.Attachment,
        "multipart/alternative" => CalendarPlace.Alternative,
        "multipart/mixed" => CalendarPlace.Mixed,
        _ => CalendarPlace.Elsewhere,
    };
}

/// <summary>Where a calendar stands in its message.</summary>
public enum CalendarPlace
{
    /// <summary>It is the message.</summary>
    Top,

    /// <summary>A form of the body, in a multipart/alternative.</summary>
    Alternative,

    /// <summary>Beside the body, in a multipart/mixed, not marked as attachment.</summary>
    Mixed,

    /// <summary>An attached file.</summary>
    Attachment,

    /// <summary>In another kind of multipart.</summary>
    Elsewhere,
}
