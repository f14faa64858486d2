using CrmSync.Domain.Log;
using CrmSync.Fixtures;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Files;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>Thirteen real mailboxes of people who wrote to each other, every stored copy with a Message-ID of its own.</summary>
public sealed class EnronHarvestTests
{
    /// <summary>
    /// Some copies bear the day before 1980 began: a clock that was never set. Those stand in the log when their file was stored.
    /// </summary>
    private static readonly Instant LongAgo = Instant.FromUtc(1990, 1, 1, 0, 0);

    private static readonly Capture Capture = new(TestCompany.CreatePolicy("enron.com"), Domain.Log.Capture.DefaultTextLimit);

    private static string Enron => Path.Combine(SharedData.Folder!, "enron");

    [CorpusFact]
    public async Task Thirteen_mailboxes_become_one_log_in_which_copies_are_one_line_and_different_mails_are_not()
    {
        await using var company = await TestCompany.Open("enron.com");
        var mailboxes = Directory.GetDirectories(Enron).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal).ToArray();

        var summaries = new List<Worker.Harvest.HarvestSummary>();
        foreach (var mailbox in mailboxes)
            summaries.Add(await company.Harvest(mailbox, new EmlSource(Path.Combine(Enron, mailbox))));

        Assert.All(summaries, s => Assert.Null(s.Problem));
        Assert.Equal(0, summaries.Sum(s => s.Quarantined + s.Failed));
        Assert.Equal(9944, summaries.Sum(s => s.New + s.Known + s.Skipped + s.Quarantined + s.Failed));

        var log = await company.Log();
        Assert.Equal(log.Count, summaries.Sum(s => s.New));
        var mails = ReadAll();
        CopiesAreOneLine(log, mails);
        DifferentMailsAreDifferentLines(log, mails);

        foreach (var mailbox in mailboxes)
        {
            var again = await company.Harvest(mailbox, new EmlSource(Path.Combine(Enron, mailbox)));
            Assert.Equal((0, 0), (again.New, again.Quarantined));
        }
    }

    /// <summary>
    /// The groups in duplicates.tsv were found by Date, From, subject and body without white space; each must be one line with all its
    /// accounts. Two groups hold what a reader would not call copies.
    /// </summary>
    private static void CopiesAreOneLine(IReadOnlyList<Interaction> log, Dictionary<string, MailFacts> mails)
    {
        string[] different =
        [
            "633", // one went to ...@ren-6.cais.net, the other to ...@ren-9.cais.net
            "878", // one says "fyi" and was forwarded a minute later than the other
        ];
        var lines = log.ToLookup(l => (l.Author, l.Subject, l.Text));
        var groups = File.ReadLines(Path.Combine(Enron, "duplicates.tsv")).Skip(1).Select(l => l.Split('\t')).GroupBy(c => c[0], c => c[3]);
        var wrong = new List<string>();
        foreach (var group in groups.Where(g => !different.Contains(g.Key)))
        {
            var mail = mails[group.First()];
            var accounts = group.Select(path => path.Split('/')[0]).Distinct(StringComparer.Ordinal);
            var holding = lines[(mail.From!.Address, mail.Subject, Capture.Shorten(mail.Excerpt))]
                .Where(l => (l.At == mail.Date || mail.Date < LongAgo) && !accounts.Except(l.Accounts).Any())
                .ToArray();
            if (holding.Length != 1)
                wrong.Add($"{group.Key}: {holding.Length} lines for {string.Join(' ', group)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>If two mails that differ in From, subject or body had been merged, one of them would be missing.</summary>
    private static void DifferentMailsAreDifferentLines(IReadOnlyList<Interaction> log, Dictionary<string, MailFacts> mails)
    {
        var lines = log.Select(l => (l.Author, l.Subject, l.Text)).ToHashSet();
        var missing = mails
            .Where(m => !lines.Contains((m.Value.From?.Address, m.Value.Subject, Capture.Shorten(m.Value.Excerpt))))
            .Select(m => m.Key)
            .ToArray();
        Assert.True(missing.Length == 0, string.Join('\n', missing));

        var different = mails
            .Values.Select(m => (m.From?.Address, Subject: Subjects.Collapse(m.Subject), Convert.ToHexString(m.BodyDigest.Span)))
            .Distinct()
            .Count();
        Assert.True(log.Count >= different, $"{log.Count} lines for {different} different mails");
    }

    private static Dictionary<string, MailFacts> ReadAll() =>
        Directory
            .GetFiles(Enron, "*.eml", SearchOption.AllDirectories)
            .AsParallel()
            .ToDictionary(
                path => Path.GetRelativePath(Enron, path),
                path => MailTranslation.ReadFacts(MimeReader.Read(File.ReadAllBytes(path)), stored: null));
}
