using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What we would write to them: chases, contact kept, follow-ups, dates, notices, handovers.</summary>
public sealed class InitiativeTests
{
    private static Story Chased(ChaseRule? rule = null) => new(Bare.WithRules(rule ?? Waiting));

    [Fact]
    public void Without_a_question_there_is_no_chase_unless_the_rule_expects_any()
    {
        Chased().Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Attached.").Expect("2026-03-10 10:00");
        Chased(Waiting with { ExpectsAny = true })
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Attached.")
            .Expect("2026-03-05 09:00", "waiting t open");
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Attached.", bcc: "crmsync+chase@us.example")
            .Expect("2026-03-05 09:00", "waiting t open");
    }

    [Fact]
    public void A_thank_you_ends_a_chase_and_so_does_a_meeting_or_a_call()
    {
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Mail("b", "2026-03-05 10:00", Jane, Ana, ack: true)
            .Expect("2026-03-05 09:30", "waiting t open")
            .Expect("2026-03-05 10:00")
            .ExpectClosed("2026-03-06 10:00", "waiting", "t", ItemClosing.Satisfied, "2026-03-05 10:00");
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Meeting("m", "2026-03-03 10:00", "2026-03-03 11:00", $"{Ana} {Jane}")
            .Expect("2026-03-06 10:00");
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Command("2026-03-03 10:00", "called", contact: Jane)
            .Expect("2026-03-06 10:00");
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Meeting("m", "2026-03-03 10:00", "2026-03-03 11:00", $"{Ana} {John}")
            .Expect("2026-03-06 10:00", "waiting t open");
    }

    [Fact]
    public void A_question_after_a_meeting_is_chased_anew() =>
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Command("2026-03-03 10:00", "called", contact: Jane)
            .Mail("b", "2026-03-04 10:00", Ana, Jane, text: "And now?")
            .Expect("2026-03-09 08:59")
            .Expect("2026-03-09 09:00", "waiting t open");

    [Fact]
    public void A_reply_in_another_thread_counts_only_when_the_rule_says_contact()
    {
        Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Well?")
            .Mail("b", "2026-03-03 10:00", Jane, Ana, "t2")
            .Expect("2026-03-05 09:00", "waiting t1 open");
        Chased(Waiting with { SatisfiedByContact = true })
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Well?")
            .Mail("b", "2026-03-03 10:00", Jane, Ana, "t2")
            .Expect("2026-03-05 09:00");
    }

    [Theory]
    [InlineData("2026-03-05 13:59", true)] // less than four hours: the same attempt, so one reminder was sent
    [InlineData("2026-03-05 14:00", false)] // four hours: another attempt, the second reminder, and the last
    public void Mails_less_than_four_hours_apart_are_one_attempt(string second, bool stillChased)
    {
        var story = Chased()
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?")
            .Mail("b", "2026-03-05 10:00", Ana, Jane, text: "?")
            .Mail("c", second, Ana, Jane, text: "?");
        story.Expect("2026-03-10 09:00", stillChased ? ["waiting t open"] : []);
    }

    [Fact]
    public void A_chase_is_about_the_first_outsider_it_reached() =>
        Assert.Equal(
            Address(Li),
            Chased()
                .Mail("a", "2026-03-02 10:00", Ana, $"{Jane} {Li}", text: "Well?")
                .Bounce("a", "2026-03-02 10:05", failed: Jane)
                .At("2026-03-06 10:00")
                .Items[0]
                .Contact);

    [Fact]
    public void A_mail_that_reached_nobody_is_not_chased() =>
        Chased().Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Well?").Bounce("a", "2026-03-02 10:05").Expect("2026-03-06 10:00");

    [Fact]
    public void The_first_chase_that_matches_is_the_only_one() =>
        new Story(
            (
                Bare with
                {
                    Markers = new Dictionary<string, Marker>(Bare.Markers)
                    {
                        ["offer"] = new Marker("offer", ["offer"], Here) { Direction = Direction.Outbound },
                    },
                }).WithRules(Chase("offers", "5bd", HasMarker("offer")), Waiting))
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Our offer. What do you think?")
            .Expect("2026-03-06 10:00")
            .Expect("2026-03-09 09:00", "offers t open");

