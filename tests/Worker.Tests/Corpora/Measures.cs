using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Fixtures;
using CrmSync.Mail.Calendar;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;

namespace CrmSync.Worker.Tests.Corpora;

/// <summary>What is measured of each corpus.</summary>
internal static class Measures
{
    private static IReadOnlyList<CorpusMail>? enron;

    /// <summary>By corpus and question, as a row of the table names them.</summary>
    public static IReadOnlyDictionary<(string Corpus, string Question), Func<string, Measured>> All { get; } =
        new Dictionary<(string Corpus, string Question), Func<string, Measured>>
        {
            [("bounces/sisimai/maildir/bsd", "recipients and outcome as the oracle says")] = Bounces,
            [("bounces/sisimai/maildir/dos", "the same as the copy with other line ends")] = CopiesOfBounces,
            [("bounces/sisimai/maildir/not", "no bounce")] = NoBounces,
            [("bounces/mailkit-dsn", "a report")] = folder => Every(folder, mail => mail.Report is not null),
            [("replies/email_reply_trimmer", "the reply that a person cut out")] = Replies,
            [("replies/talon", "the words that were written")] = RepliesOfPrograms,
            [("enron", "mailings are nobody's")] = Mailings,
            [("enron", "answers and forwards are somebody's")] = Answers,
            [("enron", "a bounce only where a mail server wrote it")] = folder => new Measured(
                Enron(folder).Count,
                [.. Enron(folder).Where(mail => mail.IsBounce && !mail.IsOfServer).Select(mail => mail.Name)]),
            [("mime/spamassassin-easy-ham-2", "no bounce")] = NoBounces,
            [("mime/notmuch-lists", "no bounce")] = NoBounces,
            [("mime", "a bounce only where it is a report")] = folder => Every(folder, mail => !mail.IsBounce || mail.IsReport),
            [("replies", "no bounce")] = NoBounces,
            [("ics", "no event is left out")] = Calendars,
        };

    private static Measured Every(string folder, Func<CorpusMail, bool> isRight) =>
        Measured.Each(CorpusMail.ReadAll(folder), mail => mail.Name, isRight);

    private static Measured NoBounces(string folder) => Every(folder, mail => !mail.IsBounce);

    /// <summary>
    /// The oracle tells how many recipients each bounce has and whether they failed for good, not their addresses; its out-of-office
    /// answers have none.
    /// </summary>
    private static Measured Bounces(string folder)
    {
        var root = Path.Combine(folder, "..", "..");
        var expected = File.ReadLines(Path.Combine(root, "expected.tsv")).Skip(1).Select(line => line.Split('\t')).GroupBy(row => row[0]);
        return Measured.Each(
            expected,
            file => Path.GetFileName(file.Key),
            file => IsRight([.. file], CorpusMail.Read(root, Path.Combine(root, file.Key))));
    }

    private static bool IsRight(string[][] expected, CorpusMail mail)
    {
        var reasons = expected.Select(row => row[4]).ToHashSet(StringComparer.Ordinal);
        if (mail.Verdict.Class != InteractionClass.Auto)
            return false;
        if (reasons.Contains("vacation"))
            return mail.Report is null;

        var actions = mail.Report?.Recipients.Select(recipient => recipient.Action).ToList() ?? [];
        return actions.Count == expected.Length
            && actions.Contains(ReportAction.Delivered) == reasons.Contains("delivered")
            && actions.Contains(ReportAction.Complained) == reasons.Contains("feedback")
            && (actions.Contains(ReportAction.Failed)
                || !actions.Contains(ReportAction.Delayed)
                || Array.TrueForAll(expected, row => row[5] != "true"));
    }

    private static Measured CopiesOfBounces(string folder)
    {
        var others = CorpusMail.ReadAll(Path.Combine(folder, "..", "bsd")).ToDictionary(mail => mail.Name, StringComparer.Ordinal);
        return Measured.Each(
            CorpusMail.ReadAll(folder).Where(mail => others.ContainsKey(mail.Name)),
            mail => mail.Name,
            mail => Recipients(mail) == Recipients(others[mail.Name]) && mail.Verdict.Class == others[mail.Name].Verdict.Class);
    }

    private static string Recipients(CorpusMail mail) =>
        string.Join(' ', mail.Report?.Recipients.Select(one => $"{one.Address} {one.Action}") ?? []);

    private static Measured Replies(string folder) => Measured.Each(
        Directory.GetFiles(Path.Combine(folder, "emails")),
        Path.GetFileName,
        file =>
            Squeezed(OwnText.From(File.ReadAllText(file)).Excerpt)
            == Squeezed(File.ReadAllText(Path.Combine(folder, "trimmed", Path.GetFileName(file)))));

    private static Measured RepliesOfPrograms(string folder) => Measured.Each(
        [
            .. Directory.GetFiles(Path.Combine(folder, "standard_replies"), "*.eml"),
            .. Directory.GetFiles(Path.Combine(folder, "html_replies")),
        ],
        Path.GetFileName,
        file => file.EndsWith(".eml", StringComparison.Ordinal)
            ? OwnText.From(MimeReader.Read(File.ReadAllBytes(file))).Own == "Hello"
            : Squeezed(OwnText.From(HtmlMail.Read(File.ReadAllText(file))).Own) == "Hi. I am fine. Thanks, Alex");

    private static Measured Mailings(string folder) => Measured.Each(
        FromOutside(folder).Where(mail => !mail.IsAnswer && mail.TellsHowToLeave),
        mail => mail.Name,
        mail => mail.Verdict.Class is InteractionClass.Bulk or InteractionClass.Auto);

    private static Measured Answers(string folder) => Measured.Each(
        FromOutside(folder).Where(mail => mail.IsAnswer),
        mail => mail.Name,
        mail => mail.Verdict.Class is InteractionClass.Human);

    private static IEnumerable<CorpusMail> FromOutside(string folder) =>
        Enron(folder).Where(mail => mail.Verdict.Direction == Direction.Inbound);

    /// <summary>Ten thousand mails, read once.</summary>
    private static IReadOnlyList<CorpusMail> Enron(string folder) => enron ??= CorpusMail.ReadAll(folder, "*.eml");

    private static Measured Calendars(string folder) => Measured.Each(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories),
        file => Path.GetRelativePath(folder, file).Replace('\\', '/'),
        file => CalendarReader.Read(File.ReadAllBytes(file)).EventsLost == 0);

    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
