using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What is unsure while accounts lag, and whom nobody is accused of (policy-language.md section 11).</summary>
public sealed class CoverageTests
{
    private const string Dana = "dana@us.example";

    [Fact]
    public void An_account_that_is_read_on_time_makes_nothing_unsure()
    {
        Assert.Empty(Read("2026-03-02 11:55").At("2026-03-02 12:00").Items.Single().Unsure);
        Assert.Equal(["the-account"], Read("2026-03-02 11:54").At("2026-03-02 12:00").Items.Single().Unsure);
        Assert.Empty(Read("2026-03-02 11:00", grace: 60).At("2026-03-02 12:00").Items.Single().Unsure);
    }

    [Fact]
    public void What_was_read_up_to_the_due_time_stays_certain()
    {
        Assert.Equal(["the-account"], Read("2026-03-02 13:59").At("2026-03-02 16:00").Items.Single().Unsure);
        Assert.Empty(Read("2026-03-02 14:00").At("2026-03-02 16:00").Items.Single().Unsure);
    }

    [Fact]
    public void The_grace_is_twice_the_interval_and_at_least_five_minutes()
    {
        Assert.Equal(Duration.FromMinutes(30), AccountCoverage.GraceFor(Duration.FromMinutes(15)));
        Assert.Equal(Duration.FromMinutes(5), AccountCoverage.GraceFor(Duration.FromMinutes(1)));
    }

    [Fact]
    public void State_and_clocks_stay_what_they_are()
    {
        var item = Read(null).At("2026-03-03 10:00").Items.Single();
        Assert.Equal((ItemState.Overdue, 2), (item.State, item.Level));
    }

    [Fact]
    public void Those_count_who_are_in_the_thread_their_shared_mailboxes_and_the_command_mailbox()
    {
        Assert.Equal(["the-account"], Read(null, "support@us.example").At("2026-03-02 12:00").Items.Single().Unsure);
        Assert.Empty(Read(null, Dana).At("2026-03-02 12:00").Items.Single().Unsure);
        Assert.Equal(
            ["the-account"],
            Read(null, Dana)
                .Mail("b", "2026-03-02 10:30", Dana, Ana)
                .Mail("c", "2026-03-02 11:00", Jane, Ana, cc: Dana)
                .At("2026-03-02 12:00")
                .Items.Single()
                .Unsure);
        Assert.Equal(["the-account"], Read(null, "crmsync@us.example").At("2026-03-02 12:00").Items.Single().Unsure);
    }

    [Fact]
    public void A_calendar_counts_unless_meetings_answer_nothing()
    {
        Assert.Equal(["the-account"], Read(null, calendar: true).At("2026-03-02 12:00").Items.Single().Unsure);
        Assert.Empty(Read(null, calendar: true, rule: Reply with { MeetingsAnswer = false }).At("2026-03-02 12:00").Items.Single().Unsure);
    }

