using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Delivery;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Makes the mail of a digest: its id, headers, text and HTML (policy-language.md section 15). The same digest gives the same bytes.
/// </summary>
internal sealed class DigestMails(MailSender sender, HtmlPages pages)
{
    private const int IdLength = 26;

    /// <summary>Where readers open the mails that items rest on; null: nowhere.</summary>
    public WebMail? WebMail { get; init; }

    /// <summary>Clients cut off what is longer.</summary>
    private const int MostBytes = 100_000;

    /// <summary>
    /// The id of a mail of ours, what stands before the <c>@</c> of its Message-ID: the same digest for the same reader and date is the
    /// same mail.
    /// </summary>
    public static string MessageId(string installation, string digest, string reader, LocalDate date) =>
        Hashed(installation, digest, reader, LocalDatePattern.Iso.Format(date));

    /// <summary>The Message-ID of a digest, without brackets.</summary>
    public string MessageId(DueDigest run) =>
        $"{MessageId(sender.Installation, run.Definition.Name, run.Reader.Id, run.Date)}@{sender.Domain}";

    /// <param name="digest">What it says.</param>
    /// <param name="now">When it is written; its Date.</param>
    /// <param name="ct">Cancels.</param>
    public Task<DigestMail> Write(Digest digest, Instant now, CancellationToken ct) =>
        Write(
            digest,
            MessageId(sender.Installation, digest.Run.Definition.Name, digest.Run.Reader.Id, digest.Run.Date),
            "digest",
            null,
            now,
            ct);

