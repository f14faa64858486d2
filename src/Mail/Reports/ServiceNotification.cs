using System.Text;
using System.Text.Json;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>
/// What Amazon's sending service tells its customers of a mail it sent for them: a notification in JSON, mailed by its topics.
/// </summary>
internal static class ServiceNotification
{
    private const int Longest = 256 * 1024;

    /// <summary>Reads the notification the text begins with; null when it begins with something else.</summary>
    public static MailReport? Read(MimeMessage message)
    {
        var text = message.Text;
        if (text.Length > Longest || Parse(text) is not { } notification)
            return null;

        using (notification)
        {
            // A topic may wrap what it passes on in an envelope of its own.
            var root = notification.RootElement;
            if (Text(root, "Message") is { } wrapped && Parse(wrapped) is { } inner)
            {
                using (inner)
                    return Read(inner.RootElement);
            }

            return Read(root);
        }
    }

    private static MailReport? Read(JsonElement root)
    {
        if (!root.TryGetProperty("mail", out var mail) || mail.ValueKind != JsonValueKind.Object)
            return null;
        return (Text(root, "notificationType") ?? Text(root, "eventType")) switch
        {
            "Bounce" => Report(mail, root, "bounce", "bouncedRecipients", ReportAction.Failed),
            "DeliveryDelay" => Report(mail, root, "deliveryDelay", "delayedRecipients", ReportAction.Delayed),
            "Delivery" => Report(mail, root, "delivery", "recipients", ReportAction.Delivered),
            "Complaint" => Report(mail, root, "complaint", "complainedRecipients", ReportAction.Complained),
            _ => null,
        };
    }

    /// <summary>The object a text begins with, or null.</summary>
    private static JsonDocument? Parse(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{"))
            return null;

        // Some servers break long lines with a mark of their own; below the object stands how to leave the topic.
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text.Replace("!\n ", "", StringComparison.Ordinal)));
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var value) && value.RootElement.ValueKind == JsonValueKind.Object
                ? value
                : null;
        }
        catch (JsonException)
        {
            return null; // a text that merely begins with a brace
        }
    }

    private static MailReport? Report(JsonElement mail, JsonElement root, string part, string list, ReportAction action)
    {
        if (!root.TryGetProperty(part, out var told) || told.ValueKind != JsonValueKind.Object)
            return null;

        var recipients = Elements(told, list)
            .Select(one => Recipient(one, action, Text(told, "smtpResponse")))
            .OfType<ReportedRecipient>()
            .DistinctBy(one => one.Address, StringComparer.OrdinalIgnoreCase);
        var headers = mail.TryGetProperty("commonHeaders", out var common) ? common : mail;
        var complained = action == ReportAction.Complained;
        return new MailReport(
            complained ? ReportKind.Feedback : ReportKind.Delivery,
            [.. recipients],
            MessageIds.Normalise(Header(mail, "Message-ID") ?? Text(headers, "messageId")),
            Text(headers, "subject") ?? Header(mail, "Subject"));
    }

    /// <summary>An address alone, or an object that also says what the server answered.</summary>
    private static ReportedRecipient? Recipient(JsonElement one, ReportAction action, string? answer)
    {
        var written = one.ValueKind == JsonValueKind.String ? one.GetString() : Text(one, "emailAddress");
        return AddressList.Parse(written ?? "") is [var mailbox, ..]
            ? new ReportedRecipient(mailbox.Address, action, Text(one, "status"), Text(one, "diagnosticCode") ?? answer)
            : null;
    }

    private static string? Header(JsonElement mail, string name) =>
        Elements(mail, "headers")
            .Where(header => name.Equals(Text(header, "name"), StringComparison.OrdinalIgnoreCase))
            .Select(header => Text(header, "value"))
            .FirstOrDefault();

    private static JsonElement.ArrayEnumerator Elements(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
