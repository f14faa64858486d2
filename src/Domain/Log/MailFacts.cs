using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>An address with the display name it was written with.</summary>
public sealed record NamedAddress(EmailAddress Address, string? Name);

/// <summary>
/// What one stored copy of a mail says, before any configuration is applied: everything identity, date, class, direction, thread and
/// markers rest on.
/// </summary>
public sealed record MailFacts
{
    /// <summary>The normalised Message-ID (without brackets and comments), or null.</summary>
    public string? MessageId { get; init; }

    /// <summary>In-Reply-To and References as normalised ids, oldest first; the last is the mail answered.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The first id of In-Reply-To, or null.</summary>
    public string? InReplyTo { get; init; }

    public NamedAddress? From { get; init; }

    /// <summary>Whom else the From field names: all are participants, the first is the author.</summary>
    public IReadOnlyList<NamedAddress> FurtherAuthors { get; init; } = [];

    public NamedAddress? Sender { get; init; }

    public IReadOnlyList<NamedAddress> ReplyTo { get; init; } = [];

    public IReadOnlyList<NamedAddress> To { get; init; } = [];

    public IReadOnlyList<NamedAddress> Cc { get; init; } = [];

    public IReadOnlyList<NamedAddress> Bcc { get; init; } = [];

    /// <summary>The decoded subject, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>The Date header, or null when absent or unreadable. Not yet checked for plausibility.</summary>
    public Instant? Date { get; init; }

    /// <summary>The time of the topmost Received header, or null.</summary>
    public Instant? Received { get; init; }

    /// <summary>When the server or file system says it was stored (INTERNALDATE, receivedDateTime), or null.</summary>
    public Instant? Stored { get; init; }

    /// <summary>SHA-256 of the text body without white space: equal for copies in different transfer encodings.</summary>
    public required ReadOnlyMemory<byte> BodyDigest { get; init; }

    /// <summary>The headers classes rest on (see <see cref="ClassHeaders"/>), names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Of mails to the command mailbox: which fields the mail has, topmost first, with the values of those that tell where it came from.
    /// Never stored; empty for other mails.
    /// </summary>
    public IReadOnlyList<TraceField> Trace { get; init; } = [];

    /// <summary>How many addresses From names.</summary>
    public int Authors { get; init; } = 1;

    /// <summary>A text/calendar part at the top, or in a multipart/alternative or /mixed with a METHOD.</summary>
    public bool CalendarPart { get; init; }

    /// <summary>A delivery report, receipt or other multipart/report, or a recognised bounce in another form.</summary>
    public ReportFacts? Report { get; init; }

    /// <summary>The author's own lines; may be empty; null only where a source cannot give a body.</summary>
    public string? OwnText { get; init; }

    /// <summary>The author's own lines as the HTML of the mail has them, where it has text and HTML; never stored.</summary>
    public string? OwnTextOfHtml { get; init; }

    /// <summary>The own text or, if that is empty, the start of the whole.</summary>
    public string? Excerpt { get; init; }

    /// <summary>The whole text with what it quotes or forwards; never stored. Null where a source does not give it.</summary>
    public string? WholeText { get; init; }

    /// <summary>Whether the own text holds a <c>?</c> outside of URLs.</summary>
    public bool Question { get; init; }

    public int Attachments { get; init; }

    /// <summary>The mail that stands in the text of one that forwards it; null in nearly all.</summary>
    public PastedMail? Pasted { get; init; }

    /// <summary>What its author tells about themselves.</summary>
    public Learned Told { get; init; } = Learned.Nothing;

    /// <summary>
    /// Every address the mail names outside of its text: in its address fields, on its envelope, in the marks of a list, in a report.
    /// </summary>
    public IEnumerable<EmailAddress> Addresses =>
        new[] { From, Sender }
            .OfType<NamedAddress>()
            .Concat(FurtherAuthors)
            .Concat(ReplyTo)
            .Concat(To)
            .Concat(Cc)
            .Concat(Bcc)
            .Select(named => named.Address)
            .Concat(Report?.Failed ?? [])
            .Concat(Headers.Values.SelectMany(Mentions.AddressesIn));

    /// <summary>What the body shows the mail to be.</summary>
    public MailSigns Signs { get; init; }

    /// <summary>The headers kept because classes or threads rest on them.</summary>
    public static IReadOnlyList<string> ClassHeaders { get; } =
    [
        "x-crmsync",
        "auto-submitted",
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "precedence",
        "return-path",
        "list-id",
        "list-unsubscribe",
        "errors-to",
        "feedback-id",
        "x-original-from",
        "x-original-sender",
        "sensitivity",
        "delivered-to",
        "x-original-to",
        "thread-index",
        .. MailingMarks.Headers,
    ];
}

/// <summary>What a report says (RFC 3464, RFC 8098, and the forms mail systems made up).</summary>
/// <param name="OfMessageId">The Message-ID of the mail it reports on, if it says.</param>
/// <param name="Failed">The recipients that failed for good. A delayed report names none.</param>
/// <param name="OfSubject">The subject of that mail, if it says: by it, the recipient and the last days a report finds a mail it does not
/// name by its id.</param>
public sealed record ReportFacts(string? OfMessageId, IReadOnlyList<EmailAddress> Failed, string? OfSubject = null)
{
    /// <summary>What stands for the subject where it is not kept.</summary>
    public string? HiddenSubject { get; init; }

    /// <summary>The number made of the subject, kept or not; null where it has no words.</summary>
    public string? SubjectKey => HiddenSubject ?? HiddenWords.From(OfSubject).SubjectKey;
}

/// <summary>What the body of a mail shows it to be, as far as headers do not say. Kept as a number.</summary>
[Flags]
public enum MailSigns
{
    None = 0,

    /// <summary>A reaction: an emoji that a mail program sends for its reader.</summary>
    Reaction = 1,

    /// <summary>A read receipt that came as plain mail.</summary>
    Receipt = 2,

    /// <summary>A link to unsubscribe that stands outside of the author's own text.</summary>
    UnsubscribeLink = 4,

    /// <summary>An answer to an invitation with words of its author's.</summary>
    WordsInAnswer = 8,
}

/// <summary>A field of a mail's header.</summary>
/// <param name="Name">Its name in lower case.</param>
/// <param name="Value">Its unfolded value; empty for fields that tell nothing about where the mail came from.</param>
public sealed record TraceField(string Name, string Value);

/// <summary>One copy of a mail as one account holds it.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="Facts">What the copy says.</param>
/// <param name="Seen">When it was harvested, or null for what was already there when the account was read for the first time (then seen
/// equals at).</param>
public sealed record MailObservation(string Account, MailFacts Facts, Instant? Seen);
