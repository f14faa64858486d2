using System.Globalization;
using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Mime;

/// <summary>
/// Asks a message everything it can answer, so that nothing lazy hides a failure, and gives the answers as one text to compare.
/// </summary>
internal static class Touch
{
    public static string Everything(MimeMessage message, string name)
    {
        try
        {
            var all = new StringBuilder();
            all.AppendLine(
                CultureInfo.InvariantCulture,
                $"subject {message.Subject} id {message.MessageId} date {message.Date} path {message.ReturnPath}");
            foreach (
                var (field, list) in new[]
                {
                    ("from", message.From),
                    ("sender", message.Sender),
                    ("reply-to", message.ReplyTo),
                    ("to", message.To),
                    ("cc", message.Cc),
                    ("bcc", message.Bcc),
                })
                all.AppendLine(CultureInfo.InvariantCulture, $"{field} {string.Join(", ", list)}");
            all.AppendLine(
                CultureInfo.InvariantCulture,
                $"refs {string.Join(' ', message.InReplyTo)} | {string.Join(' ', message.References)} | "
                    + $"{string.Join(" | ", message.Received)}"
            );
            foreach (var header in message.Headers)
                all.AppendLine(CultureInfo.InvariantCulture, $"{header.Name}: {header.Value}");
            foreach (var part in message.Root.All())
                all.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{new string(' ', part.Depth)}{part.ContentType} {part.Disposition} {part.FileName} {part.ContentId} {part.Size} "
                        + $"{part.Content.Length} {part.IsContentCut}"
                );
            all.AppendLine(
                CultureInfo.InvariantCulture,
                $"{message.AttachmentCount} {Convert.ToHexString(message.BodyDigest.Span)}");
            all.AppendLine(message.Text).AppendLine(message.Html);
            foreach (var calendar in message.Calendars)
                all.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{calendar.ContentType} {calendar.Method} {calendar.Place} {calendar.Content.Length}");
            if (MailReport.Parse(message) is { } report)
                all.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{report.Kind} {report.OriginalMessageId} {string.Join(", ", report.Recipients)}");
            all.AppendLine(string.Join("; ", message.Problems));
            var text = OwnText.From(message.Text);
            return all.AppendLine(text.Own).AppendLine(text.Excerpt).ToString();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{name} was not read", e);
        }
    }
}
