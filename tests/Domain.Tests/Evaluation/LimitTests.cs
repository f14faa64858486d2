using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What keeps us from writing to them, and who is asked.</summary>
public sealed class LimitTests
{
    private static readonly Rule[] Both = [Reply, Customers];

    private static Story Due(params Limit[] limits) =>
        new Story(Bare.WithRules(Both).WithLimits(limits)).Mail("a", "2026-02-02 10:00", Ana, Jane, "t1");

    [Fact]
    public void Somebody_on_the_list_is_never_written_to_but_gets_an_answer() =>
        Due(DoNotContact("never", addresses: [Jane]))
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2")
            .Expect("2026-03-02 11:00", "reply t2 open")
            .Expect("2026-04-10 10:00", $"customers {Jane} suppressed by=never until=null", "reply t2 overdue");

    [Fact]
    public void Nothing_is_asked_about_somebody_who_has_left_unless_that_is_taken_back() =>
        Due()
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2")
            .Command("2026-03-02 10:30", "retire", about: "QUESTION", contact: Jane)
            .Expect("2026-03-02 11:00", "reply t2 open")
            .Expect("2026-04-10 10:00", $"customers {Jane} suppressed by=retired until=null", "reply t2 overdue")
            .Command("2026-04-10 10:30", "undo", undoes: "command-2")
            .Expect("2026-04-10 11:00", $"customers {Jane} open", "reply t2 overdue");

    [Fact]
    public void Whoever_follows_somebody_who_has_left_is_to_hear_from_us() =>
        new Story(Bare.WithRules(Reply))
            .Command("2026-03-03 10:00", "follow-up", contact: John, other: Jane, to: "bob", rule: "successor")
            .Expect("2026-03-03 11:00", $"successor {John} open opened=2026-03-03T10:00 due=2026-03-05T17:00 owner=bob")
            .Mail("a", "2026-03-04 10:00", Bob, John, "t")
            .Expect("2026-03-04 11:00");

    [Fact]
    public void Two_addresses_are_one_person_once_one_of_us_says_so_and_for_as_long()
    {
        const string New = "jane@oak.example";
        new Story(Bare.WithRules(Both))
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-03-02 10:00", New, Ana, "t2")
            .Mail("c", "2026-03-02 11:00", Ana, Jane, "t2")
            .Expect("2026-03-03 16:00", "reply t2 overdue")
            .Command("2026-03-03 16:05", "same", contact: Jane, other: New)
            .Expect("2026-03-03 16:10")
            .Command("2026-03-03 16:15", "undo", undoes: "command-3")
            .Expect("2026-03-03 16:20", "reply t2 overdue");
    }

    [Fact]
    public void The_list_covers_subdomains_and_tags_and_not_other_names()
    {
        Due(DoNotContact("never", domains: ["acme.example"])).Expect("2026-03-05 10:00", $"customers {Jane} suppressed");
        Due(DoNotContact("never", domains: ["me.example"])).Expect("2026-03-05 10:00", $"customers {Jane} open");
        Due(DoNotContact("never", tags: ["dnc"]))
            .Command("2026-03-01 10:00", "tag", contact: Jane, tag: "dnc")
            .Expect("2026-03-05 10:00", $"customers {Jane} suppressed by=never until=null")
            .Command("2026-03-10 18:00", "untag", contact: Jane, tag: "dnc")
            .Expect("2026-03-11 10:00", $"customers {Jane} open opened=2026-03-11T09:00 due=2026-03-18T17:00");
    }

    [Fact]
    public void A_blackout_holds_its_local_dates_and_is_rolled_to_the_next_morning() =>
        Due(Blackout("closed", "2026-03-04", "2026-03-06"))
            .Expect("2026-03-04 09:00", $"customers {Jane} suppressed by=closed until=2026-03-09T09:00")
            .Expect("2026-03-07 10:00", $"customers {Jane} suppressed by=closed until=2026-03-09T09:00")
            .Expect("2026-03-09 09:00", $"customers {Jane} open opened=2026-03-09T09:00");

    [Fact]
    public void A_hold_that_ended_before_the_item_opened_does_not_move_it() =>
        Due(Blackout("closed", "2026-03-02", "2026-03-03")).Expect("2026-03-05 09:00", $"customers {Jane} open opened=2026-03-04T09:00");

