using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>Feedback reports (RFC 5965): complaints of recipients, handed on by their provider.</summary>
internal static class FeedbackReport
{
    /// <summary>Reads the report; without a machine-readable part (Hotmail sends the bare complaint) the returned mail must tell.</summary>
    public static MailReport? Read(MimePart? part, MimeMessage message)
    {
        var fields = part is null ? [] : FieldGroups.Read(part.Content.Span).SelectMany(g => g).ToList();
        var original = OriginalMail.In(message);
        if (part is null && original.Recipients.Count == 0)
            return null;

        var named = fields
            .Where(f =>
                f.Name.Equals("Original-Rcpt-To", StringComparison.OrdinalIgnoreCase)
                || f.Name.Equals("Removal-Recipient", StringComparison.OrdinalIgnoreCase)
            )
            .SelectMany(f => AddressList.Parse(f.Value))
            .Select(m => m.Address)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToList();
        var addresses = named.Count > 0 ? named : original.Recipients;
        var diagnostic = fields.First("Authentication-Results") ?? fields.First("Source-IP");
        return new MailReport(
            ReportKind.Feedback,
            [.. addresses.Select(a => new ReportedRecipient(a, ReportAction.Complained, null, diagnostic))],
            MessageIds.Normalise(fields.First("Original-Message-ID")) ?? original.MessageId,
            original.Subject);
    }
}
