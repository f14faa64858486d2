using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Writes mails that every server takes: CRLF, lines of at most 998 bytes (78 where possible), headers folded and encoded, the body as
/// plain text or as multipart/alternative with HTML. The same mail always gives the same bytes; its boundary is made from its content.
/// </summary>
public static class MimeWriter
{
    private static readonly OffsetDateTimePattern DateForm = OffsetDateTimePattern.CreateWithInvariantCulture(
        "ddd, dd MMM uuuu HH':'mm':'ss o<+HHmm>");

    /// <summary>
    /// The bytes of the mail. Addresses beyond ASCII before their <c>@</c> are written as UTF-8: then <see cref="NeedsSmtpUtf8"/> is true.
    /// </summary>
    /// <exception cref="ArgumentException">A header name, message id or address cannot be written.</exception>
    public static byte[] Write(OutgoingMail mail)
    {
        var headers = new HeaderWriter();
        headers.Raw("Date", DateForm.Format(mail.Date));
        headers.Mailboxes("From", [mail.From]);
        headers.Mailboxes("Reply-To", mail.ReplyTo);
        headers.Mailboxes("To", mail.To);
        headers.Mailboxes("Cc", mail.Cc);
        headers.Unstructured("Subject", mail.Subject);
        headers.Ids("Message-ID", [mail.MessageId]);
        headers.Ids("In-Reply-To", mail.InReplyTo is { } parent ? [parent] : []);
        headers.Ids("References", mail.References);
        foreach (var extra in mail.Headers)
            headers.Unstructured(extra.Name, extra.Value);
        headers.Raw("MIME-Version", "1.0");

        var plain = Part("text/plain", mail.Text);
        if (mail.Html is null)
            return Encoding.UTF8.GetBytes($"{headers}{plain}");

        var html = Part("text/html", mail.Html);
        var boundary = Boundary(plain, html);
        headers.Raw("Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
        return Encoding.UTF8.GetBytes($"{headers}\r\n--{boundary}\r\n{plain}\r\n--{boundary}\r\n{html}\r\n--{boundary}--\r\n");
    }

    /// <summary>Whether the mail can only go to a server that offers SMTPUTF8 (RFC 6531).</summary>
    public static bool NeedsSmtpUtf8(OutgoingMail mail) =>
        mail.To.Concat(mail.Cc).Concat(mail.ReplyTo).Append(mail.From).Any(m => !Ascii.IsValid(m.Local));

    private static string Part(string type, string content)
    {
        var text = Charsets.Clean(content).Replace("\n", "\r\n", StringComparison.Ordinal);
        if (!text.EndsWith("\r\n", StringComparison.Ordinal))
            text += "\r\n";
        if (IsPlain(text))
            return $"Content-Type: {type}; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{text}";

        // Quoted-printable stays readable; from where every other byte would be escaped, base64 is shorter.
        var bytes = Encoding.UTF8.GetBytes(text);
        var escaped = bytes.Count(b => b is >= 0x80 or (byte)'=');
        return escaped * 2 < bytes.Length / 3
            ? $"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{QuotedPrintable(bytes)}"
            : $"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: "
                + $"base64\r\n\r\n{Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)}\r\n";
    }

    /// <summary>ASCII in short lines that no gateway touches: none begins with "From ", none ends with a space.</summary>
    private static bool IsPlain(string text)
    {
        if (!Ascii.IsValid(text))
            return false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > 78 || line.StartsWith("From ") || line.StartsWith(".") || !line.IsEmpty && line[^1] is ' ' or '\t')
                return false;
        }

        return true;
    }

    private static string QuotedPrintable(byte[] bytes)
    {
        const int Longest = 76;
        var text = new StringBuilder(bytes.Length * 5 / 4);
        var column = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b == (byte)'\r' && i + 1 < bytes.Length && bytes[i + 1] == (byte)'\n')
            {
                text.Append("\r\n");
                column = 0;
                i++;
                continue;
            }

            var endsLine = i + 2 < bytes.Length && bytes[i + 1] == (byte)'\r';
            var escape =
                b is (byte)'=' or < 0x20 or > 0x7E && b != (byte)'\t'
                || b is (byte)' ' or (byte)'\t' && endsLine
                || column == 0 && b is (byte)'.' or (byte)'F' or (byte)'-';
            var width = escape ? 3 : 1;
            if (column + width > Longest - 1)
            {
                text.Append("=\r\n");
                column = 0;
            }

            if (escape)
                text.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            else
                text.Append((char)b);
            column += width;
        }

        return text.ToString();
    }

    private static string Boundary(string plain, string html)
    {
        // Content cannot be written to contain its own hash, but nothing is lost by looking.
        for (var turn = 0; ; turn++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{turn}\0{plain}\0{html}"));
            var boundary = $"=_{Convert.ToHexStringLower(hash.AsSpan(0, 15))}";
            if (!plain.Contains(boundary, StringComparison.Ordinal) && !html.Contains(boundary, StringComparison.Ordinal))
                return boundary;
        }
    }
}
