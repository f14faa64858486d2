using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Puts together what a reader is told. Built once for a moment; every reader's digest comes from the same facts. The result depends on
/// nothing else, so the same run gives the same mail.
/// </summary>
public sealed class DigestComposer
{
    private const int MostConfirmed = 40;

    private readonly DigestFacts facts;
    private readonly PeopleBook people;
    private readonly ReaderFacts readers;
    private readonly DigestSchedule schedule;

    public DigestComposer(DigestFacts facts)
    {
        this.facts = facts;
        people = PeopleBook.From(facts);
        readers = new ReaderFacts(facts, people);
        schedule = new DigestSchedule(facts.Policy);
    }

    /// <summary>What became of promises is told of those that fell due in so long.</summary>
    public static Duration PromisesTold => NumbersTable.Longest;

    /// <summary>Whether a digest tells what became of promises.</summary>
    public static bool TellsOfPromises(DigestDefinition digest) =>
        digest.Numbers != NumbersBy.Off && Sections(digest).Contains(SectionNames.Numbers);

    /// <param name="run">Which digest for whom.</param>
    /// <param name="history">The digests of the same name that went to the same reader before.</param>
    /// <param name="confirmed">What came of what the reader told us since, in order; told below everything else, whatever sections the
    /// digest has.</param>
    public Digest Compose(DueDigest run, DigestHistory history, IReadOnlyList<Confirmation> confirmed)
    {
        var words = Wording.In(run.Reader.Language);
        var since = Since(run, history);
        var (told, known) = readers.Select(run, history, since);
        var page = new DigestPage(told, known, run, history, since);
        List<DigestSection> sections = [.. page.Sections(Sections(run.Definition))];
        if (confirmed.Count > 0)
            sections.Add(AsYouSaid(confirmed, words));

        var tally = Tally.From(sections, words);
        var greeting = people.FirstName(run.Reader.Id);
        var day = words.Dates.LongDay(run.Date);
        return new Digest(run)
        {
            Headline = tally.Headline,
            Subject = run.Definition.ThreadByWeek
                // Clients group a conversation only when the subject does not change either.
                ? words.Digests.WeekSubject(run.Definition.Title, IsoWeek.From(run.Date).Week)
                : words.Digests.Subject(
                    tally.Headline,
                    run.Definition.Readers == DigestReaders.Managers ? run.Definition.Title : greeting,
                    day),
            Preheader = tally.Preheader(sections),
            Greeting = greeting,
            Day = day,
            Reservation = page.Reservation,
            Absences = AbsenceNotes.For(run.Reader, facts.Policy, people, ReaderClock.From(facts.Policy, run.Reader, facts.Now)),
            Sections = sections,
            Listed = page.Listed,
            PolicyVersion = PlainWords.Flatten(facts.Policy.Version, PlainWords.Name),
            IsEmpty = !sections.Any(section => section.IsNews) && !IsSignOfLife(run, history),
        };
    }

    /// <summary>The same for a reader who told us nothing.</summary>
    public Digest Compose(DueDigest run, DigestHistory history) => Compose(run, history, []);

    /// <summary>Confirms and is no news: it waits for a mail that leaves anyway.</summary>
    private static NewsSection AsYouSaid(IReadOnlyList<Confirmation> confirmed, Wording words) =>
        new(SectionNames.AsYouSaid, words.Digests.AsYouSaid)
        {
            Lines = [.. Confirmation.AsLines(confirmed.Take(MostConfirmed), words)],
            More = Math.Max(0, confirmed.Count - MostConfirmed),
            IsWorthAMail = false,
        };

    internal static IReadOnlyList<string> Sections(DigestDefinition definition) =>
        definition.Sections ?? (definition.Readers == DigestReaders.Managers ? SectionNames.ForManagers : SectionNames.ForOwners);

    /// <summary>What is news was learned since the mail before; without one, since it would have been due.</summary>
    private Instant Since(DueDigest run, DigestHistory history) =>
        history.Last?.DueAt ?? schedule.TimeBefore(run.Definition, run.Reader, run.Date) ?? run.DueAt - Duration.FromDays(1);

    /// <summary><c>send_empty: weekly</c>: once in an ISO week even with nothing to say.</summary>
    private static bool IsSignOfLife(DueDigest run, DigestHistory history) =>
        run.Definition.SendEmptyWeekly && !(history.Last is { } last && IsoWeek.From(last.Date) == IsoWeek.From(run.Date));
}