    [Fact]
    public void The_first_limit_of_the_table_is_named() =>
        Due(Cap("gentle", 0, "7d"), Blackout("closed", "2026-03-04", "2026-03-06"), DoNotContact("never", addresses: [Jane]))
            .Expect("2026-03-05 10:00", $"customers {Jane} suppressed by=never until=null");

    [Fact]
    public void A_limit_that_is_observed_or_excepts_the_rule_or_is_for_other_kinds_or_contacts_does_not_hold()
    {
        Due(DoNotContact("never", addresses: [Jane]) with { Mode = Mode.Observe }).Expect("2026-03-05 10:00", $"customers {Jane} open");
        Due(DoNotContact("never", addresses: [Jane]) with { Except = ["customers"] }).Expect("2026-03-05 10:00", $"customers {Jane} open");
        Due(DoNotContact("never", addresses: [Jane]) with { AppliesTo = [RuleKind.Chase] })
            .Expect("2026-03-05 10:00", $"customers {Jane} open");
        Due(DoNotContact("never", addresses: [Jane]) with { When = Segment("prospect") })
            .Expect("2026-03-05 10:00", $"customers {Jane} open");
    }

    [Fact]
    public void A_cooldown_per_contact_leaves_the_colleague_alone() =>
        new Story(Bare.WithRules(Customers).WithLimits(Cooldown("cool", "complaint", "14d")))
            .Mail("a", "2026-02-02 10:00", Ana, John, "t1")
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2", "complaint")
            .Expect("2026-03-05 10:00", $"customers {John} open");

    [Fact]
    public void A_mail_to_three_of_an_organisation_is_one_contact_with_it() =>
        new Story(Bare.WithRules(Customers).WithLimits(Cap("firm", 2, "30d", Per.Organisation)))
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Mail("b", "2026-02-20 10:00", Ana, $"{John} x@acme.example y@acme.example", "t2")
            .Expect("2026-03-04 10:00", $"customers {Jane} open");

    [Fact]
    public void What_they_asked_for_does_not_count_unless_all_does()
    {
        Story Answered(CapLimit cap) =>
            new Story(Bare.WithRules(Waiting).WithLimits(cap))
                .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1")
                .Mail("b", "2026-03-02 11:00", Ana, Jane, "t1", "Is this it?")
                .Mail("c", "2026-03-02 12:00", Ana, Jane, "t1", "Attached, sorry");
        Answered(Cap("gentle", 1, "7d")).Expect("2026-03-05 09:00", "waiting t1 open");
        Answered(Cap("gentle", 1, "7d") with { CountsAll = true })
            .Expect("2026-03-05 09:00", "waiting t1 suppressed by=gentle until=2026-03-09T11:00");
    }

    [Fact]
    public void An_answer_to_a_thank_you_is_not_asked_for() =>
        new Story(Bare.WithRules(Waiting).WithLimits(Cap("gentle", 1, "7d")))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1", ack: true)
            .Mail("b", "2026-03-02 11:00", Ana, Jane, "t1", "More?")
            .Expect("2026-03-05 09:00", "waiting t1 suppressed by=gentle");

    [Fact]
    public void A_mailing_counts_and_so_does_a_meeting_of_ours_where_meetings_do()
    {
        Due(Cap("gentle", 1, "7d"))
            .Mail("b", "2026-03-03 10:00", Ana, Jane, "t2", type: InteractionClass.Mass)
            .Expect("2026-03-04 09:00", $"customers {Jane} suppressed by=gentle until=2026-03-10T10:00");
        var story = new Story(
            Bare.WithRules(FollowUp("recap", FollowUpEvent.MeetingHeld))
                .WithLimits(Cap("gentle", 1, "7d") with { CountsEmail = false, CountsMeetings = true }));
        story
            .Meeting("m", "2026-03-02 10:00", "2026-03-02 11:00", $"{Ana} {Jane}")
            .Meeting("n", "2026-03-02 10:00", "2026-03-02 11:00", $"{Li} {Ana}")
            .Expect("2026-03-02 12:00", "recap m suppressed by=gentle until=2026-03-09T10:00", "recap n open");
    }

    [Fact]
    public void A_contact_counts_until_the_window_has_passed_and_not_at_its_end() =>
        Due(Cap("gentle", 1, "2d"))
            .Mail("b", "2026-03-03 10:00", Ana, Jane, "t2", type: InteractionClass.Mass)
            .Expect("2026-03-05 09:59", $"customers {Jane} suppressed")
            .Expect("2026-03-05 10:00", $"customers {Jane} open opened=2026-03-05T10:00");

