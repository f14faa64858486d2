using CrmSync.Fixtures;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;

namespace CrmSync.Mail.Tests.Reports;

public sealed class BounceCorpusTests
{
    // What the oracle wants more of than a report can give: feedback that names nobody, a feedback request that a mail program sends, two
    // mails in one file, a report that says "delayed" of a hard refusal; and what people or list programs write.
    private static readonly string[] Argued =
    [
        "arf-11",
        "arf-15",
        "arf-26",
        "lhost-fml-02",
        "lhost-fml-03",
        "lhost-opensmtpd-12",
        "lhost-sendmail-14",
        "rfc3464-28",
    ];

    [CorpusFact]
    public void Ninety_eight_of_a_hundred_bounces_are_read_right()
    {
        // The oracle tells how many recipients each bounce has and whether they failed for good, not their addresses.
        var folder = Path.Combine(SharedData.Folder!, "bounces/sisimai");
        var files = File.ReadLines(Path.Combine(folder, "expected.tsv")).Skip(1).Select(l => l.Split('\t')).GroupBy(r => r[0]).ToList();
        var wrong = files
            .Where(file => !IsRight([.. file], Read(Path.Combine(folder, file.Key))))
            .Select(file => Path.GetFileNameWithoutExtension(file.Key))
            .ToList();
        Assert.Equal(589, files.Count);
        Assert.True(wrong.Count <= files.Count * 0.02, string.Join(", ", wrong));
        Assert.Empty(wrong.Except(Argued, StringComparer.Ordinal));
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

    private static bool IsRight(string[][] expected, MailReport? report)
    {
        // Its five out-of-office replies have no failed recipient.
        var reasons = expected.Select(r => r[4]).ToHashSet();
        if (reasons.Contains("vacation"))
            return report is null;
        var actions = report?.Recipients.Select(r => r.Action).ToList() ?? [];
        return actions.Count == expected.Length
            && actions.Contains(ReportAction.Delivered) == reasons.Contains("delivered")
            && actions.Contains(ReportAction.Complained) == reasons.Contains("feedback")
            && (actions.Contains(ReportAction.Failed) || !actions.Contains(ReportAction.Delayed) || !expected.Any(r => r[5] == "true"));
    }

    private static string Addresses(string file) => string.Join(", ", Read(file)?.Recipients.Select(r => r.Address) ?? []);

    private static MailReport? Read(string file) => MailReport.Parse(MimeReader.Read(File.ReadAllBytes(file)));
}
