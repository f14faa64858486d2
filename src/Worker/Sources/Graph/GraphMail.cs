using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using Microsoft.Graph.Models;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// Says in the words of the log what a message resource says. The headers and the text body are put together to a mail and read like one
/// that came as a file, so that equal mails are equal whatever way they came; what Graph knows better (addresses, dates) replaces what was
/// read.
/// </summary>
internal static class GraphMail
{
    /// <summary>
    /// Properties a message is asked for with. Headers come only when they are named (message resource, <c>internetMessageHeaders</c>).
    /// </summary>
    private static string[] Selected { get; } =
    [
        "id",
        "internetMessageId",
        "internetMessageHeaders",
        "subject",
        "from",
        "sender",
        "replyTo",
        "toRecipients",
        "ccRecipients",
        "bccRecipients",
        "sentDateTime",
        "receivedDateTime",
        "createdDateTime",
        "isDraft",
        "hasAttachments",
        "body",
        "parentFolderId",
        "webLink",
    ];

    /// <summary>What a message is asked for with: its categories only where the policy names some.</summary>
    public static string[] Select(PrivateLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.Labels.Count == 0 ? Selected : [.. Selected, "categories"];
    }

    /// <summary>
    /// In-Reply-To and References as properties of the item (MS-OXPROPS 2.751, 2.757): mails we sent have them, although they have no
    /// headers.
    /// </summary>
    public const string Expanded = $"singleValueExtendedProperties($filter=id eq '{InReplyTo}' or id eq '{References}')";

    /// <summary>An item's id is a few hundred characters; what is longer is no link to one.</summary>
    private const int LongestLink = 1000;

    private const string InReplyTo = "String 0x1042";
    private const string References = "String 0x1039";

