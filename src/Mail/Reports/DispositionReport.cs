using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>Receipts (RFC 8098).</summary>
internal static class DispositionReport
{
    public static MailReport Read(MimePart part, MimeMessage message)
    {
        var fields = FieldGroups.Read(part.Content.Span).SelectMany(g => g).ToList();
        var original = OriginalMail.In(message);
        var address =
            FieldGroups.Address(fields.First("Original-Recipient"))
            ?? FieldGroups.Address(fields.First("Final-Recipient"))
            ?? (message.From is [var author, ..] ? author.Address : null);
        var disposition = fields.First("Disposition") ?? "";
        var type = disposition[(disposition.IndexOf(';', StringComparison.Ordinal) + 1)..].Trim();
        var action =
            type.StartsWith("failed", StringComparison.OrdinalIgnoreCase) || type.StartsWith("denied", StringComparison.OrdinalIgnoreCase)
                ? ReportAction.Failed
                : ReportAction.Displayed;
        return new MailReport(
            ReportKind.Disposition,
            address is null ? [] : [new ReportedRecipient(address, action, null, type.Length == 0 ? null : type)],
            MessageIds.Normalise(fields.First("Original-Message-ID")) ?? original.MessageId,
            original.Subject);
    }
}
