using System.Buffers;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Reports;

/// <summary>
/// Bounces in the forms that mail systems invented before, or beside, the standard: Exim, qmail, Exchange, sendmail's transcripts, and some
/// seventy others. No list of systems and no word in a subject or display name makes one: what they share is an empty sender or a daemon's
/// address, or their mail coming back to its own author, and a text in a mail system's words that names who could not be reached.
/// </summary>
internal static class BounceText
{
    private const int Longest = 64 * 1024;

    private static readonly string[] Daemons =
    [
        "mailer-daemon",
        "mailerdaemon",
        "mailer.daemon",
        "postmaster",
        "post_master",
        "post.master",
        "mail-daemon",
        "mdaemon",
        "maildaemon",
        "mail_daemon",
        "bounce",
        "bounces",
        "double-bounce",
        "majordomo",
        "mailadmin",
        "daemon",
        "mailer",
    ];

    private static readonly PhraseSet Failing = new(PhraseFile.Read("bounce-words.txt", "failed"));
    private static readonly PhraseSet Delaying = new(PhraseFile.Read("bounce-words.txt", "delayed"));
    private static readonly PhraseSet Ended = new(PhraseFile.Read("bounce-words.txt", "ended"));
    private static readonly SearchValues<string> ReturnedHeaders = SearchValues.Create(
        ["message-id:", "received: ", "return-path:"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>The report, or null when nothing says that the mail is one.</summary>
    public static MailReport? Read(MimeMessage message, bool isReport)
    {
        List<string> failed = message.Headers.Has("X-Failed-Recipients")
            ?
            [
                .. message
                    .Headers.All("X-Failed-Recipients")
                    .SelectMany(AddressList.Parse)
                    .Select(m => m.Address)
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ]
            : [];
        var machine = failed.Count > 0 || isReport || IsFromMachine(message);
        if (!machine && !MayComeBack(message))
            return null;

        var whole = message.Text.Length > Longest ? message.Text[..Longest] : message.Text;
        var parts = ReportParts.From(whole);
        var original = OriginalMail.In(message);
        if (original.MessageId is null && original.Recipients.Count == 0 && parts.Original.Length > 0)
            original = OriginalMail.InText(parts.Original);
        if (original.Subject is null && parts.Subject is { } told)
            original = original with { Subject = told };
        if (!machine && !ComesBack(message, original, parts))
            return null;

        if (machine && DeliveryStatus.ReadText(whole, message, original) is { } written)
            return written;

        // A person whose address is a daemon's, and an empty sender of anything else, lack a mail system's words.
        var words = $"{message.Subject}\n{(parts.Report.Length > 8_000 ? parts.Report[..8_000] : parts.Report)}";
        if (!isReport && failed.Count == 0 && !Failing.IsIn(words) && !Delaying.IsIn(words))
            return null;

        var own = Own(message, original);
        if (failed.Count == 0)
            failed = Recipients(parts, original, own, machine);
        if (failed.Count == 0 && !isReport && !(machine && Failing.IsIn(message.Subject)))
            return null;

        var action = FindAction(message, parts.Report);
        var recipients = failed.Select(a =>
        {
            var diagnostic = parts.Diagnostic(a);
            return new ReportedRecipient(a, action, StatusCode.In(diagnostic) ?? StatusCode.In(parts.Report), diagnostic);
        });
        return new MailReport(ReportKind.Delivery, [.. recipients], original.MessageId, original.Subject);
    }

    /// <summary>An empty envelope sender, or the address of a mail system itself; never a display name.</summary>
    private static bool IsFromMachine(MimeMessage message) =>
        message.ReturnPath is { Length: 0 }
        || message.From is [var author, ..] && IsDaemon(author.Address)
        || message.From.Count == 0 && message.Headers.First("From") is { } from && IsDaemon(from.Trim().Trim('<', '>', '"'));

    /// <summary>
    /// Some systems write as an ordinary account, and some gateways rewrite the sender. Their mail brings the returned one with it; this
    /// tells cheaply which mails are worth a closer look.
    /// </summary>
    private static bool MayComeBack(MimeMessage message)
    {
        if (message.InReplyTo.Count > 0)
            return false;
        foreach (var part in message.Root.All())
        {
            if (
                !part.InForwarded
                && (part.IsMessage || ReportPart.IsHeaders(part.ContentType))
            )
                return true;
        }

        return message.Text.AsSpan().ContainsAny(ReturnedHeaders);
    }

    /// <summary>
    /// Whether a mail from an ordinary address returns a mail to its own author with a server's code and names a recipient of it: a person
    /// who sends our mail back writes about it in words.
    /// </summary>
    private static bool ComesBack(MimeMessage message, OriginalMail original, ReportParts parts)
    {
        var authors = original.Senders;
        if (
            !message.To.Any(m => authors.Contains(m.Address, StringComparer.OrdinalIgnoreCase))
            || parts.Report.AsSpan().ContainsAny('?', '？')
        )
            return false;
        if (StatusCode.In(parts.Report) is null && !HasReplyCode(parts.Report) && !parts.NamesInPlace)
            return false;
        if (StartsWithGreeting(parts.Report) || message.Subject.StartsWith("fw", StringComparison.OrdinalIgnoreCase))
            return false;
        return Failing.IsIn(parts.Report) || Delaying.IsIn(parts.Report);
    }

    private static bool StartsWithGreeting(string report)
    {
        var text = report.AsSpan().TrimStart();
        foreach (
            var word in (ReadOnlySpan<string>)
                [
                    "hello",
                    "hi ",
                    "hi,",
                    "dear ",
                    "hallo",
                    "guten ",
                    "liebe",
                    "sehr geehrte",
                    "bonjour",
                    "hola",
                    "buongiorno",
                    "ciao",
                    "beste ",
                ]
        )
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>Whether a server said no for good, whatever the words around its answer speak of.</summary>
    private static bool IsPermanent(string text) => StatusCode.In(text) is { } status ? status[0] == '5' : HasReplyCode(text, '5');

    private static bool HasReplyCode(string text) => HasReplyCode(text, '4') || HasReplyCode(text, '5');

    /// <summary>A reply code of SMTP at the beginning of a line or behind a word: 550, 452 and their kin.</summary>
    private static bool HasReplyCode(string text, char kind)
    {
        for (var i = 0; i + 3 < text.Length; i++)
        {
            if (
                text[i] == kind
                && text[i + 1] is >= '0' and <= '5'
                && char.IsAsciiDigit(text[i + 2])
                && text[i + 3] is ' ' or '-'
                && (i == 0 || text[i - 1] is ' ' or '\n' or '(' or ':' or '<' or '"' or '\'')
            )
                return true;
        }

        return false;
    }

    private static List<string> Recipients(ReportParts parts, OriginalMail original, HashSet<string> own, bool machine)
    {
        var strong = parts.Strong.Where(a => !IsDaemon(a) && !own.Contains(a)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (strong.Count > 0)
            return strong;

        var any = parts.Any.Where(a => !IsDaemon(a) && !own.Contains(a)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var known = any.Where(a => original.Recipients.Contains(a, StringComparer.OrdinalIgnoreCase)).ToList();
        if (known.Count > 0)
            return known;
        if (!machine)
            return [];
        if (any.Count is > 0 and <= 3)
            return any;

        // The mail came back to its own author (a forward to oneself), or the text names nobody: then the only recipient there was is
        // meant.
        if (parts.Strong.FirstOrDefault(a => !IsDaemon(a)) is { } self)
            return [self];
        return original.Recipients is [var only] ? [only] : [];
    }

    internal static bool IsDaemon(string address)
    {
        var at = address.LastIndexOf('@');
        var local = at < 0 ? address : address[..at];
        return Daemons.Contains(local, StringComparer.OrdinalIgnoreCase)
            || local.StartsWith("mailer-daemon", StringComparison.OrdinalIgnoreCase);
    }

    private static HashSet<string> Own(MimeMessage message, OriginalMail original)
    {
        var own = new HashSet<string>(original.Senders, StringComparer.OrdinalIgnoreCase);
        own.UnionWith(message.To.Select(m => m.Address));
        own.UnionWith(message.From.Select(m => m.Address));
        own.UnionWith(
            message
                .Headers.All("Delivered-To")
                .Concat(message.Headers.All("X-Original-To"))
                .SelectMany(AddressList.Parse)
                .Select(m => m.Address)
        );
        return own;
    }

    private static ReportAction FindAction(MimeMessage message, string report)
    {
        var text = report.Length > 4_000 ? report[..4_000] : report;
        if (
            Delaying.IsIn(message.Subject) && !Ended.IsIn(text)
            || Delaying.IsIn(text) && !Ended.IsIn(text) && !IsPermanent(text))
            return ReportAction.Delayed;
        return
            text.Contains("successfully delivered", StringComparison.OrdinalIgnoreCase)
            || text.Contains("successfully relayed", StringComparison.OrdinalIgnoreCase)
            ? ReportAction.Delivered
            : ReportAction.Failed;
    }
}
