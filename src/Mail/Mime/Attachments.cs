namespace CrmSync.Mail.Mime;

/// <summary>Tells files from what merely belongs to the text.</summary>
internal static class Attachments
{
    /// <summary>The number of files among the parts; <paramref name="html"/> tells which pictures the text shows.</summary>
    public static int Count(MimePart root, Func<string?> html)
    {
        var count = 0;
        foreach (var part in root.All())
        {
            if (!part.InForwarded && !part.IsMultipart && IsFile(part, root, html))
                count++;
        }

        return count;
    }

    private static bool IsFile(MimePart part, MimePart root, Func<string?> html)
    {
        var within = part.Parent?.ContentType;
        switch (part.ContentType)
        {
            case "application/pgp-signature"
            or "application/pkcs7-signature"
            or "application/x-pkcs7-signature"
            or "application/pgp-encrypted":
                return false;
            case var type when ReportPart.IsReport(type):
                return false;
            case "text/calendar":
                return part.Disposition == "attachment" && CalendarPart.FindMethod(part) is null;
            case "application/ics":
                return CalendarPart.FindMethod(part) is null && !root.All().Any(p => p.ContentType == "text/calendar" && !p.InForwarded);
            case "message/rfc822" or "message/global":
                return within is not ("multipart/report" or "multipart/digest");
            case "application/applefile" when within == "multipart/appledouble":
                return false;

            // What was opened counts by what is in it.
            case "application/pkcs7-mime"
            or "application/x-pkcs7-mime"
            or "application/ms-tnef"
            or "application/vnd.ms-tnef"
            or "application/octet-stream" when part.Parts.Count > 0:
                return false;
        }

        // Exchange makes a file of a footer it cannot add to the text.
        if (part.IsText && part.FileName is { } name && IsExchangeFooter(name))
            return false;

        if (part.IsText)
            return part.Disposition == "attachment"
                || part.FileName is not null && part.Depth > 0 && part.Content.IsEmpty
                || part.ContentType is "text/csv" or "text/vcard" or "text/x-vcard";
        if (part.ContentType.StartsWith("image/", StringComparison.Ordinal))
            return !IsShown(part, within, html());

        // What stands beside the text in a multipart/related or alternative is part of its presentation unless it says otherwise.
        return part.Disposition == "attachment" || part.Depth == 0 || within is not ("multipart/alternative") || part.FileName is not null;
    }

    /// <summary>ATT00001.txt and its kin.</summary>
    private static bool IsExchangeFooter(string name)
    {
        if (!name.StartsWith("ATT", StringComparison.OrdinalIgnoreCase) || name.Length is < 7 or > 14)
            return false;
        var dot = name.LastIndexOf('.');
        return dot > 5 && name.AsSpan(3, dot - 3).IndexOfAnyExceptInRange('0', '9') < 0
            && name.AsSpan(dot) is ".txt" or ".htm" or ".html" or ".TXT" or ".HTM";
    }

    private static bool IsShown(MimePart part, string? within, string? html)
    {
        if (part.Disposition == "inline" && part.Depth > 0)
            return true;
        if (part.ContentId is { } id && html is not null && html.Contains("cid:" + id, StringComparison.OrdinalIgnoreCase))
            return true;
        return within == "multipart/related" && part.Disposition != "attachment" && html is not null;
    }
}
