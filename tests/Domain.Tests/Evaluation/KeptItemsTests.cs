using CrmSync.Domain.Evaluation;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What is kept of organisations gives the items of the whole log, as long as only that is judged again which has to be.</summary>
public sealed class KeptItemsTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void Every_kind_of_reason_has_a_form() =>
        Assert.Equal(
            typeof(Reason).Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(Reason)) && !type.IsNested)
                .Select(type => type.Name)
                .Order(StringComparer.Ordinal),
            ReasonForm.Types.Select(type => type.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Items_that_were_kept_are_those_of_the_whole_log_however_much_time_goes_by() =>
        ForAll(invented =>
        {
            var log = invented.EntangledLog();
            var coverage = invented.Chance(0.5) ? invented.Coverage(invented.Clocks[0]) : null;
            var next = new Dictionary<string, Instant?>(StringComparer.Ordinal);
            var policy = JoinedPeople.Apply(invented.Policy, log, invented.Clocks[^1]);
            var evaluator = new Evaluator(policy);
            var kept = evaluator.CreateList();
            var names = OrganisationReadingTests.Organisations(policy, log).Select(one => evaluator.FindOrganisation(one)!).ToList();
            foreach (var now in invented.Clocks)
            {
                if (coverage is not null && invented.Chance(0.5))
                    coverage = invented.ReadOn(coverage, now);

                Judge(names.FindAll(name => !next.TryGetValue(name, out var change) || change <= now));
                Judge(kept.Outdated(coverage));
                var whole = new RunningPolicy(policy);
                whole.Put(log);
                whole.Cover(coverage);
                Assert.Equal(Told(whole.Evaluate(now)), Told(kept.List(coverage, now)));

                void Judge(IReadOnlyList<string> some)
                {
                    foreach (var batch in some.Chunk(3))
                    {
                        var units = OrganisationReadingTests.Judge(evaluator.Read(batch), log, now, coverage);
                        kept.Put(units);
                        foreach (var unit in units)
                            next[unit.Organisation] = unit.NextChange;
                    }
                }
            }
        });

    [Fact]
    public void Who_is_known_of_an_organisation_is_known_from_its_lines() =>
        ForAll(invented =>
        {
            var log = invented.EntangledLog();
            var now = invented.Any(invented.Clocks);
            var policy = JoinedPeople.Apply(invented.Policy, log, now);
            var evaluator = new Evaluator(policy);
            var whole = new RunningPolicy(policy);
            whole.Put(log);
            var names = OrganisationReadingTests.Organisations(policy, log).Select(one => evaluator.FindOrganisation(one)!).ToList();
            var known = OrganisationReadingTests.Judge(evaluator.Read(names), log, now, null).SelectMany(unit => unit.Contacts);
            Assert.Equal(
                KnownContact.At(whole, now).Select(Told).Order(StringComparer.Ordinal),
                known.Select(Told).Order(StringComparer.Ordinal));
        });

    private static string Told(EvaluationResult evaluation) => string.Join(
        '\n',
        evaluation.Items.Select(item => $"{Invented.Tell(item)} {string.Join(',', item.WouldBeHeldBy)} {item.Reason}"));

    private static string Told(KnownContact one) =>
        $"{one.Primary} {one.Organisation} {one.Owner} {string.Join(',', one.Segments)} {one.FirstContact} {one.LastContact} {one.Sent}";

    private static void ForAll(Action<Invented> law) =>
        Check.One(Often, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => law(new Invented(seed))));
}