    [Fact]
    public void Counting_only_what_we_do_or_only_what_goes_both_ways()
    {
        var story = new Story(Bare.WithRules(StayInTouch("ours", "30d") with { Counts = Counts.Ours }))
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-02-20 10:00", Jane, Ana, "t2");
        story.Expect("2026-03-04 09:00", $"ours {Jane} open");
        new Story(Bare.WithRules(StayInTouch("both", "30d") with { Counts = Counts.TwoWay }))
            .Mail("a", "2026-02-02 10:00", Jane, Ana, "t1")
            .Mail("b", "2026-02-20 10:00", Ana, Jane, "t2")
            .Expect("2026-03-04 09:00", $"both {Jane} open");
    }

    [Fact]
    public void Automatic_and_mass_mail_is_no_contact_and_a_blind_copy_neither() =>
        new Story(Bare.WithRules(Customers))
            .Mail("a", "2026-02-02 10:00", Ana, Jane)
            .Mail("b", "2026-02-20 10:00", Ana, Jane, "t2", type: InteractionClass.Mass)
            .Mail("c", "2026-02-21 10:00", Jane, Ana, "t3", type: InteractionClass.Auto)
            .Mail("d", "2026-02-23 10:00", Ana, "x@new.example", "t4", bcc: Jane)
            .Expect("2026-03-04 09:00", $"customers {Jane} open");

    [Fact]
    public void A_whole_organisation_is_one_item_about_it()
    {
        var policy = Bare.WithRules(StayInTouch("firms", "30d", Segment("customer")) with { Per = Per.Organisation });
        new Story(policy)
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-02-10 10:00", Bob, John, "t2")
            .Expect("2026-03-05 10:00")
            .Expect("2026-03-12 09:00", "firms acme.example open");
    }

    [Fact]
    public void Done_restarts_the_interval() =>
        new Story(Bare.WithRules(Customers))
            .Mail("a", "2026-02-02 10:00", Ana, Jane)
            .Command("2026-03-05 10:00", "done", contact: Jane)
            .Expect("2026-03-05 09:00", $"customers {Jane} open")
            .Expect("2026-03-05 10:00")
            .Expect("2026-04-07 09:00", $"customers {Jane} open");

    [Fact]
    public void An_opening_before_the_start_moves_to_it_but_expires_as_if_it_had_not()
    {
        var story = new Story(Bare.WithRules(Customers))
            .Mail("a", "2025-06-02 10:00", Ana, Jane)
            .Mail("b", "2024-06-03 10:00", Ana, John, "t2");
        story.Expect("2026-01-02 10:00", $"customers {Jane} open opened=2026-01-01T09:00 due=2026-01-08T17:00");
        story.Expect("2026-07-02 09:00");
    }