    /// <summary>
    /// The digest of a run and its mail, or null when there is nothing to say. Texts that are all pictures and accents can fill a mail with
    /// a few items: then it tells of fewer, and says of how many more it does not.
    /// </summary>
    /// <param name="composer">Composes it.</param>
    /// <param name="run">Which digest for whom.</param>
    /// <param name="history">The digests of the same name that went to the same reader before.</param>
    /// <param name="confirmed">What came of what the reader told us.</param>
    /// <param name="now">When it is written; its Date.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(Digest Digest, DigestMail Mail)?> WriteFitting(
        DigestComposer composer,
        DueDigest run,
        DigestHistory history,
        IReadOnlyList<Confirmation> confirmed,
        Instant now,
        CancellationToken ct)
    {
        for (var items = run.Definition.MaxItems; ; items = items * 2 / 3)
        {
            var digest = composer.Compose(run with { Definition = run.Definition with { MaxItems = items } }, history, confirmed);
            if (digest.IsEmpty)
                return null;

            var mail = await Write(digest, now, ct);
            if (mail.Bytes.Length <= MostBytes || items <= 1)
                return (digest, mail);
        }
    }

    /// <summary>The Message-ID of an immediate mail: the same steps for the same reader are the same mail.</summary>
    public string MessageId(string reader, IReadOnlyList<Notice> notices) => $"{NoticeId(reader, notices)}@{sender.Domain}";

    /// <summary>An immediate mail.</summary>
    /// <param name="notice">What it says.</param>
    /// <param name="messageId">Its <see cref="MessageId(string, IReadOnlyList{Notice})"/>.</param>
    /// <param name="now">When it is written; its Date.</param>
    /// <param name="ct">Cancels.</param>
    public Task<DigestMail> WriteNotice(Digest notice, string messageId, Instant now, CancellationToken ct) =>
        Write(notice, messageId.Split('@')[0], "notice", null, now, ct);

    /// <summary>The Message-ID of an answer: one mail is answered once.</summary>
    /// <param name="reader">Who wrote it.</param>
    /// <param name="mail">The id of the mail that is answered.</param>
    public string AnswerId(string reader, string mail) =>
        $"{Hashed(sender.Installation, AnswerComposer.Name, reader, mail)}@{sender.Domain}";

    /// <summary>An answer to a mail of the reader's (RFC 3834): it says that no person wrote it, and belongs to what it answers.</summary>
    /// <param name="answer">What it says.</param>
    /// <param name="messageId">Its <see cref="AnswerId"/>.</param>
    /// <param name="answered">The Message-ID of what it answers, or null.</param>
    /// <param name="now">When it is written; its Date.</param>
    /// <param name="ct">Cancels.</param>
    public Task<DigestMail> WriteAnswer(Digest answer, string messageId, string? answered, Instant now, CancellationToken ct) =>
        Write(answer, messageId.Split('@')[0], AnswerComposer.Name, answered, now, ct);

    /// <summary>What a reader's calendar asks for their list with, and where; null when there are no pages or no secret.</summary>
    /// <param name="reader">The id of the reader.</param>
    /// <param name="mail">The id of the mail that asked for it.</param>
    public (string Token, string Address)? CreateFeed(string reader, string mail) =>
        sender is { Pages: { } pages, Tokens: { } tokens } && tokens.ForFeed(reader, mail) is var token
            ? (token, PageLinks.Feed(pages, token))
            : null;

    /// <summary>A note in plain words, about the program itself.</summary>
    /// <param name="reader">Who gets it.</param>
    /// <param name="zone">For its Date.</param>
    /// <param name="subject">In one line.</param>
    /// <param name="text">What it says.</param>
    /// <param name="now">When it is written.</param>
    public DigestMail WriteNote(Person reader, DateTimeZone zone, string subject, string text, Instant now)
    {
        var id = Hashed(sender.Installation, "note", reader.Id, subject, text, now.ToString());
        var mail = new OutgoingMail
        {
            Date = now.InZone(zone).ToOffsetDateTime(),
            From = new Mailbox(sender.FromName, sender.From.Value),
            To = [Recipient(reader)],
            Subject = PlainWords.Flatten(sender.Subject(reader, subject), 200),
            MessageId = $"{id}@{sender.Domain}",
            Headers =
            [
                new Header("Auto-Submitted", "auto-generated"),
                new Header("X-Auto-Response-Suppress", "All"),
                new Header("X-CrmSync", "note"),
            ],
            Text = text,
        };
        return new DigestMail(mail.MessageId, MailWriter.Write(mail), "");
    }

    private string NoticeId(string reader, IReadOnlyList<Notice> notices) =>
        Hashed([
            sender.Installation,
            NoticeComposer.Name,
            reader,
            .. notices.Select(notice => $"{notice.Item.Id}:{notice.Step}").Order(StringComparer.Ordinal),
        ]);

    private async Task<DigestMail> Write(Digest digest, string id, string kind, string? answered, Instant now, CancellationToken ct)
    {
        var run = digest.Run;
        var opened = WebMail is null ? null : await WebMail.Links(digest, sender.Recipient(run.Reader), ct);
        var view = new DigestView(digest, sender, opened);
        var html = await pages.Render<DigestMailPage>(view);
        var mail = new OutgoingMail
        {
            Date = now.InZone(run.Zone).ToOffsetDateTime(),
            From = new Mailbox(sender.FromName, sender.From.Value),
            ReplyTo = ReplyTo(id),
            To = [Recipient(run.Reader)],
            Subject = PlainWords.Flatten(sender.Subject(run.Reader, digest.Subject), 200),
            MessageId = $"{id}@{sender.Domain}",
            InReplyTo = answered,
            References = answered is not null ? [answered] : run.Definition.ThreadByWeek ? [$"{WeekRoot(run)}@{sender.Domain}"] : [],
            Headers = [.. Headers(view, run.Definition.Name, kind)],
            Text = DigestText.Write(view),
            Html = html,
        };
        return new DigestMail(mail.MessageId, MailWriter.Write(mail), html);
    }

    private IEnumerable<Header> Headers(DigestView view, string list, string kind)
    {
        yield return new Header("Auto-Submitted", kind == AnswerComposer.Name ? "auto-replied" : "auto-generated");
        yield return new Header("X-Auto-Response-Suppress", "All");
        yield return new Header("X-CrmSync", kind);
        yield return new Header("List-Id", $"<{list}.crmsync.{sender.Domain}>");

        // A digest can be stopped; what cannot wait comes all the same.
        if (view.Unsubscribe is null && kind != "digest")
            yield break;

        // Without an HTTPS endpoint there is no one-click header (RFC 8058).
        yield return new Header("List-Unsubscribe", $"<{view.Unsubscribe ?? $"mailto:{sender.From.Wire}?subject=unsubscribe%20{list}"}>");
    }

    private Mailbox Recipient(Person reader)
    {
        var recipient = sender.Recipient(reader);
        return new Mailbox(PlainWords.Flatten(recipient.Name, PlainWords.Name), recipient.Email.Value);
    }

    private IReadOnlyList<Mailbox> ReplyTo(string id) =>
        sender.CommandMailbox is not { } mailbox ? []
        : [new Mailbox(sender.FromName, (sender.Tokens?.ReplyAddress(mailbox, id) ?? mailbox).Value)];

    private string WeekRoot(DueDigest run) =>
        Hashed(sender.Installation, run.Definition.Name, run.Reader.Id, IsoWeek.From(run.Date).ToString());

    private static string Hashed(params string[] parts) =>
        Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', parts))))[..IdLength];
}

/// <summary>A mail ready to leave.</summary>
/// <param name="MessageId">Without brackets.</param>
/// <param name="Bytes">What is sent, and kept until it is.</param>
/// <param name="Html">Its HTML alone, for looking at it in a browser.</param>
internal sealed record DigestMail(string MessageId, byte[] Bytes, string Html);
