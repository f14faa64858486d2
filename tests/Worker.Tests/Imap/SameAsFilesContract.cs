using System.Globalization;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>
/// A mailbox on a server gives exactly what the same mails give as files, every field of every line, meetings and attachments included,
/// however many of them are longer than what is fetched whole and wherever an invitation stands in them.
/// </summary>
public abstract class SameAsFilesContract(MailboxServer server)
{
    /// <summary>What is fetched whole in these tests; the beginning of a longer mail has 64 kB.</summary>
    private const int Limit = 48 * 1024;

    private const int Shapes = 9;

    /// <summary>
    /// Of what is attached, before base64: around 64 kB, the beginning of a long mail, and around 512 kB, the longest that is fetched
    /// whole.
    /// </summary>
    private static readonly int[] Sizes = [100, 40_000, 50_000, 200_000, 370_000, 400_000, 1_500_000];

    private static readonly int Messages =
        int.TryParse(Environment.GetEnvironmentVariable("CRMSYNC_TEST_MESSAGES"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var many) ? many : 120;

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(90)]
    public async Task A_server_gives_the_log_that_the_files_give(int percentLong)
    {
        var random = new Random(1000 + percentLong);
        var texts = Enumerable.Range(0, Messages).Select(number =>
        {
            var isLong = random.Next(100) < percentLong;
            return Text(number, random.Next(Shapes), isLong ? Limit + 20_000 + random.Next(200_000) : random.Next(12_000));
        });
        var (user, expected) = await Fill([.. texts]);
        await IsTheSame(expected, RealMailbox.CreateAccount(server, user), new ImapOptions { WholeUpTo = Limit });
    }

    /// <summary>
    /// Of every shape one shorter and one longer than each bound there is, as the program reads them when nothing else is said.
    /// </summary>
    [Theory]
    [InlineData("as it is")]
    [InlineData("compressed")]
    [InlineData("through a proxy")]
    public async Task Mails_of_every_size_give_the_log_that_the_files_give_whatever_line_they_come_over(string line)
    {
        var texts = Sizes.SelectMany(size => Enumerable.Range(0, Shapes).Select(shape => (size, shape)))
            .Select((mail, number) => Text(number, mail.shape, mail.size));
        var (user, expected) = await Fill([.. texts]);
        var account = RealMailbox.CreateAccount(server, user);
        await using var proxy = new ProxyServer("socks5");
        await using var wire = new TcpProxy(server.TlsPort);
        if (line == "through a proxy")
            account = account with { Server = account.Server with { Proxy = new Secret($"socks5://127.0.0.1:{proxy.Port}") } };
        else
            account = RealMailbox.CreateAccount(server, user, wire.Port);

        await IsTheSame(expected, account, new ImapOptions { Compress = line == "compressed" });

        Assert.Equal(line == "through a proxy", proxy.Passed > 0);
        if (line == "compressed")
            Assert.True(wire.Passed < expected.Bytes / 2, $"{wire.Passed} of {expected.Bytes} bytes came");
    }

    /// <summary>Puts mails into a mailbox and into a maildir, and reads the maildir.</summary>
    private async Task<(string User, FilesLog Log)> Fill(IReadOnlyList<string> texts)
    {
        var user = server.NewUser();
        await using var company = await TestCompany.Open();
        var maildir = company.PathTo("mail", "cur");
        Directory.CreateDirectory(maildir);
        var mails = new List<StoredMail>();
        foreach (var (i, text) in texts.Index())
        {
            var mail = Encoding.UTF8.GetBytes(text);
            var at = DateTimeOffset.FromUnixTimeSeconds(1_772_000_000 + i);
            mails.Add(new StoredMail(mail, at));
            var file = Path.Combine(maildir, string.Create(CultureInfo.InvariantCulture, $"{i:00000}.M1P1.test:2,S"));
            await File.WriteAllBytesAsync(file, mail);
            File.SetLastWriteTimeUtc(file, at.UtcDateTime);
        }

        server.Fill(user, "INBOX", mails);
        var files = await company.Harvest("ana", new MaildirSource(Path.GetDirectoryName(maildir)!));
        Assert.Null(files.Problem);
        return (user, new FilesLog(await HarvestedLog.From(company, [files], (_, _) => ""), mails.Sum(mail => (long)mail.Bytes.Length)));
    }

    private static async Task IsTheSame(FilesLog expected, ImapAccount account, ImapOptions options)
    {
        await using var company = await TestCompany.Open();
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday), null, options);
        var served = await company.Harvest("ana", sources.CreateSource(account, company.Since));

        Assert.Null(served.Problem);
        var actual = await HarvestedLog.From(company, [served], (_, _) => "");
        Assert.Equal(expected.Log.Counts, actual.Counts);
        Assert.Equal(expected.Log.Lines, actual.Lines);
        Assert.Contains(expected.Log.Lines, line => line.Contains("\"meeting\"", StringComparison.Ordinal));
    }

    /// <summary>
    /// A mail of one of the shapes that matter: where its text, its attachments and an invitation stand, and which of them is long.
    /// </summary>
    private static string Text(int number, int shape, int size)
    {
        var subject = string.Create(CultureInfo.InvariantCulture, $"number {number}");
        var file = RealMailbox.Attachment("a.pdf", size);
        var story =
            "Content-Type: text/plain\r\n\r\n" + string.Concat(
                Enumerable.Repeat("A line of a long story.\r\n", size / 25)) + "Is this the end?";
        var invitation = Invitation(number);
        string[] parts = shape switch
        {
            0 => [file],
            1 => [file, RealMailbox.Attachment("b.pdf", 300), RealMailbox.Attachment("c.png", 700)],
            2 => [file, "Content-Type: text/plain\r\n\r\nP.S. What about Monday?"],
            3 => [invitation, file],
            4 => [file, invitation],
            5 => [story, file],
            6 => [file, "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nOnce more?\r\n"],
            7 =>
            [
                file,
                "Content-Type: image/png; name=p.png\r\nContent-Disposition: inline\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: "
                    + "base64\r\n\r\nAAAA",
            ],
            _ => [invitation, story],
        };
        return Encoding.UTF8.GetString(RealMailbox.Parts(subject, parts));
    }

    private static string Invitation(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        Content-Type: text/calendar; charset=utf-8; method=REQUEST

        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Acme//EN
        METHOD:REQUEST
        BEGIN:VEVENT
        UID:meeting-{number}@acme.example
        DTSTAMP:20260301T080000Z
        DTSTART:202602{1 + (number % 27):00}T100000Z
        DTEND:202602{1 + (number % 27):00}T110000Z
        SUMMARY:Meeting {number}
        ORGANIZER:mailto:jane@acme.example
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example
        END:VEVENT
        END:VCALENDAR
        """).ReplaceLineEndings("\r\n");

    /// <summary>What the files give.</summary>
    private sealed record FilesLog(HarvestedLog Log, long Bytes);
}

public sealed class DovecotSameAsFilesTests(DovecotServer server) : SameAsFilesContract(server), IClassFixture<DovecotServer>;

public sealed class CyrusSameAsFilesTests(CyrusServer server) : SameAsFilesContract(server), IClassFixture<CyrusServer>;
