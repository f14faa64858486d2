using System.Globalization;
using System.Text;

namespace CrmSync.Bench;

/// <summary>One mail of the invented mailbox; the bytes are valid until the next one is made.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct InventedMail(ReadOnlyMemory<byte> Bytes, DateTimeOffset Sent, bool Outbound);

/// <summary>
/// A mailbox that looks like a small company's: a few hundred customers in threads with one of us, newsletters, notifications, bounces and
/// out-of-office mails. Most mails are plain text with HTML of about five kilobytes; three in ten carry attachments that bring the mean up
/// to the size asked for. Equal seeds give equal bytes.
/// </summary>
internal sealed class InventedMailbox
{
    private const int Correspondents = 400;
    private static readonly DateTimeOffset First = new(2024, 6, 3, 6, 0, 0, TimeSpan.Zero);

    private static readonly string[] FirstNames =
    [
        "Ana",
        "Ben",
        "Carla",
        "David",
        "Elena",
        "Farid",
        "Greta",
        "Hugo",
        "Ines",
        "Jonas",
        "Katja",
        "Luca",
        "Mara",
        "Nils",
        "Olga",
        "Pavel",
        "Rosa",
        "Sven",
        "Tara",
        "Uwe",
        "Vera",
        "Wim",
        "Yara",
        "Zoë",
    ];

    private static readonly string[] LastNames =
    [
        "Hill",
        "Berg",
        "Castro",
        "Dahl",
        "Ekström",
        "Faber",
        "Grün",
        "Horvath",
        "Ivanova",
        "Jansen",
        "Kowalski",
        "Lindner",
        "Müller",
        "Novák",
        "O'Neil",
        "Petit",
        "Quast",
        "Rossi",
        "Schmidt",
        "Tóth",
        "Ulrich",
        "Vogel",
        "Weiß",
        "Young",
    ];

    private static readonly string[] Companies =
    [
        "northwind",
        "hilltop",
        "riverside",
        "oakfield",
        "bluestone",
        "greenway",
        "sunmill",
        "ironbridge",
        "fairview",
        "lakeshore",
        "westgate",
        "redwood",
        "silverline",
        "brightwater",
        "stonegate",
        "meadow",
    ];

    private static readonly string[] Words = (
        "the order delivery for next week will be ready on time and we would like to ask whether the invoice can be sent again because "
            + "our accounting needs it before the end of month please let me know if "
        + "there is anything missing from your side regarding the offer contract machine maintenance visit sample pallet quality price "
        + "discount transport customs drawing version update meeting call team "
        + "schedule thank you for quick answer it works now as discussed yesterday attached find details numbers list plan project "
        + "budget review approval technical question support warehouse shipment"
    ).Split(' ');

    private static readonly string[] Subjects =
    [
        "Offer",
        "Order",
        "Invoice",
        "Delivery",
        "Complaint about",
        "Meeting on",
        "Question about",
        "Samples of",
        "Contract for",
        "Drawing of",
        "Prices for",
        "Prüfung der",
        "Maintenance of",
    ];

    private readonly Random random;
    private readonly int meanAttachment;
    private readonly byte[] base64;
    private readonly (string Name, string Address)[] people;
    private readonly List<Thread> threads = [];
    private readonly MailText mail = new();
    private DateTimeOffset now = First;
    private int number;

    public InventedMailbox(int seed, int mean)
    {
        random = new Random(seed);
        meanAttachment = Math.Max(0, (mean - 4_600) * 10 / 3);
        people = [.. Enumerable.Range(0, Correspondents).Select(Person)];
        base64 = new byte[2 << 20];
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (var i = 0; i < base64.Length; i++)
            base64[i] = (i % 78) switch { 76 => (byte)'\r', 77 => (byte)'\n', _ => (byte)Alphabet[random.Next(64)] };
    }

