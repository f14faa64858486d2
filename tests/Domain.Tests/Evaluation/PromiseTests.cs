using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary><c>respond</c> and <c>resolve</c>: what they are owed.</summary>
public sealed class PromiseTests
{
    private static CompanyPolicy OnlyReply => Bare.WithRules(Reply);

    [Fact]
    public void A_mail_with_us_only_in_copy_asks_for_nothing_unless_the_rule_says_so()
    {
        new Story(OnlyReply).Mail("a", "2026-03-02 10:00", Jane, John, cc: Ana).Expect("2026-03-02 11:00");
        new Story(Bare.WithRules(Reply with { Cc = true }))
            .Mail("a", "2026-03-02 10:00", Jane, John, cc: Ana)
            .Expect("2026-03-02 11:00", "reply t open");
    }

    [Fact]
    public void A_mail_in_copy_falls_to_no_later_rule_when_the_first_that_matches_does_not_take_copies() =>
        new Story(Bare.WithRules(Reply, Respond("copies", "1bd") with { Cc = true }))
            .Mail("a", "2026-03-02 10:00", Jane, John, cc: Ana)
            .Expect("2026-03-02 11:00");

    [Fact]
    public void Each_mail_is_answered_on_its_own()
    {
        var story = new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 11:00", John, Ana)
            .Mail("c", "2026-03-02 12:00", Ana, Jane);
        story.Expect("2026-03-02 12:30", "reply t open opened=2026-03-02T11:00 due=2026-03-02T15:00");
        story.ExpectClosed("2026-03-02 12:30", "reply", "t", ItemClosing.Met, "2026-03-02 12:00");
    }

    [Fact]
    public void A_reply_to_somebody_else_is_no_answer() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 11:00", Ana, John)
            .Expect("2026-03-02 12:00", "reply t open");

    [Fact]
    public void A_reply_in_copy_to_the_asker_is_an_answer() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 11:00", Ana, John, cc: Jane)
            .Expect("2026-03-02 12:00");

