using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>What the configuration makes of one mail.</summary>
public sealed record Classification(InteractionClass Class, Direction Direction, EmailAddress? Author, IReadOnlyList<string> Reasons)
{
    /// <summary>What says who the author is.</summary>
    public AuthorSource AuthorSource { get; init; }
}

/// <summary>
/// Settles the author, the direction and the class of a mail, with reasons (policy-language.md section 6; the first line that applies
/// wins), and makes log lines of facts. Derived, never stored as truth: run again whenever the configuration changes.
/// </summary>
public sealed class Classifier
{
    /// <summary>An outbound mail to more people than this is a mailing.</summary>
    private const int MassRecipients = 10;

    private static readonly (string Header, string Name)[] AutomaticHeaders =
        [("x-autoreply", "X-Autoreply"), ("x-autorespond", "X-Autorespond"), ("x-autoresponder", "X-Autoresponder")];

    private readonly InternalAddresses ours;
    private readonly PhraseBook phrases;
    private readonly AuthorFinder authors;
    private readonly MailingMarks marks;
    private readonly AutomaticSubjects subjects;
    private readonly ClassifySettings settings;
    private readonly Learning learning;

    /// <summary>By the rules of a policy.</summary>
    public Classifier(CompanyPolicy policy)
        : this(ReadingRules.From(policy))
    {
    }

    /// <summary>By rules: no other part of a policy has a say.</summary>
    public Classifier(ReadingRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Rules = rules;
        ours = new InternalAddresses(rules.Us, rules.People.SelectMany(person => person.Others.Prepend(person.Primary)), rules.Mailboxes);
        phrases = new PhraseBook(rules);
        authors = new AuthorFinder(rules, ours);
        marks = new MailingMarks(ours);
        subjects = new AutomaticSubjects(rules.Classify.AutoSubjects);
        settings = rules.Classify;
        learning = new Learning(rules, ours, phrases, subjects);
    }

    /// <summary>What it goes by.</summary>
    public ReadingRules Rules { get; }

    public InternalAddresses Ours => ours;

    /// <summary>The class and direction of a mail.</summary>
    /// <param name="mail">The facts.</param>
    /// <param name="answersUs">
    /// Whether its References name a mail of ours that the log holds: then what a sales tool or ticket system adds to an answer makes it no
    /// mailing.
    /// </param>
    public Classification Classify(MailLine mail, bool answersUs = false)
    {
        var author = authors.Find(mail);
        var recipients = mail
            .Participants.Where(p => p.Role is ParticipantRole.To or ParticipantRole.Cc or ParticipantRole.Bcc)
            .ToArray();
        var outsiders = recipients.Where(p => !ours.Contains(p.Address)).Select(p => p.Address).Distinct().Count();
        var fromUs = author.Address is { } who && ours.Contains(who);
        var direction = !fromUs ? Direction.Inbound : outsiders > 0 ? Direction.Outbound : Direction.Internal;

        if (IsSelf(mail, recipients) is { } self)
            return As(InteractionClass.Self, self);

        if (mail.CalendarPart && !mail.Signs.HasFlag(MailSigns.WordsInAnswer))
            return As(InteractionClass.Calendar, "text/calendar part");

        if (ReportIn(mail) is { } report)
            return As(InteractionClass.Auto, report);

        var automatic = IsAutomatic(mail);
        var mailing = automatic is null ? IsMailing(mail, author, fromUs, recipients, outsiders, answersUs) : null;
        if (Overruled(mail, author.Address, automatic is not null, mailing is not null) is var (named, list))
        {
            if (named == InteractionClass.Auto)
                return As(named, list);
            if (named == InteractionClass.Bulk)
                return As(fromUs ? InteractionClass.Mass : InteractionClass.Bulk, list);
            automatic = mailing = null;
        }

        if (automatic is not null)
            return As(InteractionClass.Auto, automatic);

        if (mailing is not null)
            return As(fromUs ? InteractionClass.Mass : InteractionClass.Bulk, mailing);

        if (fromUs && !recipients.Any(p => p.Role != ParticipantRole.Bcc && !ours.Contains(p.Address)))
            return As(InteractionClass.Internal, "from us, nobody external in To or Cc") with { Direction = Direction.Internal };

        return As(InteractionClass.Human, HumanReason(author, fromUs));

        Classification As(InteractionClass settled, string reason) =>
            new(settled, direction, author.Address, [reason]) { AuthorSource = author.Source };
    }

    /// <summary>
    /// Whether the class of a mail may turn on References that name a mail of ours: it bears the marks of a sales tool and nothing else
    /// speaks for a mailing.
    /// </summary>
    public bool TurnsOnReferences(MailLine mail) =>
        mail.References.Count > 0
        && MailingMarks.MayBeSalesTool(mail)
        && authors.Find(mail).Address is { } author
        && !ours.Contains(author)
        && marks.Mark(mail, inbound: true) is not null;

