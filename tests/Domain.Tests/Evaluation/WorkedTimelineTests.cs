using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>The 25 rows of the specification, in its order.</summary>
public sealed class WorkedTimelineTests
{
    private static Story Story => new(Worked.Policy);

    private static Story JaneAsks(string at = "2026-03-02 10:00") => Story.Mail("a", at, Jane, Ana, text: "Where is it?");

    [Fact]
    public void W01_a_mail_opens_an_item_at_once() =>
        JaneAsks().Expect("2026-03-02 13:00", "reply t open opened=2026-03-02T10:00 due=2026-03-02T14:00 owner=ana level=0");

    [Fact]
    public void W02_over_night_and_exactly_at_the_boundary() =>
        JaneAsks("2026-03-02 16:00")
            .Expect("2026-03-03 12:00", "reply t open due=2026-03-03T12:00 level=0")
            .Expect("2026-03-03 12:01", "reply t overdue level=1")
            .Expect("2026-03-03 15:59", "reply t overdue level=1")
            .Expect("2026-03-03 16:00", "reply t overdue level=2");

    [Fact]
    public void W03_a_weekend_does_not_count() =>
        JaneAsks("2026-03-07 11:00").Expect("2026-03-08 12:00", "reply t open opened=2026-03-07T11:00 due=2026-03-09T13:00");

    [Fact]
    public void W04_nor_do_holidays() => JaneAsks("2026-04-02 16:00").Expect("2026-04-05 12:00", "reply t open due=2026-04-07T12:00");

    [Fact]
    public void W05_a_day_and_24_hours_differ_when_the_clocks_change() =>
        new Story(
            Bare.WithRules(
                Respond("x", "24h", when: Sender("x@acme.example")),
                Respond("y", "1d", when: Sender("y@acme.example")),
                Respond("z", "4bh")))
            .Mail("a", "2026-03-28 10:00", "x@acme.example", Ana, "tx")
            .Mail("b", "2026-03-28 10:00", "y@acme.example", Ana, "ty")
            .Mail("c", "2026-03-28 10:00", "z@acme.example", Ana, "tz")
            .Expect(
                "2026-03-28 12:00",
                "x tx open due=2026-03-29T11:00",
                "y ty open due=2026-03-29T10:00",
                "z tz open due=2026-03-30T13:00");

    [Fact]
    public void W06_automatic_and_internal_mail_answers_nothing() =>
        JaneAsks()
            .Mail("b", "2026-03-02 10:01", Ana, Jane, type: InteractionClass.Auto)
            .Mail("c", "2026-03-02 11:00", Ana, Bob)
            .Mail("d", "2026-03-02 11:30", Bob, Ana, text: "Will do")
            .Expect("2026-03-02 15:00", "reply t overdue due=2026-03-02T14:00 level=1");

    [Fact]
    public void W07_a_case_pauses_while_they_owe_us_an_answer() =>
        Story
            .Mail("a", "2026-03-02 10:00", Jane, Ana, text: "This is a complaint.")
            .Mail("b", "2026-03-02 12:00", Ana, Jane, text: "Which batch number is it?")
            .Mail("c", "2026-03-04 09:00", Jane, Ana, text: "Batch 77")
            .Expect("2026-03-03 12:00", "complaint-fix t paused due=null")
            .Expect(
                "2026-03-04 10:00",
                "complaint-fix t open opened=2026-03-02T10:00 due=2026-03-05T15:00",
                "reply t open opened=2026-03-04T09:00 due=2026-03-04T17:00");

    [Fact]
    public void W08_a_colleague_may_answer() =>
        JaneAsks()
            .Mail("b", "2026-03-02 13:00", Bob, Jane, cc: Ana)
            .Expect("2026-03-02 15:00")
            .ExpectClosed("2026-03-02 15:00", "reply", "t", ItemClosing.Met, "2026-03-02 13:00");

    [Fact]
    public void W09_impatience_does_not_restart_the_clock() =>
        JaneAsks()
            .Mail("b", "2026-03-02 12:00", Jane, Ana, text: "Any news?")
            .Expect("2026-03-02 13:30", "reply t open opened=2026-03-02T10:00 due=2026-03-02T14:00");

    [Fact]
    public void W10_a_reopened_thread_counts_from_the_new_mail() =>
        JaneAsks().Mail("b", "2026-03-02 11:00", Ana, Jane).Mail("c", "2026-03-04 09:30", Jane, Ana, text: "One more thing")
            .Expect("2026-03-04 16:00", "reply t open opened=2026-03-04T09:30 due=2026-03-05T09:30");

