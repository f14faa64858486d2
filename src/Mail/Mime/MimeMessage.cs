using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// A mail as read. What is costly (addresses, dates, texts, digest) is worked out when first asked for; a message belongs to one thread at
/// a time until then.
/// </summary>
public sealed class MimeMessage
{
    private static readonly MimeLimits NoneInside = MimeLimits.Default with { AttachedBytes = 0 };

    private readonly List<TextSection> sections;
    private readonly ProblemList problems;

    internal MimeMessage(MimePart root, List<TextSection> sections, ProblemList problems)
    {
        Root = root;
        this.sections = sections;
        this.problems = problems;
        var charset = root.Charset ?? sections.Select(s => s.Plain.Concat(s.Html).First().Part.Charset).FirstOrDefault(c => c is not null);
        root.Headers.Fallback = Charsets.Find(charset);
        if (Headers.CountFields("From") > 1)
            problems.Add("more than one From field; the first counts");
    }

    /// <summary>The topmost part; the tree below it describes the whole message.</summary>
    public MimePart Root { get; }

    /// <summary>The header fields of the message itself, never those of a forwarded one.</summary>
    public HeaderBlock Headers => Root.Headers;

    /// <summary>What was odd, in words for an operator; each oddity once.</summary>
    public IReadOnlyList<string> Problems => problems.All;

    /// <summary>What was left out because it was more than is kept of any message, in words; part of <see cref="Problems"/>.</summary>
    public IReadOnlyList<string> Cuts => problems.Cuts;

    /// <summary>The authors; usually one. Of several From fields the first that names a mailbox counts.</summary>
    public IReadOnlyList<Mailbox> From => field ??= Mailboxes("From", firstOnly: true);

    /// <summary>The Sender field.</summary>
    public IReadOnlyList<Mailbox> Sender => field ??= Mailboxes("Sender", firstOnly: true);

    /// <summary>The Reply-To field.</summary>
    public IReadOnlyList<Mailbox> ReplyTo => field ??= Mailboxes("Reply-To", firstOnly: false);

    /// <summary>The To fields.</summary>
    public IReadOnlyList<Mailbox> To => field ??= Mailboxes("To", firstOnly: false);

    /// <summary>The Cc fields.</summary>
    public IReadOnlyList<Mailbox> Cc => field ??= Mailboxes("Cc", firstOnly: false);

    /// <summary>The Bcc fields, which sent copies keep.</summary>
    public IReadOnlyList<Mailbox> Bcc => field ??= Mailboxes("Bcc", firstOnly: false);

    /// <summary>The subject, decoded, on one line, without controls; empty when there is none.</summary>
    public string Subject => field ??= OneLine(Headers.Text("Subject"));

    /// <summary>The normalised Message-ID, or null.</summary>
    public string? MessageId => MessageIds.Normalise(Headers.First("Message-ID") ?? Headers.First("Message-Id"));

    /// <summary>The ids in In-Reply-To.</summary>
    public IReadOnlyList<string> InReplyTo => field ??= MessageIds.Parse(Headers.First("In-Reply-To"));

    /// <summary>The ids in References, oldest first.</summary>
    public IReadOnlyList<string> References => field ??= MessageIds.Parse(Headers.First("References"));

    /// <summary>The Date field, or null when there is none.</summary>
    public MailDate? Date => field ??= MailDate.Parse(Headers.First("Date"));

    /// <summary>The dates of the Received fields that have one, topmost (latest) first; at most 100.</summary>
    public IReadOnlyList<MailDate> Received =>
        field ??= [.. Headers.All("Received").Take(100).Select(MailDate.OfReceived).OfType<MailDate>()];

    /// <summary>The Return-Path: an address, empty for <c>&lt;&gt;</c> (an automatic mail), null when there is none.</summary>
    public string? ReturnPath =>
        Headers.First("Return-Path") is { } path
            ? AddressList.Parse(path) is [var one, ..]
                ? one.Address
                : ""
            : null;