    [Fact]
    public void A_contact_that_comes_as_another_leaves_the_window_fills_no_cap() =>
        Due(Cap("gentle", 2, "2d"))
            .Mail("b", "2026-03-03 10:00", Ana, Jane, "t2", type: InteractionClass.Mass)
            .Mail("c", "2026-03-05 10:00", Ana, Jane, "t3", type: InteractionClass.Mass)
            .Expect("2026-03-05 11:00", $"customers {Jane} open opened=2026-03-04T09:00");

    [Fact]
    public void Of_several_items_the_most_important_take_the_slots_and_losing_one_restarts_nothing()
    {
        var policy = Bare.WithRules(
                FollowUp("recap", FollowUpEvent.MeetingHeld) with
                {
                    ExpireAfter = null,
                },
                Date("birthdays", "birthday", "3d"),
                Waiting)
            .WithLimits(Cap("gentle", 2, "3d"));
        var story = new Story(policy)
            .Mail("a", "2026-03-05 10:00", Ana, Jane, "t1", "Well?")
            .Meeting("m", "2026-03-05 09:00", "2026-03-05 09:30", $"{Ana} {Jane}", seen: "2026-03-13 09:00");
        story.Expect("2026-03-12 10:00", "waiting t1 open", $"birthdays {Jane} open opened=2026-03-12T09:00");
        story
            .Command("2026-03-12 11:00", "snooze", "t1", until: "2026-03-13 12:00")
            .Expect("2026-03-12 12:00", "waiting t1 snoozed", $"birthdays {Jane} open");
    }

    [Fact]
    public void A_higher_priority_wins_the_slot_and_the_older_item_wins_among_equals()
    {
        var policy = Bare.WithRules(Waiting, Waiting with { Name = "never", When = Sender("nobody@x.example") })
            .WithLimits(Cap("gentle", 1, "1d"));
        new Story(policy)
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Well?")
            .Mail("b", "2026-03-03 10:00", Ana, Jane, "t2", "Well?")
            .Expect("2026-03-09 10:00", "waiting t1 open", "waiting t2 suppressed by=gentle until=null opened=2026-03-06T09:00");
    }

    [Fact]
    public void What_is_used_up_leaves_fewer_slots()
    {
        var story = new Story(Bare.WithRules(Waiting).WithLimits(Cap("gentle", 2, "5d")))
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Well?")
            .Mail("b", "2026-03-03 10:00", Ana, Jane, "t2", "Well?");
        story.Expect("2026-03-09 10:00", "waiting t1 open", "waiting t2 open");
        story
            .Mail("c", "2026-03-09 11:00", Ana, Jane, "t3", type: InteractionClass.Mass)
            .Expect("2026-03-09 12:00", "waiting t1 open", "waiting t2 suppressed by=gentle until=null");
    }

    [Fact]
    public void A_snooze_ends_with_their_next_mail_and_a_later_one_replaces_it()
    {
        Story Snoozed() =>
            new Story(Bare.WithRules(Waiting))
                .Mail("a", "2026-03-02 10:00", Ana, Jane, "t1", "Well?")
                .Command("2026-03-05 10:00", "snooze", "t1", until: "2026-03-20 18:30");
        Snoozed()
            .Expect("2026-03-06 10:00", "waiting t1 snoozed by=snooze until=2026-03-20T18:30")
            .Expect("2026-03-20 18:30", "waiting t1 open opened=2026-03-20T18:30");
        Snoozed().Mail("b", "2026-03-09 10:00", Jane, Ana, "t2").Expect("2026-03-09 11:00", "waiting t1 open opened=2026-03-09T10:00");
        Snoozed()
            .Command("2026-03-06 10:00", "snooze", "t1", until: "2026-03-10 10:00")
            .Expect("2026-03-09 10:00", "waiting t1 snoozed until=2026-03-10T10:00");
    }