    /// <summary>The next mail, in the order of time.</summary>
    public InventedMail Next()
    {
        number++;
        now += TimeSpan.FromSeconds(30 + random.Next(1200));
        return random.Next(100) switch
        {
            < 10 => Newsletter(),
            < 14 => Notification(),
            < 15 => Bounce(),
            < 16 => OutOfOffice(),
            _ => Conversation(),
        };
    }

    private (string Name, string Address) Person(int index)
    {
        var first = FirstNames[index % FirstNames.Length];
        var last = LastNames[index / FirstNames.Length % LastNames.Length];
        var company =
            Companies[random.Next(Companies.Length)] + (index % 5 == 0 ? "" : (index % 37).ToString(CultureInfo.InvariantCulture));
        return ($"{first} {last}", $"{Ascii(first)}.{Ascii(last)}@{company}.example".ToLowerInvariant());
    }

    private InventedMail Conversation()
    {
        Thread thread;
        if (threads.Count > 0 && random.Next(100) < 65)
        {
            thread = threads[random.Next(threads.Count)];
        }
        else
        {
            thread = new Thread(
                people[(int)(Math.Pow(random.NextDouble(), 2) * people.Length)],
                $"{Pick(Subjects)} {Pick(Words)} {random.Next(1000, 9999)}",
                random.Next(4));
            threads.Add(thread);
            if (threads.Count > 300)
                threads.RemoveAt(0);
        }

        var outbound = thread.Ids.Count > 0 ? !thread.LastOutbound : random.Next(3) == 0;
        var us = (
            "Ana Bright",
            thread.Ours switch
            {
                0 => "sales@bright.example",
                1 => "support@bright.example",
                _ => "ana@bright.example",
            });
        var id =
            $"{number:x8}.{random.NextInt64():x16}@{(outbound ? "bright.example" : thread.Them.Address.Split('@')[1])}";
        var text = Paragraphs(2 + random.Next(3));
        Head(
            outbound ? us : thread.Them,
            outbound ? thread.Them : us,
            thread.Ids.Count == 0 ? thread.Subject : $"Re: {thread.Subject}",
            id,
            thread.Ids,
            outbound);
        Body(text, thread.LastText, thread.LastOutbound ? us.Item1 : thread.Them.Name, random.Next(100) < 36);
        if (thread.Ids.Count > 12)
            thread.Ids.RemoveAt(1);
        thread.Ids.Add(id);
        thread.LastOutbound = outbound;
        thread.LastText = text;
        return new InventedMail(mail.Bytes, now, outbound);
    }

    private InventedMail Newsletter()
    {
        var company = Companies[random.Next(6)];
        Head(
            ($"{company} news", $"news@{company}-mail.example"),
            ("", "ana@bright.example"),
            $"{Pick(Words)} {Pick(Words)} of the week {random.Next(52)}",
            $"nl{number:x}@{company}-mail.example",
            [],
            outbound: false);
        mail.Line($"List-Id: {company} news <news.{company}-mail.example>")
            .Line($"List-Unsubscribe: <https://{company}-mail.example/u?{random.Next():x}>")
            .Line("Precedence: bulk");
        Body(Paragraphs(8), null, "", attach: false);
        return new InventedMail(mail.Bytes, now, false);
    }

    private InventedMail Notification()
    {
        Head(
            ("Build robot", "no-reply@tools.example"),
            ("", "ana@bright.example"),
            $"Job {random.Next(100_000)} finished",
            $"job{number:x}@tools.example",
            [],
            outbound: false);
        mail.Line("Auto-Submitted: auto-generated").Line("Content-Type: text/plain; charset=us-ascii").Line("").Line(Paragraphs(1));
        return new InventedMail(mail.Bytes, now, false);
    }

