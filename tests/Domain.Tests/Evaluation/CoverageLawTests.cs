using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What holds however far accounts have been read.</summary>
public sealed class CoverageLawTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(40);

    [Fact]
    public void Whoever_is_accused_for_sure_did_not_answer_in_time() => ForAll(invented =>
    {
        foreach (var now in invented.Clocks)
        {
            var truth = Evaluate(invented, now, coverage: null).Closed.ToLookup(closed => closed.Id, StringComparer.Ordinal);
            foreach (var item in Evaluate(invented, now, invented.Coverage(now)).Items.Where(IsAccused))
            {
                Assert.DoesNotContain(
                    truth[item.Id],
                    closed => closed.As is ItemClosing.Met or ItemClosing.Satisfied && closed.At <= item.Due && closed.Due == item.Due);
            }
        }
    });

    [Fact]
    public void Reading_more_adds_no_accusation_of_what_was_answered_in_time() => ForAll(invented =>
    {
        foreach (var now in invented.Clocks)
        {
            var some = invented.Coverage(now);
            var before = Evaluate(invented, now, some).Items.Where(IsAccused).Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
            var met = Evaluate(invented, now, coverage: null)
                .Closed.Where(closed => closed.As is ItemClosing.Met or ItemClosing.Satisfied && closed.At <= closed.Due)
                .Select(closed => closed.Id);
            var after = Evaluate(invented, now, invented.ReadOn(some, now)).Items.Where(IsAccused).Select(item => item.Id);
            Assert.Empty(after.Except(before).Intersect(met));
        }
    });

    [Fact]
    public void Over_one_log_reading_more_makes_nothing_more_doubtful() => ForAll(invented =>
    {
        foreach (var now in invented.Clocks)
        {
            var some = invented.Coverage(now);
            var evaluator = new Evaluator(invented.Policy);
            var log = new ContactLogSnapshot(invented.Log);
            var more = evaluator.Evaluate(log with { Coverage = invented.ReadOn(some, now) }, now).Items
                .ToDictionary(item => item.Id, StringComparer.Ordinal);
            foreach (var item in evaluator.Evaluate(log with { Coverage = some }, now).Items.Where(item => item.Rule is not WatchRule))
            {
                var then = more[item.Id];
                Assert.Empty(then.Unsure.Except(item.Unsure));
                Assert.Empty(then.Unread.Except(item.Unread));
                Assert.True(item.Held || !then.Held);
                Assert.Equal((item.State, item.Due, item.Level), (then.State, then.Due, then.Level));
            }
        }
    });

    [Fact]
    public void Evaluating_as_accounts_are_read_gives_what_evaluating_everything_gives() => ForAll(invented =>
    {
        var running = new RunningPolicy(invented.Policy);
        running.Put(invented.Log);
        var evaluator = new Evaluator(invented.Policy);
        foreach (var now in invented.Clocks)
        {
            var coverage = invented.Chance(0.2) ? null : invented.Coverage(now);
            running.Cover(coverage);
            var whole = evaluator.Evaluate(new ContactLogSnapshot(invented.Log) { Coverage = coverage }, now);
            Assert.Equal(Invented.Tell(whole), Invented.Tell(running.Evaluate(now)));
        }
    });

    [Fact]
    public void Nothing_changes_before_the_next_change_that_was_announced() => ForAll(invented =>
    {
        var now = invented.Any(invented.Clocks);
        var snapshot = new ContactLogSnapshot(invented.Log) { Coverage = invented.Coverage(now) };
        var evaluator = new Evaluator(invented.Policy);
        var told = evaluator.Evaluate(snapshot, now);
        var last = (told.NextChange ?? now + Duration.FromDays(100)) - Duration.FromTicks(1);
        Assert.Equal(Invented.Tell(told), Invented.Tell(evaluator.Evaluate(snapshot, last)));
    });

    private static bool IsAccused(Item item) => item is { State: ItemState.Overdue, Held: false, Unread.Count: 0 };

    /// <summary>
    /// What the policy makes of the mails that lie in what was read of the accounts; of all of them where nothing is said.
    /// </summary>
    private static EvaluationResult Evaluate(Invented invented, Instant now, IReadOnlyList<AccountCoverage>? coverage)
    {
        var lines = invented
            .Log.Where(line => line.Kind == InteractionKind.Meeting || IsRead(line))
            .Select(line => line with { Seen = line.At });
        return new Evaluator(invented.Policy).Evaluate(new ContactLogSnapshot([.. lines]) { Coverage = coverage }, now);

        bool IsRead(Interaction line) =>
            Holders(line) is { Count: > 0 } holders
            && (coverage is null || coverage.Any(account => holders.Contains(account.Address) && line.At <= account.ReadUpTo));
    }

    /// <summary>In whose mailboxes a mail lies; meetings are in calendars, which are all read here.</summary>
    private static HashSet<EmailAddress> Holders(Interaction line) => line.Kind switch
    {
        InteractionKind.Command => [Invented.CommandMailbox],
        InteractionKind.Meeting => [],
        _ => [.. line.Participants.Where(person => person.Internal).Select(person => person.Address)],
    };

    private static void ForAll(Action<Invented> law) =>
        Check.One(Often, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => law(new Invented(seed))));
}
