using System.Text.RegularExpressions;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Corpora;

/// <summary>One mail of a corpus as the program understands it.</summary>
/// <param name="Name">Its path in the corpus.</param>
/// <param name="Report">What it reports.</param>
/// <param name="Verdict">Its class, direction and author.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Text">Its whole text.</param>
/// <param name="IsReport">Whether its parts are those of a report.</param>
internal sealed partial record CorpusMail(
    string Name,
    MailReport? Report,
    Classification Verdict,
    string Subject,
    string Text,
    bool IsReport)
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 12, 0);
    private static readonly CompanyPolicy Policy = TestCompany.CreatePolicy("enron.com");
    private static readonly Domain.Log.Capture Kept = new(Policy, Domain.Log.Capture.DefaultTextLimit);
    private static readonly Classifier Classifier = new(Policy);

    public bool IsAnswer => Answer().IsMatch(Subject);

    /// <summary>Whether it tells how to be taken off a list beside an address to do so at, as mailings do.</summary>
    public bool TellsHowToLeave => Leaving().IsMatch(Text);

    /// <summary>Whether a mail server bears its sender's name.</summary>
    public bool IsOfServer => Verdict.Author?.Value.Split('@')[0] is "postmaster" or "mailer-daemon";

    public bool IsBounce => Report is { Kind: ReportKind.Delivery };

    public static CorpusMail Read(string folder, string file)
    {
        var mail = MimeReader.Read(File.ReadAllBytes(file));
        var facts = MailTranslation.ReadFacts(mail, Now);
        return new CorpusMail(
            Path.GetRelativePath(folder, file).Replace('\\', '/'),
            MailReport.Parse(mail),
            Classifier.Classify(MailLine.FromObservation(new MailObservation("ana", facts, null), Kept, Now)),
            mail.Subject,
            mail.Text,
            mail.Root.All().Any(part => part.ContentType is "multipart/report" or "message/delivery-status"));
    }

    /// <summary>The mails of a corpus, in order.</summary>
    public static IReadOnlyList<CorpusMail> ReadAll(string folder, string pattern = "*") =>
        [
            .. Directory.GetFiles(folder, pattern, SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .AsParallel().AsOrdered().WithDegreeOfParallelism(2)
                .Select(file => Read(folder, file)),
        ];

    [GeneratedRegex(@"^\s*(re|fwd?)\s*:", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Answer();

    [GeneratedRegex(
        @"(unsubscri|to be removed|remove yourself|(prefer|wish|want) not to receive|(do not|no longer) wish to receive|stop receiving)"
            + @"[^\0]{0,200}?(https?://|www\.|mailto:)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Leaving();
}
