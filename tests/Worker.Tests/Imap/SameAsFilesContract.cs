using System.Globalization;
using System.Text;
using CrmSync.Fixtures.Servers;
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
        var user = server.NewUser();
        await using var fromFiles = await TestCompany.Open();
        await using var fromServer = await TestCompany.Open();
        var maildir = fromFiles.PathTo("mail", "cur");
        Directory.CreateDirectory(maildir);
        var mails = new List<StoredMail>();
        for (var i = 0; i < Messages; i++)
        {
            var mail = Encoding.UTF8.GetBytes(Text(i, random, isLong: random.Next(100) < percentLong));
            var at = DateTimeOffset.FromUnixTimeSeconds(1_772_000_000 + i);
            mails.Add(new StoredMail(mail, at));
            var file = Path.Combine(maildir, string.Create(CultureInfo.InvariantCulture, $"{i:00000}.M1P1.test:2,S"));
            await File.WriteAllBytesAsync(file, mail);
            File.SetLastWriteTimeUtc(file, at.UtcDateTime);
        }

        server.Fill(user, "INBOX", mails);
        await using var sources = ImapCompany.Sources(new TestClock(TestCompany.Monday), null, new ImapOptions { WholeUpTo = Limit });
        var files = await fromFiles.Harvest("ana", new MaildirSource(Path.GetDirectoryName(maildir)!));
        var served = await fromServer.Harvest("ana", sources.CreateSource(RealMailbox.CreateAccount(server, user), fromServer.Since));

        Assert.Equal((null, null), (files.Problem, served.Problem));
        var (expected, actual) =
            (await HarvestedLog.From(fromFiles, [files], (_, _) => ""), await HarvestedLog.From(fromServer, [served], (_, _) => ""));
        Assert.Equal(expected.Counts, actual.Counts);
        Assert.Equal(expected.Lines, actual.Lines);
        Assert.Contains(expected.Lines, line => line.Contains("\"meeting\"", StringComparison.Ordinal));
    }

    /// <summary>
    /// A mail of one of the shapes that matter: where its text, its attachments and an invitation stand, and which of them is long.
    /// </summary>
    private static string Text(int number, Random random, bool isLong)
    {
        var subject = string.Create(CultureInfo.InvariantCulture, $"number {number}");
        var size = isLong ? Limit + 20_000 + random.Next(200_000) : random.Next(12_000);
        var file = RealMailbox.Attachment("a.pdf", size);
        var story =
            "Content-Type: text/plain\r\n\r\n" + string.Concat(
                Enumerable.Repeat("A line of a long story.\r\n", size / 25)) + "Is this the end?";
        var invitation = Invitation(number);
        string[] parts = random.Next(9) switch
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
}

public sealed class DovecotSameAsFilesTests(DovecotServer server) : SameAsFilesContract(server), IClassFixture<DovecotServer>;

public sealed class CyrusSameAsFilesTests(CyrusServer server) : SameAsFilesContract(server), IClassFixture<CyrusServer>;