    /// <summary>
    /// The best text of the body: of each piece its plain form, or else its HTML turned into text. Lines end with LF, <c>format=flowed</c>
    /// is undone, enclosed uuencoded files are taken out.
    /// </summary>
    public string Text => (body ??= BodyText.From(sections)).Text;

    internal IReadOnlyList<TextSection> Sections => sections;

    /// <summary>The stretches of <see cref="Text"/> that its HTML marks as quoted or as signature.</summary>
    internal IReadOnlyList<TextSpan> Quoted => (body ??= BodyText.From(sections)).Quoted;

    /// <summary>Whether a piece of the body says the same as text and as HTML.</summary>
    internal bool HasBothForms => sections.Exists(s => s.HasPlain && s.HasHtml);

    /// <summary>The HTML form of the body as written (all HTML parts one after the other), or null when there is none.</summary>
    public string? Html => html ??= BodyText.Html(sections);

    /// <summary>
    /// SHA-256 (32 bytes) over the source of the body: of each piece its plain text if that says anything, else its HTML source; read with
    /// its charset, without white space and control characters, as UTF-8. So copies in other transfer encodings, charsets, line widths and
    /// line ends are equal. The whole text counts, also beyond what is kept. Several pieces: the digest of their digests. No text at all:
    /// the digest of types, names and sizes of the attachments.
    /// </summary>
    public ReadOnlyMemory<byte> BodyDigest => digest ??= MakeDigest();

    /// <summary>
    /// Files in this mail: neither pictures shown in the text, nor its texts, signatures (PGP, S/MIME), reports and calendar messages. A
    /// forwarded mail counts as one.
    /// </summary>
    public int AttachmentCount => attachments ??= Attachments.Count(Root, () => Html) + (body ??= BodyText.From(sections)).EnclosedFiles;

    /// <summary>
    /// The mails attached to this one as <c>message/rfc822</c>, read as mails of their own; neither those in a report or digest nor those
    /// attached to them in turn. Of a large one the beginning.
    /// </summary>
    public IReadOnlyList<MimeMessage> Attached => field ??= [.. AttachedBytes.Select(mail => MimeReader.Read(mail.AsSpan(), NoneInside))];

    /// <summary>Whether there are any, told without reading them.</summary>
    public bool HasAttached => AttachedBytes.Count > 0;

    internal IReadOnlyList<byte[]> AttachedBytes { get; init; } = [];

    /// <summary>Calendar parts outside of forwarded mails: <c>text/calendar</c> before <c>application/ics</c>.</summary>
    public IReadOnlyList<CalendarPart> Calendars => field ??= CalendarPart.In(Root);

    private BodyText? body;
    private string? html;
    private byte[]? digest;
    private int? attachments;

    private IReadOnlyList<Mailbox> Mailboxes(string name, bool firstOnly)
    {
        IReadOnlyList<Mailbox>? first = null;
        List<Mailbox>? joined = null;
        foreach (var value in Headers.All(name))
        {
            var found = AddressList.Parse(value);
            if (found.Count == 0)
                continue;
            if (first is null)
            {
                first = found;
                if (firstOnly)
                    break;
            }
            else
            {
                (joined ??= [.. first]).AddRange(found);
                if (joined.Count >= AddressList.Most)
                    break;
            }
        }

        return joined ?? first ?? [];
    }

    private static string OneLine(string? text)
    {
        if (text is null)
            return "";
        var clean = Charsets.Clean(text);
        return clean.AsSpan().IndexOfAny('\n', '\t') < 0 ? clean.Trim() : clean.Replace('\n', ' ').Replace('\t', ' ').Trim();
    }

    private byte[] MakeDigest()
    {
        var said = sections.FindAll(s => !s.IsBlank);
        if (said.Count == 1)
            return said[0].Digest();
        if (said.Count > 1)
            return SHA256.HashData(said.SelectMany(s => s.Digest()).ToArray());

        var files = new StringBuilder();
        foreach (var part in Root.All())
        {
            if (part.Parts.Count == 0 && !part.IsText)
                files.Append(part.ContentType).Append('\n').Append(part.FileName).Append('\n').Append(part.Size).Append('\n');
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(files.ToString()));
    }
}