    [Fact]
    public void W11_thanks_ask_for_nothing() =>
        JaneAsks().Mail("b", "2026-03-02 11:00", Ana, Jane).Mail("c", "2026-03-02 11:30", Jane, Ana, ack: true).Expect("2026-03-02 16:00");

    [Fact]
    public void W12_thanks_but_asks() =>
        JaneAsks().Mail("b", "2026-03-02 11:00", Ana, Jane).Mail("c", "2026-03-02 11:30", Jane, Ana, text: "Thanks, but it still fails.")
            .Expect("2026-03-02 16:00", "reply t open opened=2026-03-02T11:30 due=2026-03-03T11:30");

    [Fact]
    public void W13_our_reply_seen_late_withdraws_the_item() =>
        JaneAsks().Mail("b", "2026-03-02 11:00", Bob, Jane, seen: "2026-03-02 16:00")
            .Expect("2026-03-02 15:00", "reply t overdue level=1").Expect("2026-03-02 16:30")
            .ExpectClosed("2026-03-02 16:30", "reply", "t", ItemClosing.Met, "2026-03-02 11:00");

    [Fact]
    public void W14_their_mail_seen_late_is_late_from_when_it_was_sent() =>
        Story.Mail("a", "2026-03-02 10:00", Jane, Ana, seen: "2026-03-03 10:00").Expect("2026-03-02 18:00")
            .Expect("2026-03-03 10:05", "reply t overdue opened=2026-03-02T10:00 due=2026-03-02T14:00 level=2");

    [Fact]
    public void W15_a_bounced_answer_is_no_answer() =>
        JaneAsks()
            .Mail("b", "2026-03-02 11:00", Ana, Jane)
            .Bounce("b", "2026-03-02 11:01")
            .Expect("2026-03-02 12:00", "reply t open due=2026-03-02T14:00");

    [Fact]
    public void W16_an_out_of_office_does_not_end_a_chase() =>
        Story
            .Mail("a", "2026-03-02 15:00", Ana, Jane, text: "Could you send the drawings?")
            .Mail("b", "2026-03-02 15:01", Jane, Ana, type: InteractionClass.Auto)
            .Expect("2026-03-04 18:00")
            .Expect("2026-03-05 09:00", "waiting t open opened=2026-03-05T09:00 due=2026-03-09T17:00");

    [Fact]
    public void W17_chasers_run_out() =>
        Story
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Could you send it?")
            .Mail("b", "2026-03-05 10:00", Ana, Jane, text: "Any luck?")
            .Mail("c", "2026-03-05 10:20", Ana, Jane, text: "Attachment this time, sorry")
            .Mail("d", "2026-03-10 10:00", Ana, Jane, text: "Last try")
            .Expect("2026-03-10 09:30", "waiting t open opened=2026-03-10T09:00")
            .Expect("2026-03-20 12:00")
            .ExpectClosed("2026-03-20 12:00", "waiting", "t", ItemClosing.Expired, "2026-03-10 10:00");

    [Fact]
    public void W18_a_meeting_is_a_contact() =>
        Story.Mail("a", "2026-02-02 10:00", Ana, Jane).Meeting("m", "2026-02-16 14:00", "2026-02-16 15:00", $"{Ana} {Jane}")
            .Expect("2026-03-10 12:00").Expect("2026-03-18 09:00", $"customers {Jane} open due=2026-03-25T17:00");

    [Fact]
    public void W19_a_declined_meeting_is_none_and_a_booked_one_holds() =>
        Story.Mail("a", "2026-02-02 10:00", Ana, Jane).Meeting("m", "2026-02-16 14:00", "2026-02-16 15:00", $"{Ana} -{Jane}")
            .Meeting("n", "2026-03-12 10:00", "2026-03-12 11:00", $"{Ana} {Jane}", seen: "2026-03-05 09:00")
            .Expect("2026-03-04 12:00", $"customers {Jane} open opened=2026-03-04T09:00")
            .Expect("2026-03-05 12:00", $"customers {Jane} suppressed by=meeting_booked until=2026-03-12T11:00").Expect("2026-03-12 11:00");