    private InventedMail OutOfOffice()
    {
        var who = Pick(people);
        Head(
            who,
            ("Ana Bright", "ana@bright.example"),
            $"Automatic reply: {Pick(Subjects)} {Pick(Words)}",
            $"ooo{number:x}@mail.example",
            [],
            outbound: false);
        mail.Line("Auto-Submitted: auto-replied")
            .Line("Content-Type: text/plain; charset=utf-8")
            .Line("Content-Transfer-Encoding: 8bit")
            .Line("")
            .Line($"I am away until {random.Next(1, 28)} March. Grüße, {who.Name}");
        return new InventedMail(mail.Bytes, now, false);
    }

    private InventedMail Bounce()
    {
        var who = Pick(people);
        mail.Clear()
            .Line("Return-Path: <>")
            .Line($"Date: {Rfc(now)}")
            .Line("From: MAILER-DAEMON@mx.bright.example (Mail Delivery System)")
            .Line("To: ana@bright.example")
            .Line("Subject: Undelivered Mail Returned to Sender")
            .Line($"Message-ID: <b{number:x}@mx.bright.example>")
            .Line("MIME-Version: 1.0")
            .Line("Content-Type: multipart/report; report-type=delivery-status; boundary=\"b-1\"")
            .Line("")
            .Line("--b-1")
            .Line("Content-Type: text/plain")
            .Line("")
            .Line($"<{who.Address}>: host mx.example said: 550 5.1.1 unknown user")
            .Line("")
            .Line("--b-1")
            .Line("Content-Type: message/delivery-status")
            .Line("")
            .Line("Reporting-MTA: dns; mx.bright.example")
            .Line("")
            .Line($"Final-Recipient: rfc822; {who.Address}")
            .Line("Action: failed")
            .Line("Status: 5.1.1")
            .Line("")
            .Line("--b-1")
            .Line("Content-Type: text/rfc822-headers")
            .Line("")
            .Line("From: ana@bright.example")
            .Line($"To: {who.Address}")
            .Line($"Message-ID: <gone{number:x}@bright.example>")
            .Line("")
            .Line("--b-1--");
        return new InventedMail(mail.Bytes, now, false);
    }

    private void Head(
        (string Name, string Address) from,
        (string Name, string Address) to,
        string subject,
        string id,
        List<string> thread,
        bool outbound)
    {
        mail.Clear();
        if (!outbound)
        {
            mail.Line($"Return-Path: <{from.Address}>").Line("Delivered-To: ana@bright.example");
            for (var hop = 0; hop < 3; hop++)
            {
                mail.Line($"Received: from relay{hop}.example (relay{hop}.example [192.0.2.{random.Next(1, 250)}])")
                    .Line($"\tby mx{hop}.bright.example (Postfix) with ESMTPS id {random.NextInt64():X12}")
                    .Line($"\tfor <{to.Address}>; {Rfc(now.AddSeconds(9 - 3 * hop))}");
            }

            mail.Line($"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=s1;")
                .Line($"\tbh={Base64Word(44)};")
                .Line($"\tb={Base64Word(72)}")
                .Line($"\t {Base64Word(72)}");
        }

        mail.Line($"Date: {Rfc(now)}").Line($"From: {Mailbox(from)}").Line($"To: {Mailbox(to)}");
        if (random.Next(5) == 0)
            mail.Line($"Cc: {Mailbox(Pick(people))},").Line($" {Mailbox(Pick(people))}");
        mail.Line($"Subject: {Encoded(subject)}").Line($"Message-ID: <{id}>");
        if (thread.Count > 0)
            mail.Line($"In-Reply-To: <{thread[^1]}>").Line($"References: {string.Join("\r\n ", thread.Select(t => $"<{t}>"))}");
        mail.Line("User-Agent: Invented/1.0").Line("MIME-Version: 1.0");
    }

