using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Judging each organisation from its own lines gives what judging the whole log gives.</summary>
public sealed class OrganisationReadingTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(150);
    private static readonly string[] Outside =
        [Jane, "jane.private@mail.example", John, Li, "zoe@gmail.com", "sam@sub.acme.example", "kim@new.example"];

    [Fact]
    public void Each_organisation_by_itself_has_the_items_it_has_in_the_whole_log() =>
        ForAll(invented =>
        {
            var log = invented.EntangledLog();
            var coverage = invented.Chance(0.5) ? invented.Coverage(invented.Clocks[^1]) : null;
            foreach (var now in invented.Clocks.Where(_ => invented.Chance(0.3)))
            {
                var whole = new Evaluator(invented.Policy).Evaluate(new ContactLogSnapshot(log) { Coverage = coverage }, now);
                var policy = JoinedPeople.Apply(invented.Policy, log, now);
                var parts = Organisations(policy, log)
                    .Select(one => Ask(policy, log, one, coverage, running => running.Evaluate(now)))
                    .ToList();
                Same(Told(whole), string.Join('\n', parts.Select(Told)));
            }
        });

    [Fact]
    public void Each_contact_is_explained_from_the_lines_of_their_organisation() =>
        ForAll(invented =>
        {
            var log = invented.EntangledLog();
            var now = invented.Any(invented.Clocks);
            var policy = JoinedPeople.Apply(invented.Policy, log, now);
            var whole = new RunningPolicy(policy);
            whole.Put(log);
            foreach (var address in Outside.Select(Address))
            {
                Assert.Equal(
                    whole.Explain(address, now)?.ToString(),
                    Ask(policy, log, address, null, running => running.Explain(address, now))?.ToString());
            }
        });

    [Fact]
    public void Only_lines_of_the_organisation_are_read_where_nothing_else_matters()
    {
        var story = new Story(Worked.Policy)
            .Mail("j1", "2026-03-02 10:00", Jane, Ana, "t1", "Why?")
            .Mail("l1", "2026-03-02 11:00", Li, Ana, "t2", "Why?")
            .Mail("l2", "2026-03-02 12:00", Ana, $"{Jane} {Li}", "t3", "Here.");
        var reading = new Evaluator(Worked.Policy).Read(Address(Jane));
        Ask(reading, story.Log, null, running => running.Evaluate(story.Time("2026-03-03 10:00")));
        Assert.Equal(["j1", "l2"], reading.Lines.Select(line => line.Id).Order());
        Assert.Equal(["acme.example"], reading.Organisations);
    }

    [Fact]
    public void Another_organisation_is_read_where_its_mail_competes_for_the_item_of_a_thread()
    {
        var story = new Story(Worked.Policy)
            .Mail("j1", "2026-03-02 10:00", Jane, Ana, "t1", "Why?")
            .Mail("l1", "2026-03-02 11:00", Li, Ana, "t1", "Why?")
            .Mail("l2", "2026-03-02 12:00", Li, Ana, "t2", "And this?");
        var reading = new Evaluator(Worked.Policy).Read(Address(Jane));
        Ask(reading, story.Log, null, running => running.Evaluate(story.Time("2026-03-03 10:00")));
        Assert.Equal(["acme.example", "beta.example"], reading.Organisations.Order(StringComparer.Ordinal));
        Assert.Equal(3, reading.Lines.Count);
    }

    /// <summary>What is to be kept of the organisations that are read.</summary>
    internal static IReadOnlyList<Unit> Judge(
        OrganisationReading reading,
        List<Interaction> log,
        Instant now,
        IReadOnlyList<AccountCoverage>? coverage)
    {
        while (true)
        {
            while (reading.Wanted is { } wanted)
                reading.Take(log.Where(line => IsWanted(line, wanted)));

            if (reading.TryJudge(now, coverage, out var units))
                return units;
        }
    }

    /// <summary>An address of each organisation of a log.</summary>
    internal static IEnumerable<EmailAddress> Organisations(CompanyPolicy policy, List<Interaction> log)
    {
        var book = new ContactBook(policy);
        return log
            .SelectMany(line => line.Participants.Where(one => !one.Internal).Select(one => one.Address).Concat(Named(line)))
            .Concat(policy.Contacts.Select(entry => entry.Primary))
            .Where(address => !book.IsOurs(address))
            .DistinctBy(book.Organisation);
    }

    private static IEnumerable<EmailAddress> Named(Interaction line) =>
        LineTargets.In(line).Select(name => EmailAddress.TryParse(name, out var address) ? address : null).OfType<EmailAddress>();

    private static T Ask<T>(
        CompanyPolicy policy,
        List<Interaction> log,
        EmailAddress about,
        IReadOnlyList<AccountCoverage>? coverage,
        Func<RunningPolicy, T> question) =>
        Ask(new Evaluator(policy).Read(about), log, coverage, question);

    private static T Ask<T>(
        OrganisationReading reading,
        IReadOnlyList<Interaction> log,
        IReadOnlyList<AccountCoverage>? coverage,
        Func<RunningPolicy, T> question)
    {
        while (true)
        {
            while (reading.Wanted is { } wanted)
                reading.Take(log.Where(line => IsWanted(line, wanted)));

            if (reading.TryAsk(question, coverage, out var answer))
                return answer;
        }
    }

    private static bool IsWanted(Interaction line, LinesWanted wanted)
    {
        var targets = LineTargets.In(line).ToList();
        var people = line.Participants.Select(one => one.Address).Concat(Named(line)).ToList();
        return people.Exists(one => wanted.Addresses.Contains(one) || wanted.Domains.Any(domain => IsAt(one, domain)))
            || wanted.Threads.Contains(line.Thread ?? "")
            || targets.Exists(wanted.Targets.Contains);
    }

    private static bool IsAt(EmailAddress address, string domain) =>
        address.Domain == domain || address.Domain.EndsWith("." + domain, StringComparison.Ordinal);

    private static string Told(EvaluationResult evaluation) => Invented.Tell(evaluation).Replace("--\n", "", StringComparison.Ordinal);

    private static void Same(string expected, string actual)
    {
        var (wanted, found) = (Lines(expected), Lines(actual));
        Assert.True(
            wanted.SequenceEqual(found),
            $"missing:\n{string.Join('\n', wanted.Except(found, StringComparer.Ordinal))}\nnot expected:\n"
                + string.Join('\n', found.Except(wanted, StringComparer.Ordinal)));

        static List<string> Lines(string text) => [.. text.Split('\n').Where(line => line.Length > 0).Order(StringComparer.Ordinal)];
    }

    private static void ForAll(Action<Invented> law) =>
        Check.One(Often, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => law(new Invented(seed))));
}