    [Fact]
    public void A_snoozed_promise_is_only_hidden()
    {
        var item = new Story(Bare.WithRules(Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "snooze", "t", until: "2026-03-05 10:00")
            .At("2026-03-03 10:00")
            .Items.Single();
        Assert.Equal((ItemState.Overdue, true), (item.State, item.HiddenUntil is not null));
    }

    [Fact]
    public void A_booked_meeting_holds_only_within_fourteen_days_and_a_cancelled_one_lets_go()
    {
        Due()
            .Meeting("m", "2026-03-24 10:00", "2026-03-24 11:00", $"{Ana} {Jane}", seen: "2026-03-01 10:00")
            .Expect("2026-03-10 09:59", $"customers {Jane} open opened=2026-03-04T09:00")
            .Expect("2026-03-10 10:00", $"customers {Jane} suppressed by=meeting_booked until=2026-03-24T11:00");
        Due()
            .Meeting("m", "2026-03-12 10:00", "2026-03-12 11:00", $"{Ana} {Jane}", seen: "2026-03-01 10:00", cancelled: "2026-03-09 12:00")
            .Expect("2026-03-09 11:00", $"customers {Jane} suppressed by=meeting_booked")
            .Expect("2026-03-09 12:00", $"customers {Jane} open opened=2026-03-09T12:00 due=2026-03-16T17:00");
    }

    [Fact]
    public void Covers_cover_for_each_other_until_somebody_is_there()
    {
        var policy = Bare.WithPeople(
                Person("ana", "dana", away: Away("2026-03-02", "2026-03-06", "bob")),
                Person("bob", "dana", away: Away("2026-03-04", "2026-03-04", "dana")),
                Person("dana"))
            .WithRules(Reply with { Within = Length("5bd") });
        new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Expect("2026-03-03 10:00", "reply t open owner=bob")
            .Expect("2026-03-04 00:00", "reply t open owner=dana")
            .Expect("2026-03-05 00:00", "reply t open owner=bob")
            .Expect("2026-03-07 00:00", "reply t open owner=ana due=2026-03-09T17:00");
    }

    [Fact]
    public void Whoever_left_without_successor_is_followed_by_the_manager()
    {
        var policy = (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.ThePerson("bob"), false, Here)] })
            .WithPeople(Person("ana"), Person("bob", "dana", left: "2026-03-03"), Person("dana"))
            .WithRules(Reply with { Within = Length("5bd") });
        new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Expect("2026-03-02 23:59", "reply t open owner=bob")
            .Expect("2026-03-03 00:00", "reply t open owner=dana");
    }

    [Fact]
    public void The_first_entry_that_yields_somebody_assigns()
    {
        AssignEntry[] assign =
        [
            new(1, Tagged("vip"), new OwnerChoice.TeamLead("support"), false, Here),
            new(2, null, new OwnerChoice.FirstContact(), true, Here),
            new(3, null, new OwnerChoice.ThePerson("bob"), false, Here),
        ];
        Story Story() => new Story((Bare with { Assign = assign }).WithRules(Reply)).Mail("z", "2026-03-02 12:00", Jane, Ana, "t9");
        Story().Expect("2026-03-02 12:30", "reply t9 open owner=bob");
        Story()
            .Mail("a", "2026-02-02 10:00", "dana@us.example", John, "t1")
            .Mail("b", "2026-02-03 10:00", Ana, Jane, "t2")
            .Expect("2026-03-02 12:30", "reply t9 open owner=dana");
        Story()
            .Mail("a", "2026-02-02 10:00", "support@us.example", John, "t1")
            .Mail("b", "2026-02-03 10:00", Ana, Jane, "t2")
            .Expect("2026-03-02 12:30", "reply t9 open owner=bob");
        Story()
            .Command("2026-02-02 10:00", "tag", contact: Jane, tag: "vip")
            .Mail("b", "2026-02-03 10:00", Ana, Jane, "t2")
            .Expect("2026-03-02 12:30", "reply t9 open owner=dana");
    }

    [Fact]
    public void Last_contact_follows_whoever_wrote_met_or_called_last()
    {
        var policy = (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.LastContact(), false, Here)] }).WithRules(Reply);
        new Story(policy)
            .Mail("a", "2026-02-02 10:00", Ana, Jane, "t1")
            .Command("2026-02-10 10:00", "called", contact: Jane, from: Bob)
            .Mail("z", "2026-03-02 12:00", Jane, Ana, "t9")
            .Expect("2026-03-02 12:30", "reply t9 open owner=bob");
    }

    [Fact]
    public void Steps_name_whom_they_tell_and_nobody_there_means_the_default_owner()
    {
        var rule = Reply with { Escalate = [Step("0m", "owner"), Step("1h", "manager"), Step("2h", "lead"), Step("3h", "bob")] };
        var item = new Story(
            (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.ThePerson("dana"), false, Here)] }).WithRules(rule))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .At("2026-03-02 16:30")
            .Items.Single();
        Assert.Equal(["dana", "ana", "dana", "bob"], item.Steps.Select(s => s.To));
        Assert.Equal(3, item.Level);
    }
}