    private void Body(string text, string? quoted, string author, bool attach)
    {
        var mixed = $"=_m{number:x8}{random.Next():x8}";
        var alternative = $"=_a{number:x8}{random.Next():x8}";
        if (attach)
            mail.Line($"Content-Type: multipart/mixed; boundary=\"{mixed}\"").Line("").Line($"--{mixed}");
        mail.Line($"Content-Type: multipart/alternative;")
            .Line($"\tboundary=\"{alternative}\"")
            .Line("")
            .Line($"--{alternative}")
            .Line("Content-Type: text/plain; charset=\"utf-8\"")
            .Line("Content-Transfer-Encoding: quoted-printable")
            .Line("")
            .QuotedPrintable(text)
            .Line("");
        if (quoted is not null)
            mail.QuotedPrintable(
                    $"On {now.AddHours(-5).ToString("ddd, d MMM yyyy 'at' HH:mm", CultureInfo.InvariantCulture)}, {author} wrote:\n> "
                        + $"{quoted.Replace("\n", "\n> ", StringComparison.Ordinal)}"
                )
                .Line("");
        mail.Line($"--{alternative}")
            .Line("Content-Type: text/html; charset=\"utf-8\"")
            .Line("Content-Transfer-Encoding: quoted-printable")
            .Line("")
            .QuotedPrintable(
                $"<html><head><style>p "
                    + $"{{ margin: 0; font-family: Arial "
                    + $"}}</style></head><body><p>{text.Replace("\n", "</p>\n<p>", StringComparison.Ordinal)}</p>"
            )
            .QuotedPrintable(
                quoted is null
                    ? "</body></html>"
                    : $"<blockquote "
                        + $"type=\"cite\"><p>{quoted.Replace("\n", "</p>\n<p>", StringComparison.Ordinal)}</p></blockquote></body></html>"
            )
            .Line("")
            .Line($"--{alternative}--");
        if (!attach)
            return;

        var name = $"{Pick(Words)}-{random.Next(1000)}.pdf";
        mail.Line($"--{mixed}")
            .Line($"Content-Type: application/pdf; name=\"{name}\"")
            .Line("Content-Transfer-Encoding: base64")
            .Line($"Content-Disposition: attachment; filename=\"{name}\"")
            .Line("");

        // Sizes of real attachments are very uneven: half of them lie below two thirds of the mean.
        var size = (int)Math.Min(base64.Length / 2, 400 - meanAttachment * 0.92 * Math.Log(1 - random.NextDouble()));
        var from = random.Next(base64.Length / 2 / 78) * 78;
        mail.Raw(base64.AsSpan(from, size / 78 * 78)).Line($"--{mixed}--");
    }

    private string Paragraphs(int count)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var words = 20 + random.Next(60);
            for (var w = 0; w < words; w++)
                text.Append(w == 0 ? "" : " ").Append(Pick(Words));
            text.Append(random.Next(3) == 0 ? "?\n" : ".\n");
        }

        return text.Append("Best regards, Grüße").ToString();
    }

    private string Base64Word(int length) => Encoding.ASCII.GetString(base64, random.Next(base64.Length / 78 - 2) * 78, length);

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private static string Ascii(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormD).Replace("ß", "ss", StringComparison.Ordinal).Where(char.IsAsciiLetter));

    private static string Mailbox((string Name, string Address) who) =>
        who.Name.Length == 0 ? who.Address : $"{Encoded(who.Name)} <{who.Address}>";

    private static string Encoded(string text) =>
        System.Text.Ascii.IsValid(text) ? text : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

    private static string Rfc(DateTimeOffset at) =>
        at.ToOffset(TimeSpan.FromHours(1)).ToString("ddd, dd MMM yyyy HH:mm:ss '+0100'", CultureInfo.InvariantCulture);

    private sealed class Thread((string Name, string Address) them, string subject, int ours)
    {
        public (string Name, string Address) Them { get; } = them;
        public string Subject { get; } = subject;
        public int Ours { get; } = ours;
        public List<string> Ids { get; } = [];
        public bool LastOutbound { get; set; }
        public string? LastText { get; set; }
    }
}
