using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>Says in the words of the log what a mail on the wire says.</summary>
internal static class MailTranslation
{
    /// <summary>Every mail has at least one of these.</summary>
    private static readonly byte[] UnknownBody = "a body nobody could read"u8.ToArray();

    private static readonly string[] Traced = ["authentication-results", "dkim-signature"];

    private static readonly string[] Telling =
    [
        "From",
        "Date",
        "Subject",
        "Message-ID",
        "To",
        "Received",
        "Sender",
        "Return-Path",
        "Cc",
        "Resent-From",
    ];

    /// <summary>The item as a mail, or why it is left out or cannot be one.</summary>
    /// <param name="item">The item.</param>
    /// <param name="place">Where it lies, for people.</param>
    /// <param name="message">What was read.</param>
    /// <param name="stored">When server or file system say it was stored.</param>
    public static Reading CreateReading(RemoteItem item, string place, MimeMessage message, Instant? stored)
    {
        if (message.Headers.Count == 0 || !Array.Exists(Telling, name => message.Headers.First(name) is not null))
        {
            return new UnreadableReading(
                item,
                new Trouble(
                    place,
                    "is no mail: it has none of the headers a mail has",
                    "remove it from the account, or restore it, then run: crmsync quarantine retry"));
        }

        return message.Headers.First("X-Unsent") == "1" && !message.Headers.Has("Received")
            ? new SkippedReading(item, "a draft")
            : new MailReading(item, item.IsForCommands ? WithTrace(ReadFacts(message, stored), message) : ReadFacts(message, stored))
            {
                WithCalendar = message.Calendars.Count > 0 ? message : null,
                WithAttached = message.HasAttached ? message : null,
                Cuts = message.Cuts.ToHashSet(StringComparer.Ordinal),
            };
    }

    /// <summary>What the headers of a mail say that cannot be read whole; null when they are none.</summary>
    /// <param name="message">Read from the headers alone.</param>
    /// <param name="stored">When server or file system say it was stored.</param>
    public static MailFacts? FactsOfHeaders(MimeMessage message, Instant? stored) =>
        message.Headers.Count == 0 || !Array.Exists(Telling, name => message.Headers.First(name) is not null)
            ? null
            : ReadFacts(message, stored) with
            {
                BodyDigest = UnknownBody,
                OwnText = null,
                OwnTextOfHtml = null,
                Excerpt = null,
                WholeText = null,
            };

    /// <summary>The same facts with where the mail came from.</summary>
    public static MailFacts WithTrace(MailFacts facts, MimeMessage message) =>
        facts with
        {
            Trace =
            [
                .. message.Headers.Select(header => header.Name.ToLowerInvariant() is var name && Traced.Contains(name)
                    ? new TraceField(name, header.Value)
                    : new TraceField(name, "")),
            ],
            Authors = message.From.Count,
            WholeText = LineKinds.TextWithMarks(message),
        };

    /// <summary>What one stored copy says.</summary>
    public static MailFacts ReadFacts(MimeMessage message, Instant? stored)
    {
        var text = OwnText.From(message);
        var inReplyTo = message.InReplyTo.Count > 0 ? message.InReplyTo[0] : null;
        var authors = Named(message.From);
        return new MailFacts
        {
            MessageId = message.MessageId,
            InReplyTo = inReplyTo,
            References = inReplyTo is null ? message.References : [.. message.References.Where(id => id != inReplyTo), inReplyTo],
            From = authors is [var from, ..] ? from : null,
            FurtherAuthors = authors is [_, .. var others] ? others : [],
            Sender = Named(message.Sender) is [var sender, ..] ? sender : null,
            ReplyTo = Named(message.ReplyTo),
            To = Named(message.To),
            Cc = Named(message.Cc),
            Bcc = Named(message.Bcc),
            Subject = message.Subject.Length == 0 ? null : message.Subject,
            Date = SentAt(message),
            Received = ArrivedAt(message),
            Stored = stored,
            BodyDigest = message.BodyDigest,
            Headers = ReadHeaders(message),
            CalendarPart = message.Calendars.Any(IsMessage),
            Report = ReadReport(message),
            OwnText = text.Own,

            // Nobody looks for the copies of a mailing, and its HTML is large.
            OwnTextOfHtml = message.Headers.First("List-Unsubscribe") is null ? OwnText.FindInHtml(message, text.Own) : null,
            Excerpt = text.Excerpt,
            WholeText = message.Text,
            Question = QuestionMark.IsIn(text.Own),
            Attachments = message.AttachmentCount,
            Signs = ReadSigns(message, text.Own),
            Pasted = PastedTranslation.Read(message),
            Told = NoticeTranslation.Read(message, text),
        };
    }

