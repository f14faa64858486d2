using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimeKit;
using MimeKit.Encodings;
using MimeKit.IO;
using MimeKit.IO.Filters;
using MimeKit.Utils;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Writes our emails with MimeKit as policy-language.md section 15 wants them: one order of fields, ASCII and short lines everywhere, plain
/// text before HTML. The same email always gives the same bytes; its boundary is made from its content.
/// </summary>
internal static class MailWriter
{
    private const int LineLength = 78;

    private const int LongestId = 900;

    /// <summary>What fits on a line beside the name of a field.</summary>
    private const int LongestPhrase = 60;

    private static readonly OffsetDateTimePattern DateForm =
        OffsetDateTimePattern.CreateWithInvariantCulture("ddd, dd MMM uuuu HH':'mm':'ss o<+HHmm>");

    private static readonly FormatOptions Form = MakeForm();

    /// <summary>The bytes of the email.</summary>
    /// <exception cref="ArgumentException">A field name, Message-ID or address cannot be written.</exception>
    public static byte[] Write(OutgoingMail mail)
    {
        using var message = new MimeMessage(Fields(mail)) { Body = Body(mail) };
        using var bytes = new MemoryStream();
        message.WriteTo(Form, bytes);
        return bytes.ToArray();
    }

    /// <summary>MimeKit keeps this order, and the spelling of every name.</summary>
    private static IEnumerable<Header> Fields(OutgoingMail mail)
    {
        yield return new Header("Date", DateForm.Format(mail.Date));
        yield return Mailboxes("From", [mail.From]);
        if (mail.ReplyTo.Count > 0)
            yield return Mailboxes("Reply-To", mail.ReplyTo);
        if (mail.To.Count > 0)
            yield return Mailboxes("To", mail.To);
        if (mail.Cc.Count > 0)
            yield return Mailboxes("Cc", mail.Cc);

        yield return Unstructured("Subject", mail.Subject);
        yield return Ids("Message-ID", [mail.MessageId]);
        if (mail.InReplyTo is { } parent)
            yield return Ids("In-Reply-To", [parent]);
        if (mail.References.Count > 0)
            yield return Ids("References", mail.References);

        foreach (var extra in mail.Headers)
            yield return Unstructured(extra.Name, extra.Value);

        yield return new Header("MIME-Version", "1.0");
    }

    private static Header Mailboxes(string name, IReadOnlyList<Mail.Mime.Mailbox> mailboxes) =>
        Raw(name, string.Join(",\r\n ", mailboxes.Select(mailbox => Mailbox(OneLine(mailbox.Name), Address(mailbox.Address)))));

    private static string Mailbox(string display, string address)
    {
        if (display.Length == 0)
            return address;

        // MimeKit folds no phrase, and writes the pieces of a long word without a space between them.
        var phrase = Encoding.ASCII.GetString(Rfc2047.EncodePhrase(Form, Encoding.UTF8, display));
        if (LooksEncoded(display) || phrase.Length > LongestPhrase)
            phrase = EncodedWords(display);

        return $"{phrase}{(phrase.Length + address.Length > LongestPhrase ? "\r\n" : "")} <{address}>";
    }

    /// <summary>
    /// International domains in their ASCII form, which every server takes; a local part stays as it is (beyond ASCII it needs SMTPUTF8).
    /// </summary>
    private static string Address(string text)
    {
        var isClean = !text.Any(c => char.IsControl(c) || c is '<' or '>' || char.IsWhiteSpace(c));
        if (!isClean || !MailboxAddress.TryParse(text, out var mailbox) || mailbox.Domain.Length == 0)
            throw new ArgumentException($"\"{OneLine(text)}\" is not an email address", nameof(text));

        return MailboxAddress.EncodeAddrspec(mailbox.Address) is var ascii && Ascii.IsValid(mailbox.LocalPart)
            ? ascii
            : $"{mailbox.LocalPart}@{new IdnMapping().GetAscii(mailbox.Domain)}";
    }

    private static Header Unstructured(string name, string value)
    {
        if (name.Length is 0 or > 70 || name.Any(c => c is <= ' ' or > '~' or ':'))
        {
            throw new ArgumentException(
                $"\"{OneLine(name)}\" is not a field name: printable ASCII without spaces and colons is", nameof(name));
        }

        var clean = OneLine(value);
        if (LooksEncoded(clean))
            return Raw(name, EncodedWords(clean));

        var header = new Header(name, "");
        header.SetValue(Form, Encoding.UTF8, clean);
        return header;
    }

    private static Header Ids(string name, IReadOnlyList<string> ids) =>
        ids.FirstOrDefault(id => id.Length is 0 or > LongestId || id.Any(c => c is <= ' ' or > '~' or '<' or '>')) is { } wrong
            ? throw new ArgumentException(
                $"\"{OneLine(wrong)}\" is not a Message-ID: printable ASCII without spaces and brackets is", nameof(ids))
            : Raw(name, string.Join("\r\n ", ids.Select(id => $"<{id}>")));