    /// <summary>
    /// Why a mail to our own program was not written by hand: automatic, a mailing, an invitation; null when nothing says so.
    /// </summary>
    public string? NotByHand(MailLine mail) =>
        IsAutomatic(mail) ?? ReportIn(mail) ?? (mail.CalendarPart ? "text/calendar part" : null) ?? marks.Mark(mail, inbound: false);

    /// <summary>
    /// The log line of a mail: its facts and what the configuration makes of them. <paramref name="thread"/> is null until threads are
    /// settled.
    /// </summary>
    /// <param name="mail">The facts.</param>
    /// <param name="thread">The thread it belongs to; null: one of its own.</param>
    /// <param name="bounced">Which recipients it did not reach, and when we learned so.</param>
    public Interaction CreateLine(MailLine mail, string? thread = null, IReadOnlyDictionary<EmailAddress, Instant>? bounced = null) =>
        CreateLine(mail, Classify(mail), thread, bounced);

    /// <summary>The same of a mail classified already.</summary>
    public Interaction CreateLine(
        MailLine mail,
        Classification verdict,
        string? thread = null,
        IReadOnlyDictionary<EmailAddress, Instant>? bounced = null)
    {
        var at = Moment(mail, verdict.Direction);
        return new Interaction
        {
            Id = mail.Id,
            Kind = InteractionKind.Mail,
            At = at,
            Seen = FirstSeen(mail, at),
            Class = verdict.Class,
            Direction = verdict.Direction,
            Reasons = mail.Hidden is null ? verdict.Reasons : [.. verdict.Reasons, mail.Hidden.Why],
            Author = verdict.Author,
            IsAuthorByReplyTo = verdict.AuthorSource == AuthorSource.ReplyTo,
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
            Markers = phrases.Markers(mail.Subject, mail.Phrases, verdict.Direction),
            Phrases = PhraseBook.TextsAmong(mail.Phrases),
            SubjectPhrases = PhraseBook.SubjectTextsAmong(mail.Phrases),
            Learned = learning.Derive(mail, verdict),
            Away = learning.AwayBy(mail, verdict),
        };
    }

    /// <summary>What the threads of this mail rest on.</summary>
    public ThreadMail CreateThreadMail(MailLine mail) => CreateThreadMail(mail, Classify(mail));

    /// <summary>The same of a mail classified already.</summary>
    public ThreadMail CreateThreadMail(MailLine mail, Classification verdict) =>
        new(
            mail.Id,
            Moment(mail, verdict.Direction),
            [.. mail.Identities.Select(i => i.MessageId).OfType<string>().Distinct(StringComparer.Ordinal)],
            mail.InReplyTo is null ? mail.References : [.. mail.References.Append(mail.InReplyTo).Distinct(StringComparer.Ordinal)],
            mail.Subject,
            Outsiders(mail, verdict),
            ThreadIndex.TryParse(mail.Headers.GetValueOrDefault("thread-index"), out var index) ? index : null)
        {
            Hidden = mail.Hidden,
        };

    /// <summary>The mail without its words, as it is kept where its thread is private.</summary>
    public MailLine WithoutWords(MailLine mail) => mail.WithoutWords(phrases);

    /// <summary>Whom an answer would go to: those outside on a human mail, and the author of a mail that one of us pasted.</summary>
    private HashSet<EmailAddress> Outsiders(MailLine mail, Classification verdict) =>
        verdict.Class == InteractionClass.Human
            ? [.. mail.Participants.Where(p => p.Role != ParticipantRole.ReplyTo && !ours.Contains(p.Address)).Select(p => p.Address)]
        : learning.Derive(mail, verdict).Forwarded is { } forwarded ? [forwarded.Author]
        : [];

    /// <summary>Outbound and internal mail happened when it was sent, inbound when it arrived.</summary>
    public static Instant Moment(MailLine mail, Direction direction) => direction == Direction.Inbound ? mail.ArrivedAt : mail.SentAt;

    /// <summary>
    /// The direction as one account sees it: colleague to colleague about a customer is outbound for the one, inbound for the other
    /// (mail-servers.md section 9).
    /// </summary>
    public static Direction DirectionSeenFrom(IReadOnlySet<EmailAddress> ownAddresses, MailLine mail, Classification verdict)
    {
        if (mail.From is { } from && ownAddresses.Contains(from))
            return Direction.Outbound;

        return verdict.Direction == Direction.Internal ? Direction.Internal : Direction.Inbound;
    }

    private static Instant FirstSeen(MailLine mail, Instant at) =>
        mail.Sightings.Any(s => s.Seen is null) ? at : mail.Sightings.Min(s => s.Seen!.Value);