    /// <summary>
    /// The time of the topmost Received field. Mail fetched by POP or imported years later bears a fresh one: where it is more than seven
    /// days after the next one below and after Date, the lower one counts.
    /// </summary>
    private static Instant? ArrivedAt(MimeMessage message)
    {
        var received = message.Received.Where(date => date.Plausible).Select(date => date.Instant).OfType<Instant>().ToList();
        if (received.Count == 0)
            return null;

        var arrival = received[0];
        var sent = message.Date?.Instant;
        for (var below = 1; below < received.Count && sent is { } date; below++)
        {
            if (arrival - received[below] <= Duration.FromDays(7) || arrival - date <= Duration.FromDays(7))
                break;
            arrival = received[below];
        }

        return arrival;
    }

    /// <summary>The Date field; where day and month could be the other way round, the reading nearest to the arrival.</summary>
    private static Instant? SentAt(MimeMessage message)
    {
        if (message.Date is not { } date)
            return null;
        if (date.Swapped is not { } swapped || message.Received.LastOrDefault(r => r.Plausible)?.Instant is not { } handedOver)
            return date.Instant;
        return date.Instant is { } written && Distance(written, handedOver) <= Distance(swapped, handedOver) ? written : swapped;
    }

    private static Duration Distance(Instant one, Instant other) => Instant.Max(one, other) - Instant.Min(one, other);

    private static MailSigns ReadSigns(MimeMessage message, string own)
    {
        var signs = MailSigns.None;
        if (PlainReceipt.IsOne(message))
            signs |= MailSigns.Receipt;
        if (PlainReceipt.IsReaction(message))
            signs |= MailSigns.Reaction;
        if (UnsubscribeLink.IsIn(message))
            signs |= MailSigns.UnsubscribeLink;
        if (MeetingAnswer.HasWords(message, own))
            signs |= MailSigns.WordsInAnswer;
        return signs;
    }

    private static List<NamedAddress> Named(IReadOnlyList<Mailbox> mailboxes)
    {
        var named = new List<NamedAddress>(mailboxes.Count);
        foreach (var mailbox in mailboxes)
        {
            if (EmailAddress.TryParse(mailbox.Address, out var address))
                named.Add(new NamedAddress(address, mailbox.Name.Length == 0 ? null : mailbox.Name));
        }

        return named;
    }

    private static Dictionary<string, string> ReadHeaders(MimeMessage message)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in MailFacts.ClassHeaders)
        {
            if (message.Headers.First(name) is { } value)
                headers[name] = value;
        }

        return headers;
    }

    /// <summary>
    /// A text/calendar part at the top, or with a METHOD in a multipart/alternative or /mixed. A published calendar that somebody attached
    /// is a file like any other.
    /// </summary>
    private static bool IsMessage(CalendarPart part) =>
        part.ContentType == "application/ics" ? part.Method is not (null or "PUBLISH")
        : part.ContentType == "text/calendar" && part.Place switch
        {
            CalendarPlace.Top => true,
            CalendarPlace.Alternative or CalendarPlace.Mixed => part.Method is not null,
            CalendarPlace.Attachment => part.Method is not (null or "PUBLISH"),
            _ => false,
        };

    private static ReportFacts? ReadReport(MimeMessage message)
    {
        if (MailReport.Parse(message) is not { } report)
            return message.Root.ContentType == "multipart/report" ? new ReportFacts(null, []) : null;

        var failed = report.Kind != ReportKind.Delivery
            ? []
            : report.Recipients.Where(r => r.Action == ReportAction.Failed)
                .Select(r => EmailAddress.TryParse(r.Address, out var address) ? address : null).OfType<EmailAddress>()
                .Distinct().OrderBy(a => a.Value, StringComparer.Ordinal).ToArray();

        return new ReportFacts(report.OriginalMessageId, failed, failed.Length == 0 ? null : report.OriginalSubject);
    }
}
