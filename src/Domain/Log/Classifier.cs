using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What the configuration makes of one mail.</summary>
public sealed record Classification(InteractionClass Class, Direction Direction, EmailAddress? Author, IReadOnlyList<string> Reasons);

/// <summary>
/// Settles the author, the direction and the class of a mail, with reasons (policy.md section 6; the first line that applies wins), and
/// makes log lines of facts. Derived, never stored as truth: run again whenever the configuration changes.
/// </summary>
public sealed class Classifier(CompanyPolicy policy)
{
    /// <summary>An outbound mail to more people than this is a mailing.</summary>
    private const int MassRecipients = 10;

    private static readonly string[] NoReplyNames =
        ["no-reply", "noreply", "do-not-reply", "donotreply", "no_reply", "do_not_reply", "mailer-daemon", "postmaster"];

    private static readonly string[] AutoSubjects =
    [
        "Automatic reply",
        "Auto-reply",
        "Out of office",
        "Out of the office",
        "Abwesenheitsnotiz",
        "Automatische Antwort",
        "Réponse automatique",
        "Respuesta automática",
        "Risposta automatica",
        "Autosvar",
        "Automatisch antwoord",
    ];

    private readonly InternalAddresses ours = new(policy);
    private readonly PhraseBook phrases = new(policy);
    private readonly string[] autoSubjects = [.. AutoSubjects.Concat(policy.Classify.AutoSubjects)];

    public InternalAddresses Ours => ours;

    /// <summary>The class and direction of a mail.</summary>
    public Classification Classify(MailLine mail)
    {
        var author = AuthorOf(mail);
        var recipients = mail.Participants.Where(p => p.Role is ParticipantRole.To or ParticipantRole.Cc or ParticipantRole.Bcc).ToArray();
        var outsiders = recipients.Where(p => !ours.Contains(p.Address)).Select(p => p.Address).Distinct().Count();
        var fromUs = author is not null && ours.Contains(author);
        var direction = !fromUs ? Direction.Inbound : outsiders > 0 ? Direction.Outbound : Direction.Internal;

        if (IsSelf(mail, recipients) is { } self)
            return new(InteractionClass.Self, direction, author, [self]);

        if (mail.CalendarPart)
            return new(InteractionClass.Calendar, direction, author, ["text/calendar part"]);

        if (IsAutomatic(mail) is { } automatic)
            return new(InteractionClass.Auto, direction, author, [automatic]);

        if (IsMailing(mail, author, fromUs, outsiders) is { } mailing)
            return new(fromUs ? InteractionClass.Mass : InteractionClass.Bulk, direction, author, [mailing]);

        if (fromUs && !recipients.Any(p => p.Role != ParticipantRole.Bcc && !ours.Contains(p.Address)))
            return new(InteractionClass.Internal, Direction.Internal, author, ["from us, nobody external in To or Cc"]);

        return new(InteractionClass.Human, direction, author, [HumanReason(mail, author, fromUs)]);
    }

    /// <summary>
    /// Why a mail to our own program was not written by hand: automatic, a mailing, an invitation; null when nothing says so.
    /// </summary>
    public string? NotByHand(MailLine mail) =>
        IsAutomatic(mail)
        ?? (mail.CalendarPart ? "text/calendar part" : null)
        ?? IsMailing(mail, AuthorOf(mail), fromUs: true, outsiders: 0);

    /// <summary>
    /// The log line of a mail: its facts and what the configuration makes of them. <paramref name="thread"/> is null until threads are
    /// settled.
    /// </summary>
    /// <param name="mail">The facts.</param>
    /// <param name="thread">The thread it belongs to; null: one of its own.</param>
    /// <param name="bounced">Which recipients it did not reach, and when we learned so.</param>
    public Interaction LineOf(MailLine mail, string? thread = null, IReadOnlyDictionary<EmailAddress, Instant>? bounced = null) =>
        LineOf(mail, Classify(mail), thread, bounced);

