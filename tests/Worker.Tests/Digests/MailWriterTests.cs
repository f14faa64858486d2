using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Digests;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

public sealed class MailWriterTests
{
    private static readonly OutgoingMail Plain = new()
    {
        From = new Mailbox("CrmSync", "crmsync@bright.example"),
        To = [new Mailbox("Ana Hill", "ana@hill.example")],
        Subject = "Your day",
        Date = new LocalDateTime(2026, 3, 2, 7, 0).WithOffset(Offset.FromHours(1)),
        MessageId = "day.1@bright.example",
        Text = "Three mails wait.\n",
    };

    [Fact]
    public void A_plain_mail_is_written_like_this()
    {
        const string Expected = """
            Date: Mon, 02 Mar 2026 07:00:00 +0100
            From: CrmSync <crmsync@bright.example>
            To: Ana Hill <ana@hill.example>
            Subject: Your day
            Message-ID: <day.1@bright.example>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=us-ascii
            Content-Transfer-Encoding: 7bit

            Three mails wait.

            """;
        Assert.Equal(Expected.ReplaceLineEndings("\r\n"), Encoding.ASCII.GetString(MailWriter.Write(Plain)));
    }

    [Fact]
    public void The_same_mail_gives_the_same_bytes_and_another_one_another_boundary()
    {
        var mail = Plain with { Html = "<p>Three mails wait." };
        Assert.Equal(MailWriter.Write(mail), MailWriter.Write(mail));
        Assert.NotEqual(
            MimeReader.Read(MailWriter.Write(mail)).Root.Parameter("boundary"),
            MimeReader.Read(MailWriter.Write(mail with { Html = "<p>Four" })).Root.Parameter("boundary"));
    }

    [Theory]
    [InlineData("a\r\nBcc: evil@hill.example")]
    [InlineData("a\nBcc: evil@hill.example\n\nbody")]
    [InlineData("a\rBcc: evil@hill.example")]
    [InlineData("a\0\u0085\u2028Bcc: evil@hill.example")]
    public void No_value_starts_a_header_of_its_own(string value)
    {
        var mail = MimeReader.Read(MailWriter.Write(Plain with
        {
            Subject = value,
            From = Plain.From with { Name = value },
            Headers = [new Header("X-CrmSync", value)],
        }));
        Assert.Empty(mail.Bcc);
        Assert.Equal("Three mails wait.", mail.Text.Trim());
        Assert.DoesNotContain(mail.Headers, h => h.Name.Equals("Bcc", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("X-Bad\r\nBcc")]
    [InlineData("X Bad")]
    [InlineData("X:Bad")]
    [InlineData("")]
    public void A_header_name_that_is_none_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Plain with { Headers = [new Header(name, "x")] }));

