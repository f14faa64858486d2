using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>What kind of report a mail is.</summary>
public enum ReportKind
{
    /// <summary>What became of a mail that was sent (RFC 3464, or one of the forms mail systems invented before).</summary>
    Delivery,

    /// <summary>A receipt: what a reader did with the mail (RFC 8098).</summary>
    Disposition,

    /// <summary>A complaint handed on by a mailbox provider (RFC 5965).</summary>
    Feedback,
}

/// <summary>What a report says happened for one recipient.</summary>
public enum ReportAction
{
    /// <summary>Not delivered, for good.</summary>
    Failed,

    /// <summary>Not delivered yet; the server goes on trying.</summary>
    Delayed,

    /// <summary>Delivered, relayed or expanded to others.</summary>
    Delivered,

    /// <summary>The recipient opened it or threw it away (receipts).</summary>
    Displayed,

    /// <summary>The recipient complained (feedback).</summary>
    Complained,
}

/// <summary>One recipient of a report.</summary>
/// <param name="Address">The address the mail was sent to, in its normal form.</param>
/// <param name="Action">What happened.</param>
/// <param name="Status">The enhanced status code (<c>5.1.1</c>), or null.</param>
/// <param name="Diagnostic">What the server said, on one line, or null.</param>
public sealed record ReportedRecipient(string Address, ReportAction Action, string? Status, string? Diagnostic);

/// <summary>A report about a mail that was sent.</summary>
/// <param name="Kind">What kind of report it is.</param>
/// <param name="Recipients">What it says of each recipient; may be empty when the report names none.</param>
/// <param name="OriginalMessageId">The normalised Message-ID of the mail it is about, or null when it does not tell.</param>
/// <param name="OriginalSubject">The subject of that mail, or null.</param>
public sealed record MailReport(
    ReportKind Kind,
    IReadOnlyList<ReportedRecipient> Recipients,
    string? OriginalMessageId,
    string? OriginalSubject)
{
    /// <summary>
    /// What the message reports, or null when it is no report. Parts of a forwarded report make no report of the mail that forwards it.
    /// </summary>
    public static MailReport? Parse(MimeMessage message)
    {
        MimePart? status = null,
            disposition = null,
            feedback = null;
        foreach (var part in message.Root.All())
        {
            if (part.InForwarded)
                continue;
            switch (part.ContentType)
            {
                case "message/delivery-status" or "message/global-delivery-status":
                    status ??= part;
                    break;
                case "message/disposition-notification" or "message/global-disposition-notification":
                    disposition ??= part;
                    break;
                case "message/feedback-report":
                    feedback ??= part;
                    break;
            }
        }

        if (
            feedback is not null
            || message.Subject.StartsWith("complaint about message from ", StringComparison.OrdinalIgnoreCase)
                && message.From is [var staff, ..]
                && staff.Address.StartsWith("staff@", StringComparison.OrdinalIgnoreCase)
        )
            return FeedbackReport.Read(feedback, message);
        if (disposition is not null)
            return DispositionReport.Read(disposition, message);
        if (status is not null && DeliveryStatus.Read(status, message) is { Recipients.Count: > 0 } standard)
            return standard;
        return ServiceNotification.Read(message)
            ?? BounceText.Read(message, isReport: status is not null || message.Root.ContentType == "multipart/report");
    }
}
