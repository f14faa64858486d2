using System.Globalization;
using System.Text.RegularExpressions;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>
/// The sample company lives through two weeks: mail arrives as time passes, everything is harvested every half hour of the working day,
/// digests and immediate mails leave through ledger and outbox, lie in their readers' mailboxes, and are answered. Lived once, read by
/// several tests.
/// </summary>
public class TwoWeeks : IAsyncLifetime, IAsyncDisposable
{
    private static readonly LocalDate First = new(2026, 2, 23);
    private static readonly LocalDate Last = new(2026, 3, 6);

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-story-").FullName;
    private readonly List<ReceivedMail> received = [];
    private readonly List<Moment> moments = [];
    private StoryCompany company = null!;
    private readonly string language;
    private TestProgram program = null!;

    public TwoWeeks()
        : this("en")
    {
    }

    /// <param name="language">The language of all readers, as the policy names it.</param>
    protected TwoWeeks(string language) => this.language = language;

    /// <summary>Everything our people got, in order.</summary>
    internal IReadOnlyList<ReceivedMail> Received => received;

    /// <summary>What the policy said each time it was asked.</summary>
    internal IReadOnlyList<Moment> Moments => moments;

    internal CompanyPolicy Policy => program.Policy;

    public async Task InitializeAsync()
    {
        company = new StoryCompany(folder, more: []);
        company.Speak(language);
        var configuration = LoadedConfiguration.Read(folder, First.AtMidnight().InUtc().ToInstant());
        program = TestProgram.Over(
            configuration with
            {
                Policy = configuration.Policy with { Version = "sample" },
            },
            await ContactDatabase.OpenSqlite(Path.Combine(folder, "story.db"), TimeProvider.System, default));

        var isBusy = true;
        foreach (var now in Clock())
        {
            var before = company.Delivered;
            company.DeliverUntil(now);
            var moved = company.ShowOrHideHello(now);
            Answer(now);

            // Nothing can have come of a half hour in which nothing arrived and no clock ran out; what did is told within the next.
            var happens = moved || company.Delivered > before || IsMorning(now) || RunsOut(now);
            if (happens || isBusy)
                await Live(now);
            isBusy = happens;
        }
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>What each reader got on each day, as it is approved, by the name of the file.</summary>
    internal IReadOnlyList<(string Name, string Text)> Days() =>
        [
            .. received
                .GroupBy(mail => (mail.Date, mail.Reader))
                .OrderBy(group => group.Key.Date)
                .ThenBy(group => group.Key.Reader, StringComparer.Ordinal)
                .Select(group =>
                    (
                        string
                            .Create(CultureInfo.InvariantCulture, $"{group.Key.Date:uuuu-MM-dd-ddd}-{group.Key.Reader}.txt")
                            .ToLowerInvariant(),
                        string.Join("\n" + new string('=', 76) + "\n\n", group.Select(mail => mail.Approvable)))),
        ];

    /// <summary>
    /// Eight in the morning to half past six, every half hour and when the managers' digest is due; once at noon on days off.
    /// </summary>
    private static IEnumerable<Instant> Clock()
    {
        for (var day = First; day <= Last; day = day.PlusDays(1))
        {
            if (day.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday)
            {
                yield return day.At(new LocalTime(12, 0)).InUtc().ToInstant();
                continue;
            }

            for (var minute = 8 * 60; minute <= (18 * 60) + 30; minute += 30)
            {
                yield return day.AtMidnight().PlusMinutes(minute).InUtc().ToInstant();
                if (minute == (8 * 60) + 30)
                    yield return day.AtMidnight().PlusMinutes(minute + 15).InUtc().ToInstant();
            }
        }
    }

    private bool RunsOut(Instant now) =>
        moments[^1] is var last
        && (last.Evaluation.NextChange <= now || last.Evaluation.Items.Any(item => last.Now < item.WarnAt && item.WarnAt <= now));

    private static bool IsMorning(Instant now) => now.InUtc().Hour == 8;

    private async Task Live(Instant now)
    {
        await foreach (var account in program.Harvest.Run(program.Readable, now, null, default))
            Assert.True(account.IsClean || account.Account == "hello", $"{now} {account}");

        var desk = program.Digests;
        var report = await desk.Send(now, Duration.Zero, default);
        Assert.Empty(report.Problems);

        var evaluation = new Evaluator(program.Policy).Evaluate(await program.Snapshot(now), now);
        moments.Add(new Moment(now, evaluation));
        var told = new ToldItems(program.Database);
        foreach (var plan in report.Sent)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, "out", "mail", $"{plan.MessageId}.eml"));
            var mail = new ReceivedMail(now, plan.Digest, plan.Reader, MimeReader.Read(bytes)) { Folder = folder };
            var items = await told.ReadItems(plan.MessageId, default);
            mail.Items.AddRange(mail.Numbers.Select(number => items[number]));
            received.Add(mail);
            company.Deliver(plan.Reader, bytes);
        }
    }

    /// <summary>Replies as mail programs write them, to the address the digest asks for, with the digest quoted below.</summary>
    private void Answer(Instant now)
    {
        var before = moments.Count == 0 ? Instant.MinValue : moments[^1].Now;
        foreach (
            var (at, reader, digest, lines) in TheStory.AnswersIn(language).Where(answer =>
                before < StoryCompany.At(answer.At) && StoryCompany.At(answer.At) <= now))
        {
            var mail = received.Last(one => one.Digest == digest && one.Reader == reader);
            var commands = lines.Select(line => line.Verb.Replace("#", mail.Number(line.Item), StringComparison.Ordinal));
            company.Answer(at, reader, mail.Mail, mail.Text, commands);
        }
    }
}

