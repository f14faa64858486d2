using System.Buffers;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>
/// Bounces in the forms that mail systems invented before, or beside, the standard: Exim, qmail, Exchange, sendmail's transcripts, and some
/// seventy others. No list of systems: what they share is a machine as author, a text that names addresses in a few typical places, and a
/// copy of the mail below it.
/// </summary>
internal static class BounceText
{
    private const int Longest = 64 * 1024;

    private static readonly string[] Daemons =
    [
        "mailer-daemon",
        "mailerdaemon",
        "postmaster",
        "post_master",
        "mail-daemon",
        "mdaemon",
        "maildaemon",
        "mail_daemon",
        "bounce",
        "bounces",
        "majordomo",
        "mailadmin",
        "daemon",
        "mailer",
    ];

    private static readonly SearchValues<string> DaemonNames = SearchValues.Create(
        [
            "mail delivery",
            "mailer-daemon",
            "mailer daemon",
            "mail system",
            "postmaster",
            "delivery subsystem",
            "mail administrator",
            "system administrator",
            "delivery system",
            "mail router",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Subjects = SearchValues.Create(
        [
            "undeliver",
            "delivery status notification",
            "delivery failure",
            "delivery failed",
            "delivery has failed",
            "mail delivery",
            "returned mail",
            "failure notice",
            "failure delivery",
            "undelivered",
            "delivery report",
            "non delivery",
            "non-delivery",
            "nondeliverable",
            "message status",
            "could not be delivered",
            "was not delivered",
            "delivery notification",
            "mail failure",
            "returned to sender",
            "delivery problem",
            "delivery error",
            "unzustellbar",
            "nicht zugestellt",
            "nicht zustellbar",
            "mail could not",
            "unable to deliver",
            "delivery delayed",
            "warning: could not send",
            "message delayed",
            "warning: message",
            "mail system error",
            "non remis",
            "no se pudo entregar",
            "no entregado",
            "mancata consegna",
            "onbestelbaar",
            "bounced",
            "undeliverable",
            "rejected",
            "não entregue",
            "olevererbart",
            "kunde inte levereras",
            "failed",
            "notificação de entrega",
            "automatic reply: delivery",
            "配信",
            "エラー",
            "返信不能",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly string[] DelayWords =
    [
        "warning: message",
        "delivery delayed",
        "has been delayed",
        "delay in",
        "is delayed",
        "will be retried",
        "will continue to be attempted",
        "not yet been delivered",
        "still trying",
        "will keep trying",
        "do not need to resend",
        "no action is required on your part",
        "delivery status notification (delay)",
        "this is a warning message only",
        "message delayed",
    ];

    private static readonly string[] GivenUp =
    [
        "giving up",
        "given up",
        "gave up",
        "permanent",
        "could not be delivered",
        "delivery failed",
        "has failed",
        "failed permanently",
        "expired",
        "too long",
    ];

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
        if (failed.Count == 0 && !isReport && !IsFromMachine(message))
            return null;

        var whole = message.Text.Length > Longest ? message.Text[..Longest] : message.Text;
        var parts = ReportParts.Of(whole);
        var original = OriginalMail.In(message);
        if (original.MessageId is null && original.Recipients.Count == 0 && parts.Original.Length > 0)
            original = OriginalMail.InText(parts.Original);

        var own = Own(message, original);
        if (failed.Count == 0)
            failed = Recipients(parts, original, own);
        if (failed.Count == 0 && !isReport && !HasBounceSubject(message))
            return null;

        var action = ActionOf(message, parts.Report);
        var recipients = failed.Select(a =>
        {
            var diagnostic = parts.DiagnosticOf(a);
            return new ReportedRecipient(a, action, StatusCode.In(diagnostic) ?? StatusCode.In(parts.Report), diagnostic);
        });
        return new MailReport(ReportKind.Delivery, [.. recipients], original.MessageId, original.Subject, null);
    }

    private static List<string> Recipients(ReportParts parts, OriginalMail original, HashSet<string> own)
    {
        var strong = parts.Strong.Where(a => !IsDaemon(a) && !own.Contains(a)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (strong.Count > 0)
            return strong;

        var any = parts.Any.Where(a => !IsDaemon(a) && !own.Contains(a)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var known = any.Where(a => original.Recipients.Contains(a, StringComparer.OrdinalIgnoreCase)).ToList();
        if (known.Count > 0)
            return known;
        if (any.Count is > 0 and <= 3)
            return any;

        // The mail came back to its own author (a forward to oneself), or the text names nobody: then the only recipient there was is
        // meant.
        if (parts.Strong.FirstOrDefault(a => !IsDaemon(a)) is { } self)
            return [self];
        return original.Recipients is [var only] ? [only] : [];
    }

    private static bool IsFromMachine(MimeMessage message)
    {
        var from = message.From is [var author, ..] ? author : null;
        var text = message.Headers.Text("From") ?? "";
        var daemon = from is not null && IsDaemon(from.Address) || text.AsSpan().ContainsAny(DaemonNames);
        var subject = HasBounceSubject(message);
        if (daemon)
            return subject || message.ReturnPath is null or "" || IsDaemon(message.ReturnPath);

        // Some systems write as an ordinary account. Then the subject must say so, and the empty Return-Path or the author's own mail
        // coming back to him.
        return subject && (message.ReturnPath == "" || from is null || ReturnsToAuthor(message)) && !IsAutoReply(message);
    }

    private static bool ReturnsToAuthor(MimeMessage message)
    {
        var authors = OriginalMail.In(message).Senders;
        return message.To.Any(m => authors.Contains(m.Address, StringComparer.OrdinalIgnoreCase));
    }

    private static bool IsAutoReply(MimeMessage message) =>
        message.Headers.First("Auto-Submitted") is { } auto
        && auto.Contains("replied", StringComparison.OrdinalIgnoreCase)
        && message.InReplyTo.Count > 0
        && message.Root.ContentType != "multipart/report"
        && !HasBounceSubject(message);

    private static bool HasBounceSubject(MimeMessage message) => message.Subject.AsSpan().ContainsAny(Subjects);

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
                .Select(m => m.Address));
        return own;
    }

    private static ReportAction ActionOf(MimeMessage message, string report)
    {
        var subject = message.Subject;
        if (DelayWords.Any(w => subject.Contains(w, StringComparison.OrdinalIgnoreCase)))
            return ReportAction.Delayed;
        var text = report.Length > 4_000 ? report[..4_000] : report;
        if (
            DelayWords.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase))
            && !GivenUp.Any(w => text.Contains(w, StringComparison.OrdinalIgnoreCase)))
            return ReportAction.Delayed;
        return
            text.Contains("successfully delivered", StringComparison.OrdinalIgnoreCase)
            || text.Contains("successfully relayed", StringComparison.OrdinalIgnoreCase)
            ? ReportAction.Delivered
            : ReportAction.Failed;
    }
}