    [Fact]
    public void W20_a_cap_holds_and_its_release_restarts_the_clock() =>
        Story
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Our spring catalogue.")
            .Mail("b", "2026-03-04 10:00", Ana, Jane, "t2", "Could you send the drawings?")
            .Expect("2026-03-09 09:30", "waiting t2 suppressed by=gentle until=2026-03-09T10:00")
            .Expect("2026-03-09 10:30", "waiting t2 open opened=2026-03-09T10:00 due=2026-03-11T17:00");

    [Fact]
    public void W21_two_items_compete_for_one_slot() =>
        new Story(
            Bare.WithRules(FollowUp("recap", FollowUpEvent.MeetingHeld, "1bd"), Date("birthdays", "birthday", "3d"))
                .WithLimits(Cap("gentle", 1, "7d")))
            .Meeting("m", "2026-03-10 10:00", "2026-03-10 11:00", $"{Ana} {Jane}")
            .Mail("a", "2026-03-12 11:00", Ana, Jane, text: "Notes from Tuesday, and an early happy birthday.")
            .Expect(
                "2026-03-12 10:00", "recap m overdue opened=2026-03-10T11:00 due=2026-03-11T17:00",
                $"birthdays {Jane} suppressed opened=2026-03-12T09:00 by=gentle until=null")
            .Expect("2026-03-12 12:00");

    [Fact]
    public void W22_a_complaint_cools_the_whole_organisation_down() =>
        Story
            .Mail("a", "2026-02-02 10:00", Ana, John, "t1")
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2", "This is unacceptable.")
            .Mail("c", "2026-03-02 12:00", Ana, Jane, "t2")
            .Expect("2026-03-05 10:00", $"customers {John} suppressed by=after-complaint until=null", "complaint-fix t2 paused")
            .Expect("2026-03-13 10:00", $"customers {John} suppressed by=after-complaint until=2026-03-26T12:00")
            .ExpectClosed("2026-03-13 10:00", "complaint-fix", "t2", ItemClosing.Met, "2026-03-12 12:00")
            .Expect("2026-03-26 13:00", $"customers {John} open opened=2026-03-26T12:00 due=2026-04-02T17:00");

    [Fact]
    public void W23_merged_addresses_are_one_person() =>
        Story
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-02-20 18:00", "jane.private@mail.example", Ana, "t2")
            .Mail("c", "2026-02-20 18:30", Ana, Jane, "t2")
            .Expect("2026-03-10 12:00")
            .Expect("2026-03-23 09:00", $"customers {Jane} open");

    [Fact]
    public void W24_a_snooze_holds_initiatives_but_not_promises() =>
        Story
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1", "Where is it?")
            .Mail("b", "2026-03-02 15:00", Ana, Li, "t2", "Did it arrive?")
            .Command("2026-03-02 15:30", "snooze", "t1", until: "2026-03-09 09:00")
            .Command("2026-03-05 09:30", "snooze", "t2", until: "2026-03-10 12:00")
            .Expect(
                "2026-03-06 10:00",
                "reply t1 overdue due=2026-03-02T14:00 level=2",
                "waiting t2 snoozed by=snooze until=2026-03-10T12:00")
            .Expect(
                "2026-03-10 12:00",
                "reply t1 overdue due=2026-03-02T14:00 level=2",
                "waiting t2 open opened=2026-03-10T12:00 due=2026-03-12T17:00");

    [Fact]
    public void W25_a_successor_takes_over_and_introduces_themselves() =>
        new Story(
            (
                Bare with
                {
                    Assign = [new AssignEntry(1, new Condition.InDomain(["beta.example"]), new OwnerChoice.ThePerson("bob"), false, Here)],
                })
                .WithPeople(Person("ana", "dana"), Person("bob", "dana", left: "2026-03-09", successor: "ana"), Person("dana"))
                .WithRules(Respond("reply", "4bh"), Handover("introduce")))
            .Mail("a", "2026-02-10 10:00", Bob, Li, "t1")
            .Mail("b", "2026-03-06 16:00", Li, Bob, "t2")
            .Mail("c", "2026-03-09 11:00", Ana, Li, "t2")
            .Expect("2026-03-06 16:30", "reply t2 open owner=bob")
            .Expect(
                "2026-03-09 10:00",
                "reply t2 open owner=ana due=2026-03-09T12:00",
                $"introduce {Li} open owner=ana opened=2026-03-09T09:00 due=2026-03-23T17:00")
            .Expect("2026-03-09 11:30");
}