/// <summary>What the policy said at a moment.</summary>
internal sealed record Moment(Instant Now, EvaluationResult Evaluation);

/// <summary>A mail of ours as its reader got it.</summary>
internal sealed partial record ReceivedMail(Instant At, string Digest, string Reader, MimeMessage Mail)
{
    /// <summary>Where the company lies, which is another place in every run.</summary>
    public required string Folder { get; init; }

    public LocalDate Date => At.InUtc().Date;

    public string Text => Mail.Text ?? "";

    /// <summary>The numbers of the items it tells of, as often as it does.</summary>
    public IEnumerable<int> Numbers =>
        ItemLine()
            .Matches(Text.ReplaceLineEndings("\n"))
            .Select(match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));

    /// <summary>What the ledger understands by these numbers, when somebody answers.</summary>
    public List<string> Items { get; } = [];

    /// <summary>The number of the item whose line says this.</summary>
    public string Number(string what) =>
        ItemLine().Matches(Text).First(match => match.Groups["what"].Value.Contains(what, StringComparison.Ordinal)).Groups["number"].Value;

    /// <summary>The ids of items marked new.</summary>
    public IReadOnlyList<string> NewItems =>
        [
            .. ItemBlock()
                .Matches(Text.ReplaceLineEndings("\n"))
                .Where(block => block.Value.Contains("[new]", StringComparison.Ordinal))
                .Select(block => ItemId().Match(block.Value.ReplaceLineEndings(" ")).Groups[1].Value),
        ];

    /// <summary>What stands under a heading, entry by entry; empty without it.</summary>
    public IReadOnlyList<string> Entries(string heading)
    {
        var lines = Text.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => line != heading).Skip(2).TakeWhile(line => line.Length > 0);
        var entries = new List<string>();
        foreach (var line in lines)
        {
            if (line.StartsWith("* ", StringComparison.Ordinal) || line.StartsWith("! ", StringComparison.Ordinal))
                entries.Add(line[2..]);
            else if (entries.Count > 0)
                entries[^1] += " " + line.Trim();
        }

        return entries;
    }

    /// <summary>As it is approved: what the reader sees, without the signatures of links.</summary>
    public string Approvable =>
        $"{At.InUtc().ToString("HH:mm", CultureInfo.InvariantCulture)}  {Mail.Subject}\nto "
        + $"{Mail.To[0]}\n\n"
        + $"{Token().Replace(Text.Replace(Folder, "/srv", StringComparison.Ordinal).ReplaceLineEndings("\n"), "%5Btoken%5D").TrimEnd()}\n";

    [GeneratedRegex(@"·\s+([0-9A-Z]{8})(?=\s)")]
    private static partial Regex ItemId();

    [GeneratedRegex(@"^(?<number>\d+)\. (?<what>.*)$", RegexOptions.Multiline)]
    private static partial Regex ItemLine();

    [GeneratedRegex(@"^\d+\. [^\n]*\n((?!\d+\. )[^\n]+\n)*", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ItemBlock();

    [GeneratedRegex("%5B[^%]+%5D")]
    private static partial Regex Token();
}
