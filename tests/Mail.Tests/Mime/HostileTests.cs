using System.Diagnostics;
using System.Text;
using CrmSync.Mail.Mime;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Mail.Tests.Mime;

public sealed class HostileTests
{
    [Fact]
    public void Any_bytes_are_read() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Touch.Everything(MimeReader.Read(bytes), "random").Length > 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(2_000));

    [Fact]
    public void Any_mixture_of_the_words_of_mail_is_read_in_pieces_as_in_one()
    {
        string[] words =
        [
            "From: ",
            "To: a@b.example, ",
            "Subject: =?utf-8?Q?=C3?= =?utf-8?B?vA==?=",
            "Content-Type: multipart/mixed; boundary=b",
            "Content-Type: multipart/alternative; boundary=\"c\"",
            "Content-Type: text/html",
            "Content-Type: message/rfc822",
            "Content-Transfer-Encoding: base64",
            "Content-Transfer-Encoding: quoted-printable",
            "\r\n",
            "\n",
            "\r",
            "--b",
            "--b--",
            "--c",
            "--",
            "-",
            "=",
            "=C3=",
            "YWJj",
            "\0",
            "\u00FC",
            "<p>",
            "begin 644 x\n#86)C\nend\n",
            " ",
            "text ",
            "Content-Type: message/delivery-status",
            "Content-Type: text/plain; format=flowed",
            "\uFEFF",
            "From x\n",
            "Date: ",
        ];
        var mails = Gen.Elements(words).ListOf().Select(w => Encoding.UTF8.GetBytes(string.Concat(w))).ToArbitrary();
        Prop.ForAll(mails, bytes =>
        {
            var whole = Touch.Everything(MimeReader.Read(bytes), "mixture");
            foreach (var size in (int[])[1, 3, 17])
            {
                var parser = new MimeParser();
                for (var at = 0; at < bytes.Length; at += size)
                    parser.Append(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
                if (Touch.Everything(parser.Finish(), "mixture") != whole)
                    return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(80));
    }

    [Theory]
    [InlineData("text/plain", "boundary=b=")]
    [InlineData("text/plain", "=A==41 = =41=\r\n=4=41==\r\n")]
    [InlineData("application/pdf", "format=flowed")]
    public void Escapes_that_run_into_each_other_are_read_alike_wherever_the_bytes_are_cut(string type, string body)
    {
        var bytes = Encoding.ASCII.GetBytes($"Content-Type: {type}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{body}");
        var whole = Touch.Everything(MimeReader.Read(bytes), body);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var parser = new MimeParser();
            parser.Append(bytes.AsSpan(0, cut));
            foreach (var b in bytes.AsSpan(cut))
                parser.Append([b]);
            Assert.Equal(whole, Touch.Everything(parser.Finish(), body));
        }
    }

    [Fact]
    public void Damaged_mails_are_read()
    {
        var random = new Random(7);
        foreach (var name in Fixture.Names())
        {
            var bytes = File.ReadAllBytes(Fixture.PathTo(name));
            for (var turn = 0; turn < 40; turn++)
            {
                var damaged = bytes.ToArray();
                for (var hit = 0; hit <= turn % 10; hit++)
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                Touch.Everything(MimeReader.Read(damaged.AsSpan(0, damaged.Length - random.Next(damaged.Length / 2))), name);
            }
        }
    }

    public static TheoryData<string, string, string, int> Repetitions => new()
    {
        { "headers", "", "X-Header: value\r\n", 1_000_000 },
        { "one endless header", "Subject: ", "word ", 1_000_000 },
        { "folded forever", "To: a@b.example\r\n", " ,\r\n", 500_000 },
        { "lines that are no headers", "", "no header here\r\n", 300_000 },
        { "boundaries", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n", 100_000 },
        { "nested multiparts", "", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 20_000 },
        { "nested messages", "", "Content-Type: message/rfc822\r\n\r\n", 50_000 },
        { "dashes", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n", "--\r\n", 500_000 },
        { "quotes in addresses", "From: ", "\"\\\"", 200_000 },
        { "parentheses", "From: ", "(", 500_000 },
        { "angle brackets", "To: ", "<", 500_000 },
        { "references", "References: ", "<", 500_000 },
        { "encoded words", "Subject: ", "=?utf-8?Q?", 100_000 },
        { "parameters", "Content-Type: text/plain", "; a=b", 150_000 },
        { "colons", "From: ", "x:", 400_000 },
        { "soft breaks", "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=", 2_000_000 },
        { "nul bytes", "", "\0", 5_000_000 },
    };

    [Theory]
    [MemberData(nameof(Repetitions))]
    public void Hostile_repetition_takes_bounded_time_and_memory(string what, string start, string piece, int times)
    {
        var bytes = Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(piece, times)) + "\r\n\r\nend");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Touch.Everything(MimeReader.Read(bytes), what);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{what}: {watch.Elapsed}");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 400L << 20, $"{what}: {allocated:N0} bytes");
    }

    [Fact]
    public void A_mail_of_200_megabytes_is_read_in_constant_memory()
    {
        var head =
            "From: ana@hill.example\r\nSubject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"u8
                + "--b\r\n\r\nText\r\n--b\r\nContent-Type: application/zip; name=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"u8;
        var line = Encoding.ASCII.GetBytes(new string('A', 76) + "\r\n");
        var block = Enumerable.Repeat(line, 1000).SelectMany(l => l).ToArray();
        var parser = new MimeParser();
        parser.Append(head);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sent = 0L; sent < 200L << 20; sent += block.Length)
            parser.Append(block);
        parser.Append("--b--\r\n"u8);
        var mail = parser.Finish();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2 << 20);
        Assert.Equal(("big", "Text", 1), (mail.Subject, mail.Text, mail.AttachmentCount));
        Assert.True(mail.Root.Parts[1].Size > 140L << 20);
    }
}
