using CrmSync.Fixtures;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;

namespace CrmSync.Mail.Tests.Reports;

public sealed class BounceCorpusTests
{
    [CorpusFact]
    public void The_failed_recipients_of_95_in_100_bounces_are_found()
    {
        // The oracle tells how many recipients each bounce has, not their addresses: a mail counts with as many hits as it has recipients,
        // less those named too much. Its five out-of-office replies have no failed recipient and are left out.
        var folder = Path.Combine(SharedData.Folder!, "bounces/sisimai");
        int wanted = 0,
            found = 0;
        foreach (
            var file in File.ReadLines(Path.Combine(folder, "expected.tsv"))
                .Skip(1)
                .Select(l => l.Split('\t'))
                .Where(r => r[4] != "vacation")
                .GroupBy(r => r[0]))
        {
            var have = Read(Path.Combine(folder, file.Key))?.Recipients.Count ?? 0;
            wanted += file.Count();
            found += Math.Max(0, Math.Min(have, file.Count()) - Math.Max(0, have - file.Count()));
        }

        Assert.True(found >= wanted * 0.95, $"{found} of {wanted}");
    }

    [CorpusFact]
    public void CRLF_copies_of_bounces_say_the_same()
    {
        var folder = Path.Combine(SharedData.Folder!, "bounces/sisimai/maildir");
        foreach (var dos in Directory.EnumerateFiles(Path.Combine(folder, "dos")))
        {
            var unix = Path.Combine(folder, "bsd", Path.GetFileName(dos));
            if (File.Exists(unix))
                Assert.Equal(Addresses(unix), Addresses(dos));
        }
    }

    [CorpusFact]
    public void Ordinary_mail_and_out_of_office_replies_are_no_bounces()
    {
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(SharedData.Folder!, "bounces/sisimai/maildir/bsd"), "rfc3834*"),
            f => Assert.Null(Read(f)));
        Assert.All(Directory.EnumerateFiles(Path.Combine(SharedData.Folder!, "bounces/sisimai/maildir/not")), f => Assert.Null(Read(f)));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(SharedData.Folder!, "mime/spamassassin-easy-ham-2"), "*", SearchOption.AllDirectories),
            f => Assert.Null(Read(f)));
        var enron = Directory
            .EnumerateFiles(Path.Combine(SharedData.Folder!, "enron"), "*.eml", SearchOption.AllDirectories)
            .Count(f => Read(f) is not null);
        Assert.True(enron <= 5, $"{enron} bounces in ordinary mailboxes");
    }

    private static string Addresses(string file) => string.Join(", ", Read(file)?.Recipients.Select(r => r.Address) ?? []);

    private static MailReport? Read(string file) => MailReport.Parse(MimeReader.Read(File.ReadAllBytes(file)));
}