    /// <summary>The same of a mail classified already.</summary>
    public Interaction LineOf(
        MailLine mail,
        Classification verdict,
        string? thread = null,
        IReadOnlyDictionary<EmailAddress, Instant>? bounced = null)
    {
        var at = AtOf(mail, verdict.Direction);
        return new Interaction
        {
            Id = mail.Id,
            Kind = InteractionKind.Mail,
            At = at,
            Seen = SeenOf(mail, at),
            Class = verdict.Class,
            Direction = verdict.Direction,
            Reasons = verdict.Reasons,
            Author = verdict.Author,
            Subject = mail.Subject,
            Thread = thread ?? mail.Id,
            MessageId = mail.MessageId,
            InReplyTo = mail.InReplyTo,
            Participants =
            [
                .. mail.Participants.Select(p => new Participant(
                    p.Address,
                    p.Name,
                    p.Role,
                    ours.Contains(p.Address),
                    Bounced: bounced is not null && bounced.TryGetValue(p.Address, out var when) ? when : null)),
            ],
            Accounts = [.. mail.Sightings.Select(s => s.Account)],
            Text = mail.Text,
            Question = mail.Question,
            Acknowledgement = mail.Acknowledges && verdict.Class == InteractionClass.Human && verdict.Direction == Direction.Inbound,
            Attachments = mail.Attachments,
            Markers = phrases.MarkersOf(mail.Subject, mail.Phrases, verdict.Direction),
            Phrases = PhraseBook.TextsAmong(mail.Phrases),
        };
    }

    /// <summary>What the threads of this mail rest on.</summary>
    public ThreadMail ThreadMailOf(MailLine mail) => ThreadMailOf(mail, Classify(mail));

    /// <summary>The same of a mail classified already.</summary>
    public ThreadMail ThreadMailOf(MailLine mail, Classification verdict) =>
        new(
            mail.Id,
            AtOf(mail, verdict.Direction),
            [.. mail.Identities.Select(i => i.MessageId).OfType<string>().Distinct(StringComparer.Ordinal)],
            mail.InReplyTo is null ? mail.References : [.. mail.References.Append(mail.InReplyTo).Distinct(StringComparer.Ordinal)],
            mail.Subject,
            verdict.Class == InteractionClass.Human
                ? mail
                    .Participants.Where(p => p.Role != ParticipantRole.ReplyTo && !ours.Contains(p.Address))
                    .Select(p => p.Address)
                    .ToHashSet()
                : []);

    /// <summary>Outbound and internal mail happened when it was sent, inbound when it arrived.</summary>
    public static Instant AtOf(MailLine mail, Direction direction) => direction == Direction.Inbound ? mail.ArrivedAt : mail.SentAt;

    /// <summary>
    /// The direction as one account sees it: colleague to colleague about a customer is outbound for the one, inbound for the other
    /// (mail.md section 9).
    /// </summary>
    public Direction DirectionSeenFrom(IReadOnlySet<EmailAddress> ownAddresses, MailLine mail) =>
        DirectionSeenFrom(ownAddresses, mail, Classify(mail));

    /// <summary>The same of a mail classified already.</summary>
    public static Direction DirectionSeenFrom(IReadOnlySet<EmailAddress> ownAddresses, MailLine mail, Classification verdict)
    {
        if (mail.From is { } from && ownAddresses.Contains(from))
            return Direction.Outbound;

        return verdict.Direction == Direction.Internal ? Direction.Internal : Direction.Inbound;
    }

    private static Instant SeenOf(MailLine mail, Instant at) =>
        mail.Sightings.Any(s => s.Seen is null) ? at : mail.Sightings.Min(s => s.Seen!.Value);

