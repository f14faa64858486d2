using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrmSync.Domain.Digests;
using CrmSync.Worker.Configuration;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Writes what is posted in the form a chat service takes. Texts stay plain there: no markup, no mention and no preview comes of what a
/// customer wrote.
/// </summary>
internal static class ChannelText
{
    // Names stay readable for whoever looks for a person in what is kept.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(ChannelPost post, WebhookFormat format)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            switch (format)
            {
                case WebhookFormat.Slack:
                    WriteSlack(json, post);
                    break;
                case WebhookFormat.Teams:
                    WriteTeams(json, post);
                    break;
                default:
                    WriteValues(json, post);
                    break;
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Slack, https://api.slack.com/messaging/webhooks: three characters are escaped, and links are not opened.</summary>
    private static void WriteSlack(Utf8JsonWriter json, ChannelPost post)
    {
        var text = string.Join('\n', Lines(post))
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        json.WriteString("text", text);
        json.WriteBoolean("mrkdwn", false);
        json.WriteBoolean("unfurl_links", false);
        json.WriteBoolean("unfurl_media", false);
    }

    /// <summary>A workflow of Teams takes an Adaptive Card; its TextRun knows no Markdown, unlike its TextBlock.</summary>
    private static void WriteTeams(Utf8JsonWriter json, ChannelPost post)
    {
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.2");
        json.WriteStartArray("body");
        foreach (var line in Lines(post))
        {
            json.WriteStartObject();
            json.WriteString("type", "RichTextBlock");
            json.WriteStartArray("inlines");
            json.WriteStartObject();
            json.WriteString("type", "TextRun");
            json.WriteString("text", line);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteValues(Utf8JsonWriter json, ChannelPost post)
    {
        json.WriteStartArray("items");
        foreach (var line in post.Lines)
        {
            json.WriteStartObject();
            json.WriteString("id", line.Item);
            json.WriteString("rule", line.Rule);
            json.WriteString("step", line.Step);
            json.WriteString("status", line.Status);
            if (line.Due is { } due)
                json.WriteString("due", InstantPattern.General.Format(due));

            json.WriteString("owner", line.Owner);
            json.WriteString("owner_name", line.OwnerName);
            WriteText(json, "reservation", line.Reservation);
            WriteText(json, "customer", line.Customer);
            WriteText(json, "address", line.Address?.Value);
            WriteText(json, "subject", line.Subject);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("more", post.More);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static IEnumerable<string> Lines(ChannelPost post)
    {
        if (post.Headline is { } headline)
            yield return headline;

        foreach (var line in post.Lines)
        {
            string?[] parts =
            [
                line.What is null ? line.Rule : $"{line.What} ({line.Rule})",
                line.Subject is null ? null : $"\"{line.Subject}\"",
                line.Status,
                line.OwnerName,
                line.Item,
                line.Reservation,
            ];
            yield return string.Join(" · ", parts.OfType<string>());
        }

        if (post.More > 0)
            yield return FormattableString.Invariant($"+ {post.More}");
    }
}
