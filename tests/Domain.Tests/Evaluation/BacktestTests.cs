using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

public sealed class BacktestTests
{
    private static readonly CompanyPolicy Digested = Worked.Policy with
    {
        Digests = [new DigestDefinition("my-day", Here) { At = new LocalTime(8, 30), Readers = DigestReaders.Owners }],
    };

    [Fact]
    public void It_counts_what_opened_and_how_it_ended()
    {
        var report = Replay(Digested);
        var reply = report.Rules.Single(r => r.Name == "reply");
        Assert.Equal((2, 1, 1, 0), (reply.Opened, reply.Met, reply.Late, reply.Expired));
        Assert.Equal(Duration.FromHours(3), reply.MedianToAnswer);
        Assert.Equal(1, report.Rules.Single(r => r.Name == "waiting").SuppressedBy["gentle"]);
    }

    [Fact]
    public void A_limit_on_trial_is_counted_as_what_it_would_have_held()
    {
        var trial = Replay(Digested with { Limits = [.. Digested.Limits.Select(l => l with { Mode = Mode.Observe })] });
        var waiting = trial.Rules.Single(r => r.Name == "waiting");
        Assert.Equal((0, 1), (waiting.SuppressedBy.Count, waiting.WouldSuppress["gentle"]));
    }

    [Fact]
    public void It_counts_mails_and_lines_a_day()
    {
        var report = Replay(Digested);
        var ana = report.People.Single(p => p.Id == "ana");

        // Both steps of the late answer: one to ana, one to her manager; the one late line on Friday's digest and the chase on Monday's and
        // Tuesday's.
        Assert.Equal((1, Day("2026-03-05")), (ana.MostMails, ana.MostMailsOn));
        Assert.Equal(1, report.People.Single(p => p.Id == "dana").MostMails);
        Assert.Equal(1, ana.MostLines);
    }

    [Fact]
    public void What_fell_due_in_the_time_is_counted_as_the_numbers_of_digests_count_it()
    {
        var policy = Digested;
        var story = Told(policy)
            .Mail("g", "2026-03-09 10:00", Jane, Ana, "t5")
            .Mail("h", "2026-03-09 11:00", Jane, Ana, "t6")
            .Command("2026-03-09 12:00", "done", "t6")
            .Mail("i", "2026-03-11 16:00", Jane, Ana, "t7");
        var reply = Replayed(policy, story).Rules.Single(r => r.Name == "reply").Figures;
        Assert.Equal((1, 1, 1, 1, 0), (reply.InTime, reply.Late, reply.ByHand, reply.NotYet, reply.Unsure));

        // Three hours, a day and half an hour, and two days and fourteen hours that are not over.
        Assert.Equal((Duration.FromHours(24.5), false), (reply.Median!.Value, reply.IsMedianOpen));
    }

    [Fact]
    public void Never_answering_does_not_improve_the_median()
    {
        var story = new Story(Digested).Mail("a", "2026-03-02 10:00", Jane, Ana, "t1").Mail("b", "2026-03-02 11:00", Ana, Jane, "t1");
        Assert.Equal(Duration.FromHours(1), Reply().MedianToAnswer);

        story.Mail("c", "2026-03-03 10:00", Jane, Ana, "t2").Mail("d", "2026-03-03 10:00", Jane, Ana, "t3");
        Assert.True(Reply().MedianToAnswer > Duration.FromDays(8));
        Assert.True(Reply().Figures.IsMedianOpen);

        BacktestRule Reply() => Replayed(Digested, story).Rules.Single(r => r.Name == "reply");
    }

    [Fact]
    public void Two_policies_differ_in_what_only_one_lists()
    {
        var before = Replay(Digested);
        Assert.Empty(BacktestReport.Compare(before, Replay(Digested)));

        var stricter = Replay(Digested.WithRules(Reply, Fix, Waiting with { ExpectsAny = true }, Customers));
        var difference = BacktestReport.Compare(before, stricter).Single(d => d.Name == "waiting");
        Assert.Equal((0, false), (difference.Removed, difference.IsLimit));
        Assert.True(difference.Added > 0 && difference.AddedExample is not null);
        Assert.True(difference.RuleBefore!.Opened < difference.RuleAfter!.Opened);
    }

    [Fact]
    public void Two_policies_differ_where_the_same_items_end_otherwise()
    {
        var difference = Assert.Single(
            BacktestReport.Compare(
                Replay(Digested),
                Replay(Digested.WithRules(Reply with { Within = Length("1bh") }, Fix, Waiting, Customers))));
        Assert.Equal(("reply", 0, 0, 2), (difference.Name, difference.Added, difference.Removed, difference.Changed));
        Assert.Equal(
            ((1, 1), (0, 2)),
            ((difference.RuleBefore!.Met, difference.RuleBefore.Late), (difference.RuleAfter!.Met, difference.RuleAfter.Late)));
        Assert.Equal(
            (ItemClosing.Met, ItemClosing.Late),
            (difference.ChangedExample!.Value.Before.As, difference.ChangedExample.Value.After.As));
    }

    [Fact]
    public void Two_policies_differ_in_what_limits_hold()
    {
        var differences = BacktestReport.Compare(Replay(Digested), Replay(Digested.WithLimits()));
        var gentle = differences.Single(d => d.IsLimit && d.Name == "gentle");
        Assert.Equal((1, (BacktestLimit?)null, 0, 1), (gentle.LimitBefore!.Suppressed, gentle.LimitAfter, gentle.Added, gentle.Removed));
        Assert.Equal("waiting", gentle.RemovedExample!.Rule);
        var waiting = differences.Single(d => !d.IsLimit && d.Name == "waiting");
        Assert.Equal((1, 0), (waiting.RuleBefore!.Suppressed, waiting.RuleAfter!.Suppressed));
        Assert.Equal(["gentle"], waiting.ChangedExample!.Value.Before.HeldBy);
        Assert.Empty(waiting.ChangedExample.Value.After.HeldBy);
    }

    [Fact]
    public void Contacts_are_ranked_by_how_often_they_are_the_subject() =>
        Assert.Equal(Address(Jane), Replay(Digested).Contacts[0].Contact);

    private static BacktestReport Replay(CompanyPolicy policy) => Replayed(policy, Told(policy));

    private static Story Told(CompanyPolicy policy) =>
        new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1").Mail("b", "2026-03-02 13:00", Ana, Jane, "t1")
            .Mail("c", "2026-03-05 10:00", Jane, Ana, "t2").Mail("d", "2026-03-06 10:30", Bob, Jane, "t2")
            .Mail("e", "2026-03-03 10:00", Ana, Li, "t3", "News").Mail("f", "2026-03-04 10:00", Ana, Li, "t4", "Could you send it?");

    private static BacktestReport Replayed(CompanyPolicy policy, Story story)
    {
        var running = new RunningPolicy(policy);
        running.Put(story.Log);
        return running.Backtest(story.Time("2026-03-01 00:00"), story.Time("2026-03-12 00:00"));
    }
}