    /// <summary>Of the headers these describe a form the mail does not have here.</summary>
    private static readonly HashSet<string> OfTheForm = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "Content-Disposition",
        "Content-Language",
        "Content-Class",
        "Content-ID",
        "Content-Location",
        "Content-MD5",
    };

    /// <summary>Whether the row tells the whole message. An update in a delta may name only what changed.</summary>
    public static bool IsWhole(Message message) =>
        message.Body?.Content is not null && message.SentDateTime is not null && message.IsDraft is not null;

    /// <summary>Whether it is a report about another mail, which only its MIME form tells in full.</summary>
    public static bool NeedsMime(Message message)
    {
        foreach (var header in message.InternetMessageHeaders ?? [])
        {
            if (
                Is(header, "Content-Type")
                && header.Value?.TrimStart().StartsWith("multipart/report", StringComparison.OrdinalIgnoreCase) == true)
                return true;

            if (Is(header, "Return-Path") && header.Value?.Trim() is "<>" or "")
                return true;
        }

        var author = message.From?.EmailAddress?.Address ?? "";
        return author.StartsWith("postmaster@", StringComparison.OrdinalIgnoreCase)
            || author.StartsWith("mailer-daemon@", StringComparison.OrdinalIgnoreCase)
            || author.StartsWith("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Where whoever has the mailbox opens the message in Outlook on the web; null where the service does not say.</summary>
    public static string? WebLink(Message message) =>
        message.WebLink is { Length: <= LongestLink } link && Uri.TryCreate(link, UriKind.Absolute, out var address)
        && address.Scheme == Uri.UriSchemeHttps
            ? address.AbsoluteUri
            : null;

    /// <summary>What the message says.</summary>
    public static MailFacts ReadFacts(Message message, bool withTrace = false)
    {
        var mime = MimeReader.Read(Rebuilt(message));
        var arrived = ParseInstant(message.ReceivedDateTime);
        var facts = withTrace
            ? MailTranslation.WithTrace(MailTranslation.ReadFacts(mime, arrived), mime)
            : MailTranslation.ReadFacts(mime, arrived);
        return facts with
        {
            MessageId = MessageIds.Normalise(message.InternetMessageId) ?? facts.MessageId,
            From = Named(message.From),
            Sender = Named(message.Sender),
            ReplyTo = Named(message.ReplyTo),
            To = Named(message.ToRecipients),
            Cc = Named(message.CcRecipients),
            Bcc = Named(message.BccRecipients),
            Subject = mime.Subject.Length == 0 ? null : mime.Subject,

            // With headers the Date field counts, even its absence: then the service has put its own time in its place.
            Date = message.InternetMessageHeaders is { Count: > 0 } ? facts.Date : ParseInstant(message.SentDateTime),
            Received = facts.Received ?? (message.InternetMessageHeaders is { Count: > 0 } ? null : arrived),
            CalendarPart = message is EventMessage,
            Attachments = message.HasAttachments == true ? 1 : 0,
        };
    }

    /// <summary>The headers of the message, its subject and its body, as a mail.</summary>
    private static byte[] Rebuilt(Message message)
    {
        var mail = new StringBuilder();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in message.InternetMessageHeaders ?? [])
        {
            if (header is not { Name.Length: > 0, Value: not null } || OfTheForm.Contains(header.Name) || Is(header, "Subject"))
                continue;

            seen.Add(header.Name);
            Add(header.Name, header.Value);
        }

        if (!seen.Contains("From") && message.From?.EmailAddress?.Address is { } author)
            Add("From", $"<{author}>");

        if (!seen.Contains("In-Reply-To") && Property(message, InReplyTo) is { } answered)
            Add("In-Reply-To", answered);

        if (!seen.Contains("References") && Property(message, References) is { } thread)
            Add("References", thread);

        if (message.Subject is { } subject)
            Add("Subject", EncodedSubject(subject));

        mail.Append("Content-Type: text/").Append(message.Body?.ContentType == BodyType.Html ? "html" : "plain")
            .Append("; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n")
            .Append(message.Body?.Content);
        return Encoding.UTF8.GetBytes(mail.ToString());

        void Add(string name, string value) =>
            mail.Append(name).Append(": ").Append(value.ReplaceLineEndings(" ").Replace('\0', ' ')).Append('\n');
    }

    /// <summary>The service has decoded the subject; what still looks encoded is meant literally.</summary>
    private static string EncodedSubject(string subject) =>
        subject.Contains("=?", StringComparison.Ordinal)
            ? string.Concat(Pieces(subject).Select(p => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(p))}?= "))
            : subject;

    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(12, text.Length - at);
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
                length--;

            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static string? Property(Message message, string id) =>
        message.SingleValueExtendedProperties?.FirstOrDefault(p => string.Equals(p.Id, id, StringComparison.OrdinalIgnoreCase))?.Value;

    private static bool Is(InternetMessageHeader header, string name) =>
        string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase);

    private static Instant? ParseInstant(DateTimeOffset? moment) =>
        moment is { } known && known.Year > 1601 ? Instant.FromDateTimeOffset(known) : null;

    private static NamedAddress? Named(Recipient? recipient) =>
        ParseAddress(recipient) is { } address ? new NamedAddress(address, Name(recipient!.EmailAddress!)) : null;

    private static IReadOnlyList<NamedAddress> Named(List<Recipient>? recipients) =>
        recipients is null ? [] : [.. recipients.Select(Named).OfType<NamedAddress>()];

    private static Domain.Company.EmailAddress? ParseAddress(Recipient? recipient) =>
        Domain.Company.EmailAddress.TryParse(recipient?.EmailAddress?.Address, out var address) ? address : null;

    /// <summary>Where there is no name the service repeats the address.</summary>
    private static string? Name(Microsoft.Graph.Models.EmailAddress written) =>
        string.IsNullOrWhiteSpace(written.Name)
        || string.Equals(Bare(written.Name), Bare(written.Address), StringComparison.OrdinalIgnoreCase)
            ? null
            : written.Name.Trim();

    private static string Bare(string? text) => text?.Trim('\'', '"', ' ') ?? "";
}
