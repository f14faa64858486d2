using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Whether somebody may be written to of our own accord, and from when.</summary>
public sealed class AdviceTests
{
    private static Story Told(params Limit[] limits) =>
        new Story(Bare.WithRules(Reply, Customers).WithLimits(limits))
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-03-04 10:00", Bob, Jane, "t2");

    [Fact]
    public void A_cap_that_is_full_says_what_it_counts_and_when_there_is_room()
    {
        var advice = Ask(Told(Gentle), "2026-03-05 10:00");
        var held = Assert.Single(advice.Against);
        Assert.Equal(["a", "b"], held.Counted);
        Assert.Equal(Told().Time("2026-03-09 10:00"), held.Until);
        Assert.Equal(held.Until, advice.AllowedFrom);
        var free = Ask(Told(Gentle), "2026-03-09 10:00");
        Assert.Empty(free.Against);
        Assert.Null(free.AllowedFrom);
        Assert.Equal(["b"], Assert.Single(free.Room).Counted);
    }

    [Fact]
    public void When_one_limit_lets_go_into_another_the_last_end_counts()
    {
        var story = Told(Gentle, Blackout("holiday", "2026-03-09", "2026-03-11"));
        Assert.Equal(story.Time("2026-03-12 09:00"), Ask(story, "2026-03-05 10:00").AllowedFrom);
    }

    [Fact]
    public void A_case_that_can_close_by_silence_tells_the_day_and_one_that_cannot_tells_none()
    {
        var complaint = new Story(Bare.WithRules(Reply).WithLimits(AfterComplaint))
            .Mail("z", "2026-02-02 10:00", Ana, John, "j")
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t", "This is unacceptable.");
        var open = Ask(complaint, "2026-03-03 10:00", John);
        Assert.Equal((Address(Jane), null), (Assert.Single(open.Against).Case!.Contact, open.Against[0].Case!.Closed));
        Assert.Null(open.AllowedFrom);

        // Answered, it closes when they are quiet for ten days, and fourteen more have to pass.
        Assert.Equal(
            complaint.Time("2026-03-26 12:00"),
            Ask(complaint.Mail("b", "2026-03-02 12:00", Ana, Jane, "t"), "2026-03-03 10:00", John).AllowedFrom);
    }

    [Fact]
    public void Who_is_not_to_be_contacted_never_is()
    {
        var advice = Ask(
            Told(DoNotContact("never", tags: ["dnc"]), Gentle).Command("2026-03-05 09:00", "tag", contact: Jane, tag: "dnc"),
            "2026-03-05 10:00");
        Assert.Equal(["never", "gentle"], advice.Against.Select(finding => finding.Limit.Name));
        Assert.Null(advice.AllowedFrom);
    }

    [Fact]
    public void Limits_for_other_kinds_other_contacts_or_on_trial_and_snoozes_and_meetings_hold_nobody_back() =>
        Assert.Empty(
            Ask(
                Told(
                        Gentle with
                        {
                            AppliesTo = [RuleKind.Chase],
                        },
                        Gentle with
                        {
                            Name = "trial",
                            Mode = Mode.Observe,
                        },
                        Cap("prospects", 1, "30d") with
                        {
                            When = Segment("prospect"),
                        })
                    .Command("2026-03-04 12:00", "snooze", contact: Jane, until: "2026-03-20 09:00")
                    .Meeting("m", "2026-03-10 10:00", "2026-03-10 11:00", $"{Ana} {Jane}", seen: "2026-03-04 11:00"),
                "2026-03-05 10:00").Against);

    [Fact]
    public void Asking_changes_nothing_of_what_the_policy_says_afterwards()
    {
        var story = Told(Gentle, AfterComplaint);
        var running = new RunningPolicy(story.Policy);
        running.Put(story.Log);
        var before = running.Evaluate(story.Time("2026-04-08 10:00")).Items.Select(story.Print).ToList();
        Assert.NotEmpty(before);
        running.MayWrite(Address(Jane), story.Time("2026-03-05 10:00"));
        running.MayWrite(Address(Jane), story.Time("2026-04-08 10:00"));
        Assert.Equal(before, running.Evaluate(story.Time("2026-04-08 10:00")).Items.Select(story.Print));
        Assert.Null(running.MayWrite(Address("nobody@nowhere.example"), story.Time("2026-04-08 10:00")));
    }

    private static WritingAdvice Ask(Story story, string now, string contact = Jane)
    {
        var running = new RunningPolicy(story.Policy);
        running.Put(story.Log);
        running.Evaluate(story.Time(now));
        return running.MayWrite(EmailAddress.Parse(contact), story.Time(now))!;
    }
}