    [Fact]
    public void For_what_any_contact_satisfies_every_account_counts()
    {
        Assert.Equal(
            ["the-account"],
            Read(null, Dana, rule: Reply with { SatisfiedByContact = true }).At("2026-03-02 12:00").Items.Single().Unsure);
        Rule[] rules = [Customers, FollowUp("recap", FollowUpEvent.MeetingHeld), Date("birthdays", "birthday", "20d")];
        foreach (var rule in rules)
        {
            var story = Asking(rule)
                .Mail("z", "2026-01-20 10:00", Ana, Jane, "t1")
                .Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Li}")
                .ReadUpTo("the-account", Dana, null, isCalendar: true);
            Assert.All(story.At("2026-03-02 12:00").Items, item => Assert.Equal(["the-account"], item.Unsure));
            Assert.NotEmpty(story.At("2026-03-02 12:00").Items);
        }
    }

    [Fact]
    public void A_signal_is_never_unsure() =>
        Assert.Empty(
            Asking(Watch("unhappy", WatchMetric.Marker, "complaint", "7d", 1))
                .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2", "complaint")
                .ReadUpTo("the-account", Ana, null)
                .At("2026-03-02 12:00")
                .Items.Single()
                .Unsure);

    [Fact]
    public void An_accusation_waits_for_a_reading_that_began_a_minute_after_the_due_time()
    {
        Assert.True(Read("2026-03-02 14:00", grace: 600).At("2026-03-02 14:05").Items.Single().Held);
        Assert.False(Read("2026-03-02 14:01", grace: 600).At("2026-03-02 14:05").Items.Single().Held);
        Assert.False(Read("2026-03-02 10:00").At("2026-03-02 14:00").Items.Single().Held);
    }

    [Fact]
    public void For_a_thread_every_mailbox_of_ours_counts_and_no_strangers_calendar()
    {
        Assert.Equal(["the-account"], Read(null, Dana).At("2026-03-02 14:05").Items.Single().Unread);
        Assert.Empty(Read(null, Dana, calendar: true).At("2026-03-02 14:05").Items.Single().Unread);
        Assert.Equal(["the-account"], Read(null, calendar: true).At("2026-03-02 14:05").Items.Single().Unread);
    }

    [Fact]
    public void After_a_business_day_it_is_told_all_the_same()
    {
        var story = Read(null);
        Assert.True(story.At("2026-03-03 16:59").Items.Single().Held);
        var item = story.At("2026-03-03 17:00").Items.Single();
        Assert.Equal((false, 1), (item.Held, item.Unread.Count));
    }

    [Fact]
    public void Late_answers_are_counted_only_once_that_is_sure()
    {
        var policy = Bare.WithRules(Reply, Watch("slow", WatchMetric.LateResponses, null, "30d", 1));
        var running = new RunningPolicy(policy);
        var story = new Story(policy).Mail("a", "2026-03-02 10:00", Jane, Ana);
        running.Put(story.Log);
        running.Cover([new AccountCoverage("bob", Address(Bob), story.Time("2026-03-02 14:00"))]);
        Assert.Equal(["reply"], Rules("2026-03-02 16:00"));

        running.Cover([new AccountCoverage("bob", Address(Bob), story.Time("2026-03-02 15:55"))]);
        Assert.Equal(["reply", "slow"], Rules("2026-03-02 16:00"));

        running.Cover([
            new AccountCoverage("bob", Address(Bob), story.Time("2026-03-02 15:55")),
            new AccountCoverage("dana", Address(Dana), null),
        ]);
        Assert.Equal(["reply"], Rules("2026-03-02 16:01"));

        running.Cover(null);
        Assert.Equal(["reply", "slow"], Rules("2026-03-02 16:02"));

        IEnumerable<string> Rules(string now) =>
            running.Evaluate(story.Time(now)).Items.Select(item => item.Rule.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_next_change_is_announced_when_an_account_begins_to_lag_and_when_an_accusation_ends_its_wait()
    {
        var story = Read("2026-03-02 11:58");
        var next = story.At("2026-03-02 12:00").NextChange!.Value;
        Assert.Equal(story.Time("2026-03-02 12:03") + Duration.FromTicks(1), next);
        Assert.Empty(story.At("2026-03-02 12:03").Items.Single().Unsure);

        Assert.Equal(story.Time("2026-03-03 17:00"), Read(null).At("2026-03-03 16:30").NextChange);
    }

    private static Story Asking(Rule rule) =>
        new((Bare with { Us = Bare.Us with { CommandMailbox = Address("crmsync@us.example") } }).WithRules(rule));

    private static Story Read(string? upTo, string address = Ana, int grace = 5, bool calendar = false, Rule? rule = null) =>
        Asking(rule ?? Reply).Mail("a", "2026-03-02 10:00", Jane, Ana).ReadUpTo("the-account", address, upTo, grace, calendar);
}