    [Fact]
    public void An_address_or_id_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            MailWriter.Write(Plain with { To = [new Mailbox("", "ana@hill.example>\r\nBcc: <x@y.example")] }));
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Plain with { MessageId = "a b@c" }));
        Assert.Throws<ArgumentException>(() => MailWriter.Write(Plain with { References = ["a@b>\r\nBcc: x"] }));
    }

    [Fact]
    public void International_domains_are_written_in_ascii_and_local_parts_need_SMTPUTF8()
    {
        var mail = Plain with { To = [new Mailbox("", "ana@hügel.example")] };
        Assert.Equal("ana@xn--hgel-0ra.example", MimeReader.Read(MailWriter.Write(mail)).To[0].Address);
        Assert.True(Ascii.IsValid(MailWriter.Write(mail)));
        Assert.False(Ascii.IsValid(MailWriter.Write(Plain with { To = [new Mailbox("", "zoë@hill.example")] })));
        Assert.Equal(
            "zoë@hill.example",
            MimeReader.Read(MailWriter.Write(Plain with { To = [new Mailbox("", "zoë@hill.example")] })).To[0].Address);
    }

    [Fact]
    public void Whatever_is_written_is_read_back_equal()
    {
        var texts = ArbMap.Default.GeneratorFor<string?>().Select(s => s ?? "");
        var wild = Gen.OneOf(
                texts,
                Gen.Elements(
                    "Grüße",
                    "=?utf-8?Q?x?=",
                    "a\"b\\c",
                    "日本語の件名です",
                    ".\n.\nFrom x\n",
                    "--\n-- \n",
                    new string('x', 3000),
                    "trailing \t\nspace ",
                    "=",
                    "😀 😀",
                    "a  b",
                    ", ;:<>@()[]"))
            .ListOf()
            .Select(l => string.Join(' ', l));
        var mails = (
            from subject in wild
            from name in wild
            from text in wild
            from html in wild
            from value in wild
            select (subject, name, text, html, value)).ToArbitrary();
        Prop.ForAll(
                mails,
                m =>
                {
                    var bytes = MailWriter.Write(
                        Plain with
                        {
                            Subject = m.subject,
                            From = Plain.From with { Name = m.name },
                            Text = m.text,
                            Html = m.html,
                            Headers = [new Header("X-CrmSync", m.value)],
                            To = [.. Enumerable.Repeat(new Mailbox(m.name, "ana@hill.example"), 5)],
                        });
                    var read = MimeReader.Read(bytes);
                    Assert.All(
                        Encoding.UTF8.GetString(bytes).Split("\r\n"),
                        l =>
                            Assert.True(
                                Encoding.UTF8.GetByteCount(l) <= 998
                                    && !l.Contains('\n', StringComparison.Ordinal)
                                    && !l.Contains('\r', StringComparison.Ordinal)));
                    Assert.True(System.Text.Ascii.IsValid(bytes));
                    Assert.Equal(Words(m.subject), Words(read.Subject));
                    Assert.Equal(Words(m.value), Words(read.Headers.Text("X-CrmSync") ?? ""));
                    Assert.Equal(5, read.To.Count);
                    Assert.Equal(Lines(m.text), Lines(PartText(read, 0)));
                    Assert.Equal(Lines(m.html), Lines(PartText(read, 1)));
                    Assert.Empty(read.Problems);
                    return true;
                })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(30));
    }

    [Fact]
    public void Python_reads_the_same_mail_we_wrote()
    {
        var python =
            Python()
            ?? throw new InvalidOperationException(
                "python3 is not installed; install the Debian package python3 to compare with its e-mail package");
        var mail = Plain with
        {
            Subject = "Grüße: " + string.Concat(Enumerable.Repeat("ein sehr langer Betreff mit Umläuten, ", 8)),
            From = new Mailbox("Hügel, Änne", "crmsync@bright.example"),
            To = [new Mailbox("O'Neil \"Bo\" (Sales)", "bo@hill.example"), new Mailbox("日本語", "jp@hill.example")],
            Text = "Grüße\n.\nFrom here on\nend ",
            Html = "<p>日本語のテキストです。これは長い文章です。</p>\n" + new string('x', 2000),
            Headers = [new Header("X-CrmSync", "my-day")],
        };
        const string Script = """
            import sys, json, email, email.policy
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
            parts = [p.get_content() for p in m.iter_parts()]
            print(json.dumps({"subject": m["subject"], "names": [a.display_name for h in ("from", "to") for a in m[h].addresses],
              "addresses": [a.addr_spec for h in ("from", "to") for a in m[h].addresses],
              "text": parts[0], "html": parts[1], "extra": m["x-crmsync"], "defects": [str(d) for d in m.defects]}))
            """;
        var start = new ProcessStartInfo(python, ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(MailWriter.Write(mail));
        process.StandardInput.Close();
        var read = JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement;
        process.WaitForExit();
        Assert.Equal(mail.Subject.Trim(), read.GetProperty("subject").GetString());
        Assert.Equal(
            ["Hügel, Änne", "O'Neil \"Bo\" (Sales)", "日本語"],
            read.GetProperty("names").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(
            ["crmsync@bright.example", "bo@hill.example", "jp@hill.example"],
            read.GetProperty("addresses").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(Lines(mail.Text), Lines(read.GetProperty("text").GetString()!));
        Assert.Equal(Lines(mail.Html), Lines(read.GetProperty("html").GetString()!));
        Assert.Equal("my-day", read.GetProperty("extra").GetString());
        Assert.Empty(read.GetProperty("defects").EnumerateArray());
    }

    private static string? Python() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(p => Path.Combine(p, "python3"))
            .FirstOrDefault(File.Exists);

    private static string PartText(MimeMessage mail, int part) => Encoding.UTF8.GetString(mail.Root.Parts[part].Content.Span);

    /// <summary>The lines of a text without the controls no email carries.</summary>
    private static string Lines(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes().Where(IsKept);
        return string.Concat(lines).TrimEnd('\n');
    }

    private static bool IsKept(Rune rune) =>
        rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || rune == Rune.ReplacementChar || rune.Value is 0xFFFE or 0xFFFF);

    private static string Words(string text) =>
        string.Join(
            ' ',
            string.Concat(
                    text.EnumerateRunes()
                        .Where(r => r != Rune.ReplacementChar)
                        .Select(r => Rune.IsControl(r) || r.Value is 0x2028 or 0x2029 or 0xFFFE or 0xFFFF ? " " : r.ToString()))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