    [Fact]
    public void A_reply_to_the_reply_address_or_to_an_alias_is_an_answer()
    {
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana, replyTo: "desk@acme.example")
            .Mail("b", "2026-03-02 11:00", Ana, "desk@acme.example")
            .Expect("2026-03-02 12:00");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 11:00", Ana, "jane.private@mail.example")
            .Expect("2026-03-02 12:00");
    }

    [Fact]
    public void An_answer_in_another_thread_counts_only_when_the_rule_says_contact()
    {
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1")
            .Mail("b", "2026-03-02 11:00", Ana, Jane, "t2")
            .Expect("2026-03-02 12:00", "reply t1 open");
        new Story(Bare.WithRules(Reply with { SatisfiedByContact = true }))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1")
            .Mail("b", "2026-03-02 11:00", Ana, Jane, "t2")
            .Expect("2026-03-02 12:00");
    }

    [Fact]
    public void A_meeting_answers_once_it_has_ended_and_only_if_it_began_after_the_mail()
    {
        var story = new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Meeting("m", "2026-03-02 13:00", "2026-03-02 14:30", $"{Ana} {Jane}", seen: "2026-03-02 09:00");
        story
            .Expect("2026-03-02 14:15", "reply t overdue")
            .Expect("2026-03-02 14:30")
            .ExpectClosed("2026-03-02 14:30", "reply", "t", ItemClosing.Met, "2026-03-02 13:00");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Meeting("m", "2026-03-02 09:30", "2026-03-02 10:30", $"{Ana} {Jane}")
            .Expect("2026-03-02 11:00", "reply t open");
        new Story(Bare.WithRules(Reply with { MeetingsAnswer = false }))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Meeting("m", "2026-03-02 11:00", "2026-03-02 11:30", $"{Ana} {Jane}")
            .Expect("2026-03-02 12:00", "reply t open");
    }

    [Fact]
    public void A_call_and_done_answer_and_done_can_name_a_rule()
    {
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "called", contact: Jane)
            .Expect("2026-03-02 12:00");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "called", about: "t")
            .Expect("2026-03-02 12:00");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "done", about: "t")
            .Expect("2026-03-02 12:00");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "done", about: "t", rule: "waiting")
            .Expect("2026-03-02 12:00", "reply t open");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 09:00", "done", about: "t")
            .Expect("2026-03-02 12:00", "reply t open");
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "done", about: "other")
            .Expect("2026-03-02 12:00", "reply t open");
    }

    [Fact]
    public void After_done_a_new_mail_opens_a_new_item() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "done", about: "t")
            .Mail("b", "2026-03-02 12:00", Jane, Ana)
            .Expect("2026-03-02 12:30", "reply t open opened=2026-03-02T12:00 due=2026-03-02T16:00");

    [Fact]
    public void Answering_exactly_at_due_is_in_time_and_a_minute_later_is_late()
    {
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 14:00", Ana, Jane)
            .ExpectClosed("2026-03-02 15:00", "reply", "t", ItemClosing.Met);
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 14:01", Ana, Jane)
            .ExpectClosed("2026-03-02 15:00", "reply", "t", ItemClosing.Late);
    }

    [Fact]
    public void The_first_answer_in_a_new_episode_has_the_first_time_again()
    {
        var story = new Story(OnlyReply).Mail("a", "2026-01-12 10:00", Jane, Ana).Mail("b", "2026-01-12 11:00", Ana, Jane);
        story.Mail("c", "2026-02-11 11:00", Jane, Ana).Expect("2026-02-11 12:00", "reply t open due=2026-02-12T11:00");
        new Story(OnlyReply)
            .Mail("a", "2026-01-12 10:00", Jane, Ana)
            .Mail("b", "2026-01-12 11:00", Ana, Jane)
            .Mail("c", "2026-02-11 11:01", Jane, Ana)
            .Expect("2026-02-11 12:00", "reply t open due=2026-02-11T15:01");
    }

    [Fact]
    public void A_stricter_mail_takes_the_item_over_and_gives_it_back()
    {
        var policy = Bare.WithRules(Respond("strict", "1bh", when: HasMarker("complaint")), Reply);
        var story = new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 10:30", John, Ana, text: "A complaint");
        story.Expect("2026-03-02 11:00", "strict t open opened=2026-03-02T10:30 due=2026-03-02T11:30");
        story.Mail("c", "2026-03-02 11:10", Ana, John).Expect("2026-03-02 11:15", "reply t open opened=2026-03-02T10:00");
    }

    [Fact]
    public void A_tag_moves_a_waiting_mail_to_another_rule_from_when_it_came() =>
        new Story(Bare.WithRules(Respond("vip", "1bh", when: Tagged("vip")), Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 12:00", "tag", contact: Jane, tag: "vip")
            .Expect("2026-03-02 11:59", "reply t open")
            .Expect("2026-03-02 12:00", "vip t overdue opened=2026-03-02T10:00 due=2026-03-02T11:00");

    [Fact]
    public void A_case_counts_as_it_was_when_the_mail_came() =>
        new Story(Bare.WithRules(Respond("in-case", "1bh", when: InCase("complaint")), Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 10:10", John, Ana, text: "unacceptable")
            .Mail("c", "2026-03-02 10:20", Ana, John)
            .Expect("2026-03-02 10:30", "reply t open opened=2026-03-02T10:00");

    [Fact]
    public void Mail_before_the_start_is_history() =>
        new Story(OnlyReply)
            .Mail("a", "2025-12-31 23:59", Jane, Ana, "t1")
            .Mail("b", "2026-01-01 00:00", Jane, Ana, "t2")
            .Expect("2026-01-01 10:00", "reply t2 open");

    [Fact]
    public void An_unanswered_mail_expires_and_the_next_one_counts_from_itself()
    {
        var story = new Story(OnlyReply).Mail("a", "2026-03-02 10:00", Jane, Ana).Mail("b", "2026-05-30 10:00", Jane, Ana);
        story
            .Expect("2026-05-31 09:59", "reply t overdue opened=2026-03-02T10:00")
            .Expect("2026-05-31 10:00", "reply t open opened=2026-05-30T10:00");
        story.ExpectClosed("2026-05-31 10:00", "reply", "t", ItemClosing.Expired, "2026-05-31 10:00");
    }

    [Fact]
    public void A_mail_never_precedes_the_mail_it_answers()
    {
        // Ana's clock is slow: her answer bears a time before the question.
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 09:40", Ana, Jane, inReplyTo: "a", seen: "2026-03-02 11:00")
            .Expect("2026-03-02 10:30", "reply t open")
            .Expect("2026-03-02 11:00")
            .ExpectClosed("2026-03-02 11:00", "reply", "t", ItemClosing.Met, "2026-03-02 10:00");

        // Jane's is: her reply to Ana's question bears an earlier time, and is still no question that Ana's mail answers.
        new Story(OnlyReply).Mail("a", "2026-03-02 10:00", Ana, Jane).Mail("b", "2026-03-02 09:50", Jane, Ana, inReplyTo: "a")
            .Expect("2026-03-02 10:30", "reply t open opened=2026-03-02T10:00 due=2026-03-03T10:00");
    }

    [Fact]
    public void Without_knowing_the_mail_it_answers_its_own_time_counts() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 09:40", Ana, Jane, inReplyTo: "unknown")
            .Expect("2026-03-02 10:30", "reply t open");

    [Fact]
    public void Escalation_over_a_weekend_waits_for_business_time() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-06 10:00", Jane, Ana)
            .Expect("2026-03-06 14:01", "reply t overdue level=1")
            .Expect("2026-03-09 09:59", "reply t overdue level=1")
            .Expect("2026-03-09 10:00", "reply t overdue level=2");

    [Fact]
    public void A_bounce_for_one_of_two_makes_the_mail_unsent_for_that_one() =>
        new Story(OnlyReply)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 10:05", John, Ana)
            .Mail("c", "2026-03-02 11:00", Ana, $"{Jane} {John}")
            .Bounce("c", "2026-03-02 11:30", failed: Jane)
            .Expect("2026-03-02 11:20")
            .Expect("2026-03-02 11:30", "reply t open opened=2026-03-02T10:00");

    [Fact]
    public void Over_lunch_and_over_a_short_day_the_clock_stands()
    {
        var dublin = Calendar(
            "office",
            "Europe/Dublin",
            "mon-thu 09:00-13:00 14:00-17:30; fri 09:00-16:00",
            "2026-12-24 09:00-12:00",
            "2026-12-25 Christmas");
        var policy = (
            Bare with
            {
                DefaultCalendar = dublin,
                Calendars = new Dictionary<string, Domain.Time.BusinessCalendar> { ["office"] = dublin },
            }).WithRules(Respond("reply", "2bh"));
        new Story(policy).Mail("a", "2026-03-02 12:00", Jane, Ana).Expect("2026-03-02 12:30", "reply t open due=2026-03-02T15:00");
        new Story(policy).Mail("a", "2026-12-24 11:00", Jane, Ana).Expect("2026-12-24 11:30", "reply t open due=2026-12-28T10:00");
    }

    [Theory]
    [InlineData("America/Chicago", "2026-03-07 12:00", "2026-03-08T13:00")]
    [InlineData("America/Chicago", "2026-10-31 12:00", "2026-11-01T11:00")]
    [InlineData("Australia/Sydney", "2026-04-04 12:00", "2026-04-05T11:00")]
    [InlineData("Australia/Sydney", "2026-10-03 12:00", "2026-10-04T13:00")]
    [InlineData("Europe/Berlin", "2026-10-24 12:00", "2026-10-25T11:00")]
    public void Twenty_four_hours_are_that_in_every_zone(string zone, string at, string due)
    {
        var here = Calendar("office", zone, "mon-fri 09:00-17:00");
        new Story(
            (
                Bare with
                {
                    DefaultCalendar = here,
                    Calendars = new Dictionary<string, Domain.Time.BusinessCalendar> { ["office"] = here },
                }).WithRules(Respond("reply", "24h"))).Mail("a", at, Jane, Ana).Expect(at, $"reply t open due={due}");
    }

    [Fact]
    public void A_budget_that_ran_out_stays_overdue_whoever_has_the_ball() =>
        new Story(Bare.WithRules(Resolve("fix", "complaint", "4bh")))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Mail("b", "2026-03-02 15:00", Ana, Jane)
            .Expect("2026-03-02 14:00", "fix t open due=2026-03-02T14:00")
            .Expect("2026-03-02 16:00", "fix t overdue due=2026-03-02T14:00")
            .ExpectClosed("2026-03-13 12:00", "fix", "t", ItemClosing.Late, "2026-03-12 15:00");

    [Fact]
    public void A_thank_you_does_not_start_the_budget_again_and_does_not_keep_the_case_open()
    {
        var story = new Story(Bare.WithRules(Fix))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Mail("b", "2026-03-02 12:00", Ana, Jane)
            .Mail("c", "2026-03-05 12:00", Jane, Ana, ack: true);
        story
            .Expect("2026-03-06 12:00", "complaint-fix t paused due=null")
            .ExpectClosed("2026-03-12 12:00", "complaint-fix", "t", ItemClosing.Met, "2026-03-12 12:00");
    }

    [Fact]
    public void An_unanswered_case_never_closes_by_silence() =>
        new Story(Bare.WithRules(Fix))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Expect("2026-06-30 12:00", "complaint-fix t overdue");

    [Fact]
    public void A_reopened_case_starts_a_new_budget() =>
        new Story(Bare.WithRules(Fix))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Mail("b", "2026-03-02 12:00", Ana, Jane)
            .Mail("c", "2026-03-12 12:00", Jane, Ana, text: "Again")
            .Expect("2026-03-12 13:00", "complaint-fix t open opened=2026-03-02T10:00")
            .Mail("d", "2026-03-12 13:00", Ana, Jane)
            .Mail("e", "2026-03-30 09:00", Jane, Ana, text: "Still")
            .Expect("2026-03-30 10:00", "complaint-fix t open opened=2026-03-30T09:00 due=2026-03-31T17:00");

    [Fact]
    public void Resolved_closes_only_where_the_case_says_so()
    {
        new Story(Bare.WithRules(Fix))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Command("2026-03-02 11:00", "resolved", "t")
            .Expect("2026-03-02 12:00", "complaint-fix t open");
        new Story(
            (
                Bare with
                {
                    Cases = new Dictionary<string, CaseDefinition>
                    {
                        ["complaint"] = Case("complaint", HasMarker("complaint"), resolved: true),
                    },
                }).WithRules(Fix))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint")
            .Command("2026-03-02 11:00", "resolved", "t")
            .Expect("2026-03-02 12:00")
            .ExpectClosed("2026-03-02 12:00", "complaint-fix", "t", ItemClosing.Met, "2026-03-02 11:00");
    }

    [Fact]
    public void Observed_rules_are_evaluated_apart_and_never_take_a_mail_away()
    {
        var story = new Story(Bare.WithRules(Respond("strict", "1bh") with { Mode = Mode.Observe }, Reply)).Mail(
            "a",
            "2026-03-02 10:00",
            Jane,
            Ana);
        story.Expect("2026-03-02 12:00", "reply t open");
        Assert.Equal("strict", Assert.Single(story.At("2026-03-02 12:00").Observed).Rule.Name);
    }

    [Fact]
    public void A_disabled_rule_is_not_there() =>
        new Story(Bare.WithRules(Reply with { Mode = Mode.Disabled })).Mail("a", "2026-03-02 10:00", Jane, Ana).Expect("2026-03-02 12:00");

    [Fact]
    public void An_item_keeps_its_id_as_long_as_it_is_the_same_item()
    {
        var story = new Story(OnlyReply).Mail("a", "2026-03-02 10:00", Jane, Ana);
        var first = story.At("2026-03-02 11:00").Items[0].Id;
        story.Mail("b", "2026-03-02 11:30", Jane, Ana);
        Assert.Equal(first, story.At("2026-03-03 11:00").Items[0].Id);
        story.Mail("c", "2026-03-03 12:00", Ana, Jane).Mail("d", "2026-03-03 13:00", Jane, Ana);
        Assert.NotEqual(first, story.At("2026-03-03 14:00").Items[0].Id);
    }

    [Fact]
    public void A_warning_is_counted_backwards_through_open_time() =>
        Assert.Equal(
            new Story(OnlyReply).Time("2026-02-27 16:30"),
            new Story(Bare.WithRules(Respond("reply", "1bd") with { Warn = Length("8bh") }))
                .Mail("a", "2026-02-26 16:45", Jane, Ana)
                .At("2026-02-27 10:00")
                .Items[0]
                .WarnAt!.Value + NodaTime.Duration.FromHours(7.5));
}
