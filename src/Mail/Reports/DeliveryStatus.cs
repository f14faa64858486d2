using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>Delivery status notifications (RFC 3464).</summary>
internal static class DeliveryStatus
{
    /// <summary>Reads the part of a report made for programs.</summary>
    public static MailReport Read(MimePart part, MimeMessage message) =>
        Read(FieldGroups.Read(part.Content.Span), message, OriginalMail.In(message));

    /// <summary>
    /// Reads the fields of that part where a gateway or a broken boundary left them in the text of a mail system's report; null when no
    /// recipient stands there.
    /// </summary>
    public static MailReport? ReadText(string text, MimeMessage message, OriginalMail original)
    {
        if (!text.Contains("-Recipient:", StringComparison.OrdinalIgnoreCase))
            return null;

        var groups = FieldGroups.Read(text).FindAll(group => NamesRecipient(group) && group.First("Action") is not null);
        return groups.Count > 0 && Read(groups, message, original) is { Recipients.Count: > 0 } report ? report : null;
    }

    private static MailReport Read(List<List<(string Name, string Value)>> groups, MimeMessage message, OriginalMail original)
    {
        var recipients = new Dictionary<string, ReportedRecipient>(StringComparer.OrdinalIgnoreCase);
        string? originalId = null;
        foreach (var group in groups.SelectMany(ForEachRecipient))
        {
            originalId ??= group.First("X-Original-Message-ID") ?? group.First("Original-Message-ID");

            // What we sent to is the original recipient; the final one may be where an alias led.
            var final = FieldGroups.Address(group.First("Final-Recipient"));
            var address =
                FieldGroups.Address(group.First("Original-Recipient")) ?? final ?? FieldGroups.Address(group.First("X-Actual-Recipient"));
            if (group.First("Original-Recipient") is null && final is not null)
                address = ExpandedFrom(message.Text, final, original) ?? address;
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
            original.Subject);
    }

    private static bool NamesRecipient(List<(string Name, string Value)> group) =>
        group.First("Final-Recipient") is not null || group.First("Original-Recipient") is not null;

    /// <summary>
    /// Some systems forget the blank line between recipients: the second Final-Recipient or Original-Recipient begins a group.
    /// </summary>
    private static IEnumerable<List<(string Name, string Value)>> ForEachRecipient(List<(string Name, string Value)> group)
    {
        var begun = new List<(string Name, string Value)>(group.Count);
        foreach (var field in group)
        {
            if (
                field.Name.Equals("Final-Recipient", StringComparison.OrdinalIgnoreCase)
                    && begun.First("Final-Recipient") is not null
                || field.Name.Equals("Original-Recipient", StringComparison.OrdinalIgnoreCase)
                    && begun.First("Original-Recipient") is not null)
            {
                yield return begun;
                begun = [];
            }

            begun.Add(field);
        }

        yield return begun;
    }

    /// <summary>The address we wrote to, where the text says that the failed one was "(expanded from ...)" it; else null.</summary>
    private static string? ExpandedFrom(string text, string failed, OriginalMail original)
    {
        var at = text.IndexOf("expanded from", StringComparison.OrdinalIgnoreCase);
        while (at >= 0)
        {
            // The failed address stands on the same line before it or on the line above, or there stands a program it led to.
            var above = Math.Max(0, at - 300);
            var end = text.IndexOf(')', at) is > 0 and var close && close - at < 400 ? close : Math.Min(text.Length, at + 200);
            if (
                text.IndexOf('@', at) is > 0 and var sign
                && sign < end
                && AddressList.Around(text, sign) is var (start, stop)
                && start >= 0
                && AddressList.Normalise(text[start..stop]) is { } address
                && (text[above..at].Contains(failed, StringComparison.OrdinalIgnoreCase) || original.WentOnlyTo(address)))
                return address;

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
