using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What holds for every policy, log and clock.</summary>
public sealed class EvaluationLawTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void The_order_in_which_interactions_arrive_changes_nothing() =>
        ForAll(invented =>
        {
            var evaluator = new Evaluator(invented.Policy);
            var now = invented.Any(invented.Clocks);
            var shuffled = invented.Log.OrderBy(_ => invented.Any(Enumerable.Range(0, 1000).ToArray())).ToList();
            Same(Tell(evaluator, invented.Log, now), Tell(evaluator, shuffled, now));
        });

    [Fact]
    public void Evaluating_twice_changes_nothing() =>
        ForAll(invented =>
        {
            var running = new RunningPolicy(invented.Policy);
            running.Put(invented.Log);
            foreach (var now in invented.Clocks)
                Same(Invented.Tell(running.Evaluate(now)), Invented.Tell(running.Evaluate(now)));
        });

    [Fact]
    public void Evaluating_what_changed_gives_what_evaluating_everything_gives() => ForAll(EvaluateWhatChanged);

    /// <summary>A call about a mail that is read later: whoever else takes part in the thread has been called as well.</summary>
    [Theory]
    [InlineData(1048591207)]
    [InlineData(1001027)]
    [InlineData(1001902)]
    [InlineData(1002658)]
    [InlineData(1002965)]
    public void Evaluating_what_changed_gave_something_else_once(int seed) => EvaluateWhatChanged(new Invented(seed));

    private static void EvaluateWhatChanged(Invented invented)
    {
        var running = new RunningPolicy(invented.Policy);
        var evaluator = new Evaluator(invented.Policy);
        var arriving = new Queue<Interaction>(
            invented
                .EntangledLog()
                .Where(line => !JoinedPeople.IsJoin(line))
                .OrderBy(_ => invented.Any(Enumerable.Range(0, 1000).ToArray())));
        var known = new List<Interaction>();
        foreach (var now in invented.Clocks)
        {
            var batch = Enumerable
                .Range(0, invented.Any([0, 1, 2, 5, 10]))
                .Where(_ => arriving.Count > 0)
                .Select(_ => arriving.Dequeue())
                .ToArray();
            running.Put(batch);
            known.AddRange(batch);
            if (known.Count > 3 && invented.Chance(0.3))
                Change(invented, running, known);

            Same(Tell(evaluator, known, now), Invented.Tell(running.Evaluate(now)));
        }
    }

    [Fact]
    public void Nothing_changes_before_the_next_change_that_was_announced() =>
        ForAll(invented =>
        {
            var evaluator = new Evaluator(invented.Policy);
            var now = invented.Any(invented.Clocks);
            var told = evaluator.Evaluate(new ContactLogSnapshot(invented.Log), now);
            var next = told.NextChange ?? now + Duration.FromDays(100);
            Assert.True(next > now);
            var last = next - Duration.FromTicks(1);
            Same(Invented.Tell(told), Tell(evaluator, invented.Log, last));
        });

    [Fact]
    public void An_interaction_that_counts_for_nothing_can_be_taken_away() =>
        ForAll(invented =>
        {
            var nothing = invented
                .Log.Where(i =>
                    i.Class is InteractionClass.Auto or InteractionClass.Internal
                    && invented.Log.TrueForAll(other => other.InReplyTo != i.MessageId))
                .ToHashSet();
            var evaluator = new Evaluator(invented.Policy);
            foreach (var now in invented.Clocks)
                Same(Tell(evaluator, invented.Log, now), Tell(evaluator, [.. invented.Log.Where(i => !nothing.Contains(i))], now));
        });

    [Fact]
    public void A_limit_never_removes_a_promise() =>
        ForAll(invented =>
        {
            var free = new Evaluator(invented.Policy with { Limits = [] });
            var limited = new Evaluator(invented.Policy);
            foreach (var now in invented.Clocks)
                Same(Promises(free, now), Promises(limited, now));

            string Promises(Evaluator evaluator, Instant now) =>
                string.Join(
                    '\n',
                    evaluator
                        .Evaluate(new ContactLogSnapshot(invented.Log), now)
                        .Items.Where(i => i.Rule is RespondRule or ResolveRule or WatchRule)
                        .Select(Invented.Tell));
        });

    [Fact]
    public void A_limit_adds_no_item_and_removes_none() =>
        ForAll(invented =>
        {
            var free = new Evaluator(invented.Policy with { Limits = [] });
            var limited = new Evaluator(invented.Policy);
            foreach (var now in invented.Clocks)
                Same(Ids(free, now), Ids(limited, now));

            string Ids(Evaluator evaluator, Instant now) =>
                string.Join(
                    '\n',
                    evaluator.Evaluate(new ContactLogSnapshot(invented.Log), now).Items.Select(i => i.Id).Order(StringComparer.Ordinal));
        });

    [Fact]
    public void What_is_held_or_paused_is_never_overdue_and_never_escalates() =>
        ForAll(invented =>
        {
            foreach (var now in invented.Clocks)
            {
                foreach (var item in new Evaluator(invented.Policy).Evaluate(new ContactLogSnapshot(invented.Log), now).Items)
                {
                    Assert.Equal(item.State == ItemState.Overdue, item.State is ItemState.Open or ItemState.Overdue && item.Due < now);
                    Assert.True(item.State == ItemState.Overdue || item.Level == 0);
                    Assert.Equal(item.State is ItemState.Suppressed or ItemState.Snoozed, item.By is not null);
                }
            }
        });

    private static void Change(Invented invented, RunningPolicy running, List<Interaction> known)
    {
        var index = invented.Any(Enumerable.Range(0, known.Count).ToArray());
        if (invented.Chance(0.5))
        {
            running.Remove([known[index].Id]);
            known.RemoveAt(index);
            return;
        }

        // A mail moves to another thread, as when a mail that joins two threads is read.
        var moved =
            known[index].Kind == InteractionKind.Mail
                ? known[index] with
                {
                    Thread = invented.Any(["t1", "t2", "t9"]),
                }
                : known[index] with
                {
                    Seen = known[index].Seen + Duration.FromHours(1),
                };
        known[index] = moved;
        running.Put([moved]);
    }

    /// <summary>Fails with the lines that differ.</summary>
    private static void Same(string expected, string actual)
    {
        var (wanted, found) = (expected.Split('\n'), actual.Split('\n'));
        Assert.True(
            expected == actual,
            $"missing:\n{string.Join('\n', wanted.Except(found, StringComparer.Ordinal))}\nnot "
                + $"expected:\n{string.Join('\n', found.Except(wanted, StringComparer.Ordinal))}"
        );
    }

    private static string Tell(Evaluator evaluator, IReadOnlyCollection<Interaction> log, Instant now) =>
        Invented.Tell(evaluator.Evaluate(new ContactLogSnapshot(log), now));

    private static void ForAll(Action<Invented> law) =>
        Check.One(Often, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => law(new Invented(seed))));
}
