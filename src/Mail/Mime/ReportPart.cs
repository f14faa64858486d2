namespace CrmSync.Mail.Mime;

/// <summary>The parts of reports about mail: RFC 3464, RFC 8098, RFC 5965 and RFC 6522, with the international forms of RFC 6533.</summary>
internal static class ReportPart
{
    /// <summary>Whether a media type is that of a report, or of the header fields of the mail it is about.</summary>
    public static bool IsReport(string type) =>
        IsHeaders(type)
        || type
            is "message/delivery-status"
                or "message/global-delivery-status"
                or "message/disposition-notification"
                or "message/global-disposition-notification"
                or "message/feedback-report";

    /// <summary>Whether a media type is that of header fields without their mail.</summary>
    public static bool IsHeaders(string type) => type is "text/rfc822-headers" or "message/rfc822-headers" or "message/global-headers";
}