    [Fact]
    public void A_follow_up_opens_when_the_meeting_ends_and_any_word_to_any_of_them_closes_it()
    {
        var policy = Bare.WithRules(FollowUp("recap", FollowUpEvent.MeetingHeld, "1bd"));
        var story = new Story(policy).Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Jane} {Li}", seen: "2026-02-20 10:00");
        story
            .Expect("2026-03-02 10:59")
            .Expect("2026-03-02 11:00", "recap m open opened=2026-03-02T11:00 due=2026-03-03T17:00")
            .Expect("2026-03-03 17:01", "recap m overdue");
        story.Mail("a", "2026-03-02 12:00", Bob, Li).Expect("2026-03-02 12:00");
    }

    [Fact]
    public void A_follow_up_is_about_the_first_outsider_whom_the_rule_admits() =>
        Assert.Equal(
            Address(Li),
            new Story(Bare.WithRules(FollowUp("recap", FollowUpEvent.MeetingHeld, when: new Condition.InDomain(["beta.example"]))))
                .Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Jane} {Li}").At("2026-03-02 12:00").Items.Single().Contact);

    [Fact]
    public void A_cancelled_meeting_or_one_all_day_needs_no_follow_up()
    {
        var policy = Bare.WithRules(FollowUp("recap", FollowUpEvent.MeetingHeld));
        new Story(policy)
            .Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Jane}", cancelled: "2026-03-02 10:30")
            .Expect("2026-03-02 12:00");
        new Story(policy)
            .Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Jane}", cancelled: "2026-03-02 12:00")
            .Expect("2026-03-02 12:30", "recap m open");
        new Story(policy).Meeting("m", "2026-03-02 00:00", "2026-03-03 00:00", $"{Ana} {Jane}", allDay: true).Expect("2026-03-03 12:00");
        new Story(policy).Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"-{Ana} {Jane}").Expect("2026-03-02 12:00");
        new Story(policy)
            .Meeting(
                "m",
                "2026-03-02 10:00",
                "2026-03-02 11:00",
                $"{Ana} " + string.Join(' ', Enumerable.Range(0, 21).Select(i => $"p{i}@acme.example")))
            .Expect("2026-03-02 12:00");
    }

    [Fact]
    public void A_closed_case_is_followed_up_unless_it_is_opened_again()
    {
        var policy = Bare.WithRules(FollowUp("fine", FollowUpEvent.CaseClosed, ofCase: "complaint", wait: "5bd"));
        var story = new Story(policy).Mail("a", "2026-03-02 10:00", Jane, Ana, text: "complaint").Mail("b", "2026-03-02 12:00", Ana, Jane);
        story.Expect("2026-03-18 17:00").Expect("2026-03-19 09:00", "fine t open opened=2026-03-19T09:00");
        story
            .Mail("c", "2026-03-19 10:00", Jane, Ana, text: "Again")
            .Expect("2026-03-19 10:00")
            .ExpectClosed("2026-03-19 10:00", "fine", "t", ItemClosing.Cancelled, "2026-03-19 10:00");
    }

    [Fact]
    public void The_first_mail_of_somebody_new_is_followed_up() =>
        new Story(Bare.WithRules(FollowUp("welcome", FollowUpEvent.FirstInbound)))
            .Mail("a", "2026-03-02 10:00", Li, Ana)
            .Expect("2026-03-02 11:00", $"welcome {Li} open opened=2026-03-02T10:00")
            .Mail("b", "2026-03-02 12:00", Ana, Li)
            .Mail("c", "2026-03-03 12:00", Li, Ana)
            .Expect("2026-03-03 13:00");

    [Fact]
    public void A_birthday_comes_every_year_and_ends_at_midnight()
    {
        var story = new Story(Bare.WithRules(Date("birthdays", "birthday", "1bd")));
        story
            .Expect("2026-03-12 08:59")
            .Expect("2026-03-12 09:00", $"birthdays {Jane} open due=2026-03-13T17:00")
            .Expect("2026-03-14 12:00", $"birthdays {Jane} overdue");
        story
            .Expect("2026-03-16 00:00")
            .ExpectClosed("2026-03-16 00:00", "birthdays", Jane, ItemClosing.Expired, "2026-03-16 00:00")
            .Expect("2027-03-12 09:00", $"birthdays {Jane} open");
        Assert.NotEqual(story.At("2026-03-12 09:00").Items[0].Id, story.At("2027-03-12 09:00").Items[0].Id);
    }

    [Fact]
    public void The_29th_of_February_is_the_28th_in_other_years()
    {
        var policy = Bare with
        {
            Contacts =
            [
                new ContactEntry(Address(Li), Here) { Dates = new Dictionary<string, ContactDate> { ["birthday"] = new(null, 2, 29) } },
            ],
        };
        new Story((policy with { Start = null }).WithRules(Date("birthdays", "birthday")))
            .Expect("2025-02-28 10:00", $"birthdays {Li} open due=2025-02-28T17:00")
            .Expect("2025-03-01 10:00")
            .Expect("2024-02-29 10:00", $"birthdays {Li} open due=2024-02-29T17:00");
    }

    [Fact]
    public void A_date_that_staff_noted_counts() =>
        new Story(Bare.WithRules(Date("next", "next")))
            .Command("2026-03-02 10:00", "note", contact: Li, text: "Likes tea.\nnext: 12 June send samples")
            .Expect("2026-06-12 10:00", $"next {Li} open")
            .Expect("2027-06-14 10:00");

    [Fact]
    public void A_notice_is_closed_by_the_mail_with_the_marker_and_by_no_other()
    {
        var policy = (
            Bare with
            {
                Markers = new Dictionary<string, Marker> { ["prices"] = new Marker("prices", ["new price list"], Here) },
                Cases = new Dictionary<string, CaseDefinition>(),
            }).WithRules(Notice("prices-2026", "2026-04-01", "2026-06-01", "30d", "prices", Segment("customer")));
        var story = new Story(policy)
            .Mail("a", "2026-03-02 10:00", Ana, Li, text: "The new price list")
            .Mail("b", "2026-04-08 10:00", Ana, Li, text: "Hello");
        story
            .Expect("2026-04-01 08:59")
            .Expect("2026-04-01 09:00", $"prices-2026 {Jane} open due=2026-05-01T17:00", $"prices-2026 {Li} open");
        story
            .Mail("c", "2026-04-09 10:00", Ana, "x@new.example", "t9", "Our new price list", bcc: Li, type: InteractionClass.Mass)
            .Expect("2026-04-09 10:00", $"prices-2026 {Jane} open");
        story.Expect("2026-07-01 00:00").ExpectClosed("2026-07-01 00:00", "prices-2026", Jane, ItemClosing.Expired, "2026-07-01 00:00");
    }

    [Fact]
    public void A_handover_concerns_only_contacts_active_lately_and_only_the_successor_closes_it()
    {
        var policy = (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.FirstContact(), false, Here)] })
            .WithPeople(Person("ana", "dana"), Person("bob", "dana", left: "2026-03-09", successor: "ana"), Person("dana"))
            .WithRules(Handover("introduce", "6mo"));
        var story = new Story(policy)
            .Mail("a", "2025-11-10 10:00", Bob, Li, "t1")
            .Mail("b", "2025-09-08 10:00", Bob, Jane, "t2")
            .Mail("c", "2026-02-02 10:00", Ana, John, "t3");
        story
            .Expect("2026-03-09 10:00", $"introduce {Li} open owner=ana due=2026-03-23T17:00")
            .Mail("d", "2026-03-09 11:00", "dana@us.example", Li, "t4")
            .Expect("2026-03-09 12:00", $"introduce {Li} open");
        story.Mail("e", "2026-03-10 11:00", Ana, Li, "t4").Expect("2026-03-10 12:00");
    }

    [Fact]
    public void Last_holidays_before_leaving_do_not_hide_whose_contacts_they_were() =>
        new Story(
            (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.ThePerson("bob"), false, Here)] })
                .WithPeople(
                    Person("ana", "dana"),
                    Person("bob", "dana", "2026-03-09", "ana", Away("2026-03-02", "2026-03-08", "dana")),
                    Person("dana"))
                .WithRules(Handover("introduce")))
            .Mail("a", "2026-02-10 10:00", Bob, Li)
            .Expect("2026-03-09 10:00", $"introduce {Li} open owner=ana");

    [Fact]
    public void A_watch_opens_when_the_threshold_is_reached_and_closes_when_the_window_has_moved_on()
    {
        var story = new Story(Bare.WithRules(Watch("unhappy", WatchMetric.Marker, "complaint", "7d", 2, Per.Organisation)))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1", "complaint")
            .Mail("b", "2026-03-04 11:00", John, Ana, "t2", "complaint");
        story
            .Expect("2026-03-04 10:59")
            .Expect("2026-03-04 11:00", "unhappy acme.example open opened=2026-03-04T11:00 due=null")
            .Expect("2026-03-09 09:59", "unhappy acme.example open")
            .Expect("2026-03-09 10:00");
    }

    [Fact]
    public void The_next_change_is_announced_also_when_only_the_sentence_changes()
    {
        var story = new Story(Bare.WithRules(Watch("unhappy", WatchMetric.Marker, "complaint", "7d", 1)))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1", "complaint").Mail("b", "2026-03-04 11:00", Jane, Ana, "t2", "complaint");
        Assert.StartsWith("2 times", story.At("2026-03-05 10:00").Items.Single().Why, StringComparison.Ordinal);
        Assert.Equal(story.Time("2026-03-09 10:00"), story.At("2026-03-05 10:00").NextChange);
        Assert.StartsWith("once", story.At("2026-03-09 10:00").Items.Single().Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Late_responses_and_cases_can_be_watched()
    {
        new Story(Bare.WithRules(Reply, Watch("slow", WatchMetric.LateResponses, null, "30d", 1)))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Mail("b", "2026-03-02 15:00", Ana, Jane)
            .Expect("2026-03-02 14:00", "reply t open")
            .Expect("2026-03-02 16:00", $"slow {Jane} open opened=2026-03-02T14:00");
        new Story(Bare.WithRules(Watch("cases", WatchMetric.Case, "complaint", "30d", 2)))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1", "complaint")
            .Mail("b", "2026-03-03 10:00", Jane, Ana, "t2", "complaint")
            .Expect("2026-03-02 12:00")
            .Expect("2026-03-03 10:00", $"cases {Jane} open");
    }
}