    /// <summary>If a no-reply sender has a Reply-To (web forms, also from our own domain), that is the author; else From.</summary>
    private static EmailAddress? AuthorOf(MailLine mail)
    {
        if (
            mail.From is { } from
            && IsNoReply(from)
            && mail.Participants.FirstOrDefault(p => p.Role == ParticipantRole.ReplyTo && !IsNoReply(p.Address)) is { } replyTo)
            return replyTo.Address;

        return mail.From;
    }

    private static bool IsNoReply(EmailAddress address)
    {
        var name = address.LocalPart;
        var plus = name.IndexOf('+', StringComparison.Ordinal);
        return NoReplyNames.Contains(plus > 0 ? name[..plus] : name, StringComparer.Ordinal);
    }

    private string? IsSelf(MailLine mail, MailParticipant[] recipients)
    {
        if (mail.Headers.ContainsKey("x-crmsync"))
            return "X-CrmSync: our own digest";

        return recipients.Length > 0 && Array.TrueForAll(recipients, p => ours.IsCommandMailbox(p.Address))
            ? "addressed only to the command mailbox"
            : null;
    }

    private string? IsAutomatic(MailLine mail)
    {
        if (
            mail.Headers.TryGetValue("auto-submitted", out var submitted)
            && !submitted.Split(';')[0].Trim().Equals("no", StringComparison.OrdinalIgnoreCase))
            return "Auto-Submitted: " + submitted;

        foreach (var header in new[] { "x-autoreply", "x-autorespond" })
        {
            if (mail.Headers.TryGetValue(header, out var value))
                return $"{(header == "x-autoreply" ? "X-Autoreply" : "X-Autorespond")}: {value}";
        }

        if (
            mail.Headers.TryGetValue("precedence", out var precedence)
            && precedence.Trim().Equals("auto_reply", StringComparison.OrdinalIgnoreCase))
            return "Precedence: auto_reply";

        if (Array.Find(autoSubjects, phrase => IsOrStartsWith(mail.Subject, phrase)) is { } known)
            return $"subject begins with \"{known}\"";

        if (mail.Report is not null)
            return "a delivery report or receipt";

        return mail.Headers.TryGetValue("return-path", out var path) && path.Trim() is "<>" ? "Return-Path: <>" : null;
    }

    private static bool IsOrStartsWith(string? subject, string phrase)
    {
        var text = subject.AsSpan().Trim();
        if (!text.StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
            return false;

        // French typography puts a blank before the colon.
        var rest = text[phrase.Length..].TrimStart();
        return rest.IsEmpty || rest[0] is ':' or '：';
    }

    private string? IsMailing(MailLine mail, EmailAddress? author, bool fromUs, int outsiders)
    {
        var list = mail.Headers.GetValueOrDefault("list-id");
        if (list is null || !ours.ContainsDomain(HostOf(list)))
        {
            if (list is not null)
                return "List-Id: " + list;

            if (mail.Headers.ContainsKey("list-unsubscribe"))
                return "List-Unsubscribe";

            if (
                mail.Headers.TryGetValue("precedence", out var precedence)
                && precedence.Trim().ToLowerInvariant() is "bulk" or "list" or "junk")
                return "Precedence: " + precedence;
        }

        if (!fromUs)
            return author is not null && IsNoReply(author) ? "no-reply sender without Reply-To" : null;

        return outsiders > MassRecipients ? $"to {outsiders} external people" : null;
    }

    /// <summary>The identifier of a List-Id (RFC 2919): what stands in angle brackets, or else the whole.</summary>
    private static string HostOf(string listId)
    {
        var open = listId.LastIndexOf('<');
        var close = listId.IndexOf('>', open + 1);
        return (open >= 0 && close > open ? listId[(open + 1)..close] : listId).Trim().Trim('.').ToLowerInvariant();
    }

    private static string HumanReason(MailLine mail, EmailAddress? author, bool fromUs) =>
        fromUs ? "from us to outside"
        : author is null ? "no author named; taken as from outside"
        : author != mail.From ? "from outside to us; Reply-To of a no-reply sender is the author"
        : "from outside to us";
}