    private string? IsSelf(MailLine mail, MailParticipant[] recipients)
    {
        if (mail.Headers.ContainsKey("x-crmsync"))
            return "X-CrmSync: our own digest";

        return recipients.Length > 0 && Array.TrueForAll(recipients, p => ours.IsCommandMailbox(p.Address))
            ? "addressed only to the command mailbox"
            : null;
    }

    /// <summary>A bounce, receipt or reaction: what no list of the policy overrules.</summary>
    private static string? ReportIn(MailLine mail) =>
        mail.Report is not null ? "a delivery report or receipt"
        : mail.Signs.HasFlag(MailSigns.Receipt) ? "a read receipt"
        : mail.Signs.HasFlag(MailSigns.Reaction) ? "a reaction"
        : null;

    private string? IsAutomatic(MailLine mail)
    {
        if (
            mail.Headers.TryGetValue("auto-submitted", out var submitted)
            && !submitted.Split(';')[0].Trim().Equals("no", StringComparison.OrdinalIgnoreCase))
            return "Auto-Submitted: " + submitted;

        foreach (var (header, name) in AutomaticHeaders)
        {
            if (mail.Headers.TryGetValue(header, out var value))
                return $"{name}: {value}";
        }

        if (
            mail.Headers.TryGetValue("precedence", out var precedence)
            && precedence.Trim().Equals("auto_reply", StringComparison.OrdinalIgnoreCase))
            return "Precedence: auto_reply";

        if (subjects.PhraseIn(mail.Subject, NameOnFrom(mail)) is { } known)
            return $"subject begins with \"{known}\"";

        return mail.Headers.TryGetValue("return-path", out var path) && path.Trim() is "<>" ? "Return-Path: <>" : null;
    }

    private static string? NameOnFrom(MailLine mail) =>
        mail.Participants.FirstOrDefault(participant => participant.Role == ParticipantRole.From)?.Name;

    private string? IsMailing(
        MailLine mail,
        MailAuthor author,
        bool fromUs,
        MailParticipant[] recipients,
        int outsiders,
        bool answersUs)
    {
        if (marks.Mark(mail, !fromUs) is { } mark && !IsWrittenAllTheSame(mail, author, fromUs, recipients, answersUs))
            return mark;

        if (!fromUs)
            return author.Address is { } who && NoReplyNames.Contains(who) ? "no-reply sender without Reply-To" : null;

        return outsiders > MassRecipients ? $"to {outsiders} external people" : null;
    }

    /// <summary>Whether a mail that bears a mark of mailings was written by somebody all the same.</summary>
    private bool IsWrittenAllTheSame(MailLine mail, MailAuthor author, bool fromUs, MailParticipant[] recipients, bool answersUs)
    {
        // A customer writes through her own list and names one of us.
        var named = recipients.Where(p => p.Role is ParticipantRole.To or ParticipantRole.Cc).ToArray();
        if (
            !fromUs
            && named.Any(p => ours.Contains(p.Address))
            && named.Any(p => !ours.Contains(p.Address) && p.Address != author.Address))
            return true;

        if (author.Source != AuthorSource.From)
            return true;

        // Sales tools and ticket systems add their marks to answers.
        return MailingMarks.MayBeSalesTool(mail) && (fromUs ? mail.InReplyTo is not null : answersUs);
    }

    /// <summary>
    /// What <c>classify.human</c>, <c>classify.auto</c> and <c>classify.bulk</c> make of a mail; null when they name neither its author nor
    /// its From.
    /// </summary>
    private (InteractionClass Class, string Reason)? Overruled(MailLine mail, EmailAddress? author, bool automatic, bool mailing)
    {
        if (!settings.Overrules)
            return null;

        EmailAddress[] names = [.. new[] { author, mail.From }.OfType<EmailAddress>().Distinct()];
        (NameList List, InteractionClass Class, string Key)[] lists =
        [
            (settings.Human, InteractionClass.Human, "human"),
            (settings.Auto, InteractionClass.Auto, "auto"),
            (settings.Bulk, InteractionClass.Bulk, "bulk"),
        ];
        foreach (var (list, named, key) in lists)
        {
            if (Array.Find(names, list.Addresses.Contains) is { } address)
                return (named, $"classify.{key}: {address.Value}");
        }

        // A domain says what its mailings are, never that its robots are people.
        foreach (var (list, named, key) in lists)
        {
            if (
                !automatic
                && (mailing || named != InteractionClass.Human)
                && list.Domains.FirstOrDefault(domain => Array.Exists(names, name => name.IsIn(domain))) is { } found)
                return (named, $"classify.{key}: {found}");
        }

        return null;
    }

    private static string HumanReason(MailAuthor author, bool fromUs) =>
        fromUs ? "from us to outside"
        : author.Address is null ? "no author named; taken as from outside"
        : author.Source == AuthorSource.ReplyTo ? "from outside to us; Reply-To names the author"
        : author.Source == AuthorSource.OriginalFrom ? "from outside to us; a list of ours rewrote From"
        : "from outside to us";
}
