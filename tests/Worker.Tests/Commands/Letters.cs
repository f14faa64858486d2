using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>Mails to the command mailbox as a server stores them.</summary>
internal static class Letters
{
    public const string Signed =
        "Authentication-Results: mx.bright.example; dkim=pass (2048-bit key) header.d=bright.example header.s=k1; spf=pass "
            + "smtp.mailfrom=bright.example";

    /// <summary>A reply to the digest.</summary>
    public static string Reply(
        this SentDigests sent,
        string text,
        string from = "ana@bright.example",
        string proof = Signed,
        string? id = null,
        string date = "Wed, 4 Mar 2026 09:55:00 +0000"
    ) => Letter(sent.ReplyTo, "Re: My day · Ana · Wed 4 March", text, "X-Form: reply", from, proof, date, id);

    private const string PlainText = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n";

    public static string Letter(
        string to,
        string subject,
        string text,
        string more = "X-Form: plain",
        string from = "ana@bright.example",
        string proof = Signed,
        string date = "Wed, 4 Mar 2026 09:55:00 +0000",
        string? id = null) =>
        $"Received: from mx.bright.example by store.bright.example with LMTP; {date}\n{proof}\nFrom: A Person <{from}>\n"
        + $"To: {to}\nSubject: {Encoded(subject)}\nDate: {date}\nMessage-ID: <{id ?? Guid.NewGuid() + "@bright.example"}>\n"
        + "MIME-Version: 1.0\n"
        + (more.Contains("Content-Type", StringComparison.Ordinal) ? "" : PlainText)
        + $"{more}\n\n{text}\n";

    /// <summary>The subject a mail program writes when the link in the digest is pressed.</summary>
    public static string Link(this SentDigests sent, string verb, string item)
    {
        var subject = Regex
            .Matches(WebUtility.HtmlDecode(sent.Html), "mailto:crmsync@bright.example\\?subject=([^\"]*)")
            .Select(match => Uri.UnescapeDataString(match.Groups[1].Value));
        return subject.First(one => one.StartsWith($"{verb} {item} [", StringComparison.Ordinal));
    }

    /// <summary>The id a mail has in the command mailbox.</summary>
    public static string Id(byte[] mail)
    {
        var identity = MailIdentity.From(MailTranslation.ReadFacts(MimeReader.Read(mail), stored: null));
        return identity.MessageKey ?? identity.Fingerprint;
    }

    /// <summary>A text without its line breaks.</summary>
    public static string Flat(string text) => Regex.Replace(text, @"\s+", " ");

    private static string Encoded(string subject) =>
        subject.All(char.IsAscii) ? subject : $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=";
}
