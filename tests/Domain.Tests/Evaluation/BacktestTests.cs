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
    public void Two_policies_differ_in_what_only_one_lists()
    {
        var before = Replay(Digested);
        var after = Replay(Digested.WithLimits());
        Assert.Empty(BacktestReport.Compare(before, before));

        var stricter = Replay(Digested.WithRules(Reply, Fix, Waiting with { ExpectsAny = true }, Customers));
        var difference = Assert.Single(BacktestReport.Compare(before, stricter));
        Assert.Equal(("waiting", 0), (difference.Rule, difference.Removed));
        Assert.True(difference.Added > 0 && difference.AddedExample is not null);
        Assert.Equal(before.Items.Count, after.Items.Count);
    }

    [Fact]
    public void Contacts_are_ranked_by_how_often_they_are_the_subject() =>
        Assert.Equal(Address(Jane), Replay(Digested).Contacts[0].Contact);

    private static BacktestReport Replay(CompanyPolicy policy)
    {
        var story = new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1").Mail("b", "2026-03-02 13:00", Ana, Jane, "t1")
            .Mail("c", "2026-03-05 10:00", Jane, Ana, "t2").Mail("d", "2026-03-06 10:30", Bob, Jane, "t2")
            .Mail("e", "2026-03-03 10:00", Ana, Li, "t3", "News").Mail("f", "2026-03-04 10:00", Ana, Li, "t4", "Could you send it?");
        var running = new RunningPolicy(policy);
        running.Put(story.Log);
        return running.Backtest(story.Time("2026-03-01 00:00"), story.Time("2026-03-12 00:00"));
    }
}
