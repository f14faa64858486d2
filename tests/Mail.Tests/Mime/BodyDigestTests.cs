using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Tests.Mime;

public sealed class BodyDigestTests
{
    private const string Body = "Grüße aus Köln,\nzweite Zeile mit = Zeichen und einem langen Satz, der irgendwo umbrochen wird.\n\nAna";

    [Fact]
    public void Copies_in_other_encodings_line_ends_and_widths_have_one_digest()
    {
        var utf8 = Encoding.UTF8.GetBytes(Body);
        var latin = Encoding.Latin1.GetBytes(Body);
        var all = new[]
        {
            Digest("text/plain; charset=utf-8", "8bit", utf8),
            Digest("text/plain; charset=utf-8", "8bit", Encoding.UTF8.GetBytes(Body.Replace("\n", "\r\n", StringComparison.Ordinal))),
            Digest(
                "text/plain; charset=utf-8",
                "8bit",
                Encoding.UTF8.GetBytes(Body.Replace(", der", ",\n   der", StringComparison.Ordinal) + "\n\n")),
            Digest(
                "text/plain; charset=utf-8",
                "base64",
                Encoding.ASCII.GetBytes(Convert.ToBase64String(utf8, Base64FormattingOptions.InsertLineBreaks))),
            Digest(
                "text/plain; charset=utf-8",
                "quoted-printable",
                Encoding.ASCII.GetBytes(string.Concat(utf8.Select(b => b == '\n' ? "\n" : $"={b:X2}=\n")))),
            Digest("text/plain; charset=iso-8859-1", "8bit", latin),
            Digest("text/plain", "8bit", latin),
            Digest(
                "text/plain; charset=utf-16le",
                "base64",
                Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.Unicode.GetBytes(Body)))),
            Digest(
                "multipart/alternative; boundary=b",
                "7bit",
                [.. "--b\nContent-Type: text/plain; charset=utf-8\n\n"u8, .. utf8, .. "\n--b\nContent-Type: text/html\n\n<p>other\n--b--"u8]
            ),
            Digest("text/plain; charset=utf-8", "8bit", Encoding.UTF8.GetBytes(Body.Replace(' ', '\u00A0'))),
        };
        Assert.Single(all.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void Another_body_has_another_digest()
    {
        var plain = Digest("text/plain", "8bit", "Hello Ben"u8.ToArray());
        Assert.NotEqual(plain, Digest("text/plain", "8bit", "Hello Bea"u8.ToArray()));
        Assert.NotEqual(plain, Digest("text/html", "8bit", "<p>Hello Ben"u8.ToArray()));
        Assert.NotEqual(Digest("text/html", "8bit", "<p>One"u8.ToArray()), Digest("text/html", "8bit", "<p>Two"u8.ToArray()));
        Assert.NotEqual(Mixed("<p>One", "list footer"), Mixed("<p>Two", "list footer"));
        Assert.NotEqual(
            Digest("application/pdf", "base64", "AAAA"u8.ToArray()),
            Digest("application/pdf", "base64", "AAAAAAAA"u8.ToArray()));

        static string Mixed(string html, string footer) =>
            Digest(
                "multipart/mixed; boundary=b",
                "7bit",
                Encoding.UTF8.GetBytes($"--b\nContent-Type: text/html\n\n{html}\n--b\nContent-Type: text/plain\n\n{footer}\n--b--"));
    }

    [Fact]
    public void The_whole_text_counts_also_beyond_what_is_kept()
    {
        var text = string.Concat(Enumerable.Repeat("wörter und zeilen\n", 100_000));
        var small = new MimeLimits { TextBytes = 1000 };
        var whole = Mail("text/plain; charset=utf-8", "8bit", Encoding.UTF8.GetBytes(text));
        var coded = Mail(
            "text/plain; charset=utf-8",
            "base64",
            Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));
        var other = Mail("text/plain; charset=utf-8", "8bit", Encoding.UTF8.GetBytes(text + "x"));
        Assert.Equal(Hex(MimeReader.Read(whole)), Hex(MimeReader.Read(whole, small)));
        Assert.Equal(Hex(MimeReader.Read(whole)), Hex(MimeReader.Read(coded, small)));
        Assert.NotEqual(Hex(MimeReader.Read(whole, small)), Hex(MimeReader.Read(other, small)));
        Assert.True(MimeReader.Read(whole).Root.IsContentCut);
    }

    private static string Digest(string type, string encoding, byte[] body) => Hex(MimeReader.Read(Mail(type, encoding, body)));

    private static byte[] Mail(string type, string encoding, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"From: ana@hill.example\nContent-Type: {type}\nContent-Transfer-Encoding: {encoding}\n\n"), .. body];

    private static string Hex(MimeMessage mail) => Convert.ToHexString(mail.BodyDigest.Span);
}