    private static Header Raw(string name, string value)
    {
        var header = new Header(name, "");
        header.SetRawValue(Encoding.UTF8.GetBytes($" {value}\r\n"));
        return header;
    }

    private static MimeEntity Body(OutgoingMail mail)
    {
        var plain = Part("plain", mail.Text);
        if (mail.Html is null)
            return plain;

        var body = new MultipartAlternative { plain, Part("html", mail.Html) };
        body.Boundary = $"=_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{mail.Text}\0{mail.Html}")).AsSpan(0, 15))}";
        return body;
    }

    private static TextPart Part(string subtype, string content)
    {
        var text = Clean(content);
        if (!text.EndsWith("\r\n", StringComparison.Ordinal))
            text += "\r\n";

        var part = new TextPart(subtype);
        if (IsPlain(text))
        {
            part.SetText(Encoding.ASCII, text);
            part.ContentTransferEncoding = ContentEncoding.SevenBit;
            return part;
        }

        // Quoted-printable stays readable; base64 is shorter as soon as every other byte would be escaped.
        var bytes = Encoding.UTF8.GetBytes(text);
        part.ContentType.Charset = "utf-8";
        var isMostlyAscii = bytes.Count(b => b is >= 0x80 or (byte)'=') * 2 < bytes.Length / 3;
        part.ContentTransferEncoding = isMostlyAscii ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64;
        part.Content = part.ContentTransferEncoding == ContentEncoding.Base64
            ? new MimeContent(new MemoryStream(bytes))
            : new MimeContent(new MemoryStream(QuotedPrintable(bytes)), ContentEncoding.QuotedPrintable);
        return part;
    }

    /// <summary>ASCII in short lines that no gateway touches: none begins with "From " or a dot, none ends with a space.</summary>
    private static bool IsPlain(string text)
    {
        if (!Ascii.IsValid(text))
            return false;

        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > LineLength || line.StartsWith("From ") || line.StartsWith(".") || (!line.IsEmpty && line[^1] is ' ' or '\t'))
                return false;
        }

        return true;
    }

    /// <summary>As MimeKit encodes it, with no line that begins with "From ".</summary>
    private static byte[] QuotedPrintable(byte[] bytes)
    {
        using var encoded = new MemoryStream();
        using (var filtered = new FilteredStream(encoded))
        {
            filtered.Add(new EncoderFilter(new QuotedPrintableEncoder()));
            filtered.Add(new ArmoredFromFilter());
            filtered.Add(new Unix2DosFilter());
            filtered.Write(bytes);
            filtered.Flush();
        }

        return encoded.ToArray();
    }

    /// <summary>
    /// Controls, line breaks and lone surrogates become spaces: one line of clean text, so that no value starts a field of its own.
    /// </summary>
    private static string OneLine(string value)
    {
        var clean = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
            clean.Append(IsUnwanted(rune) || rune.Value is '\t' or '\n' or '\r' or 0x2028 or 0x2029 ? " " : rune.ToString());

        return clean.ToString().Trim();
    }

    /// <summary>Without what no reader wants: controls but tabs, lone surrogates. Line ends become CRLF.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length + 16);
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes())
        {
            if (rune.Value == '\n')
                clean.Append("\r\n");
            else if (rune.Value == '\t' || !IsUnwanted(rune))
                clean.Append(rune);
        }

        return clean.ToString();
    }

    private static bool IsUnwanted(Rune rune) => Rune.IsControl(rune) || rune == Rune.ReplacementChar || rune.Value is 0xFFFE or 0xFFFF;

    /// <summary>Whether MimeKit would take the text for encoded already, and leave it as it is.</summary>
    private static bool LooksEncoded(string clean) => clean.Contains("=?", StringComparison.Ordinal);

    /// <summary>The whole text as encoded words (RFC 2047) of at most 75 characters, cut between characters.</summary>
    private static string EncodedWords(string clean)
    {
        const int Most = 30; // base64 of so many bytes and the name of a field fit on a line
        var (words, word) = (new List<string>(), new List<byte>());
        foreach (var rune in clean.EnumerateRunes())
        {
            if (word.Count > Most)
            {
                words.Add($"=?utf-8?b?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }

            word.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        words.Add($"=?utf-8?b?{Convert.ToBase64String([.. word])}?=");
        return string.Join("\r\n ", words);
    }

    private static FormatOptions MakeForm()
    {
        var form = FormatOptions.Default.Clone();
        form.NewLineFormat = NewLineFormat.Dos;
        form.EnsureNewLine = true;
        form.MaxLineLength = LineLength;
        form.AlwaysQuoteParameterValues = false;
        return form;
    }
}
