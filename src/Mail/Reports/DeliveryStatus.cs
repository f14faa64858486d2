using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>Delivery status notifications (RFC 3464).</summary>
internal static class DeliveryStatus
{
    public static MailReport Read(MimePart part, MimeMessage message)
    {
        var recipients = new Dictionary<string, ReportedRecipient>(StringComparer.OrdinalIgnoreCase);
        var original = OriginalMail.In(message);
        string? originalId = null;
        foreach (var group in FieldGroups.Read(part.Content.Span))
        {
            originalId ??= group.First("X-Original-Message-ID") ?? group.First("Original-Message-ID");

            // What we sent to is the original recipient; the final one may be where an alias led.
            var final = FieldGroups.Address(group.First("Final-Recipient"));
            var address =
                FieldGroups.Address(group.First("Original-Recipient")) ?? final ?? FieldGroups.Address(group.First("X-Actual-Recipient"));
            if (group.First("Original-Recipient") is null && final is not null && ExpandedFrom(message.Text, final) is { } expanded)
                address = expanded;
            if (address is null && group.First("Action") is null)
                continue;
            if (address is null)
            {
                // A block with a result but no usable address (X.400, a bare name) speaks of the one recipient there was.
                if (original.Recipients is not [var only])
                    continue;
                address = only;
            }

            var action = ParseAction(group.First("Action"), group.First("Status"));
            var status = StatusCode.In(group.First("Status")) ?? StatusCode.In(group.First("Diagnostic-Code"));
            var diagnostic = group.First("Diagnostic-Code") ?? group.First("X-Supplementary-Info");
            if (diagnostic?.IndexOf(';', StringComparison.Ordinal) is >= 0 and <= 12 and var semicolon)
                diagnostic = diagnostic[(semicolon + 1)..].Trim();

            // Several blocks for one address: the worst one tells.
            if (!recipients.TryGetValue(address, out var known) || action == ReportAction.Failed && known.Action != ReportAction.Failed)
                recipients[address] = new ReportedRecipient(address, action, status, diagnostic);
        }

        return new MailReport(
            ReportKind.Delivery,
            [.. recipients.Values],
            MessageIds.Normalise(originalId) ?? original.MessageId,
            original.Subject,
            null
        );
    }

    /// <summary>The address we wrote to, where the text says that the failed one was "(expanded from ...)" it; else null.</summary>
    private static string? ExpandedFrom(string text, string failed)
    {
        var at = text.IndexOf("expanded from", StringComparison.OrdinalIgnoreCase);
        while (at >= 0)
        {
            // The failed address stands on the same line before it or on the line above.
            var above = Math.Max(0, at - 300);
            var end = text.IndexOf(')', at) is > 0 and var close && close - at < 400 ? close : Math.Min(text.Length, at + 200);
            if (
                text[above..at].Contains(failed, StringComparison.OrdinalIgnoreCase)
                && text.IndexOf('@', at) is > 0 and var sign
                && sign < end
            )
            {
                var (start, stop) = AddressList.Around(text, sign);
                if (start >= 0 && AddressList.Normalise(text[start..stop]) is { } address)
                    return address;
            }

            at = text.IndexOf("expanded from", at + 13, StringComparison.OrdinalIgnoreCase);
        }

        return null;
    }

    private static ReportAction ParseAction(string? action, string? status)
    {
        var word = action.AsSpan().Trim();
        var end = word.IndexOfAny(' ', '(', ';');
        if (end > 0)
            word = word[..end];
        if (
            word.Equals("failed", StringComparison.OrdinalIgnoreCase)
            || word.Equals("failure", StringComparison.OrdinalIgnoreCase)
            || word.Equals("expired", StringComparison.OrdinalIgnoreCase)
        )
            return ReportAction.Failed;
        if (word.Equals("delayed", StringComparison.OrdinalIgnoreCase))
            return ReportAction.Delayed;
        if (
            word.Equals("delivered", StringComparison.OrdinalIgnoreCase)
            || word.Equals("relayed", StringComparison.OrdinalIgnoreCase)
            || word.Equals("expanded", StringComparison.OrdinalIgnoreCase)
            || word.Equals("deliverable", StringComparison.OrdinalIgnoreCase)
        )
            return ReportAction.Delivered;
        return status?.TrimStart() switch
        {
            ['4', ..] => ReportAction.Delayed,
            ['2', ..] => ReportAction.Delivered,
            _ => ReportAction.Failed,
        };
    }
}
