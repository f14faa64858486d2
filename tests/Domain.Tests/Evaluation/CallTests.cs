using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Calls of a telephone system: what they answer, end, count as, and when one is to be returned.</summary>
public sealed class CallTests
{
    private const string JanesTelephone = "tel:+35312345678";
    private const string Desk = "tel:+35312000000";
    private const string Unknown = "tel:+4930123456";

    private static readonly RespondRule Return = Respond("reply", "2bh") with { MissedCalls = true };

    private static CompanyPolicy Telephoned => Bare with
    {
        Contacts =
        [
            .. Bare.Contacts.Select(contact => contact with { Telephones = [Number("+35312345678"), Number("+35312000000")] }),
            new ContactEntry(Address(John), Here) { Telephones = [Number("+35312000000")] },
        ],
        People = [.. Bare.People.Select(one => one.Id == "ana" ? one with { Telephones = [EmailAddress.FromTelephone("101")] } : one)],
    };

    [Theory]
    [InlineData(29, "reply t overdue")]
    [InlineData(30, "")]
    public void A_call_answers_a_mail_from_thirty_seconds_on(int seconds, string expected) =>
        new Story(Bare.WithRules(Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Call("k", "2026-03-02 11:00", Ana, Jane, seconds)
            .Expect("2026-03-02 16:00", expected.Length == 0 ? [] : [expected]);

    [Fact]
    public void A_call_of_theirs_that_we_take_answers_as_well_once_it_is_over()
    {
        var story = new Story(Bare.WithRules(Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Call("k", "2026-03-02 11:00", Jane, Ana, 600);
        story.Expect("2026-03-02 11:09", "reply t open");
        story.Expect("2026-03-02 11:10");
        story.ExpectClosed("2026-03-02 11:10", "reply", "t", ItemClosing.Met, "2026-03-02 11:00");
    }

    [Fact]
    public void Calls_answer_no_mail_where_the_rule_says_so_but_what_a_colleague_says_of_a_call_does()
    {
        new Story(Bare.WithRules(Reply with { CallsAnswer = false }))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Call("k", "2026-03-02 11:00", Ana, Jane, 600)
            .Expect("2026-03-02 12:00", "reply t open");
        new Story(Bare.WithRules(Reply with { CallsAnswer = false }))
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Command("2026-03-02 11:00", "called", "t")
            .Expect("2026-03-02 12:00");
    }

    [Fact]
    public void A_call_before_the_mail_answers_nothing() =>
        new Story(Bare.WithRules(Reply))
            .Call("k", "2026-03-02 09:30", Ana, Jane, 3600)
            .Mail("a", "2026-03-02 10:00", Jane, Ana)
            .Expect("2026-03-02 11:00", "reply t open");

    [Fact]
    public void A_call_ends_a_chase_and_restarts_an_interval()
    {
        new Story(Bare.WithRules(Waiting))
            .Mail("a", "2026-03-02 15:00", Ana, Jane, text: "Could you send the drawings?")
            .Call("k", "2026-03-03 10:00", Jane, Ana, 60)
            .Expect("2026-03-06 10:00");
        new Story(Bare.WithRules(StayInTouch("customers", "30d", Segment("customer")) with { Counts = Counts.Ours }))
            .Mail("a", "2026-02-02 10:00", Ana, Jane)
            .Call("k", "2026-02-20 10:00", Jane, Ana, 60)
            .Expect("2026-03-10 10:00")
            .Expect("2026-03-24 10:00", "customers jane@acme.example open");
    }

    [Fact]
    public void A_missed_call_is_to_be_returned_in_business_time()
    {
        var story = new Story(Bare.WithRules(Return)).Call("k", "2026-03-02 16:30", Jane, Ana, 0);
        story.Expect("2026-03-02 16:31", "reply jane@acme.example open opened=2026-03-02T16:30 due=2026-03-03T10:30");
        story.Expect("2026-03-03 11:00", "reply jane@acme.example overdue");
    }

    [Theory]
    [InlineData("call")]
    [InlineData("their call")]
    [InlineData("mail")]
    [InlineData("meeting")]
    [InlineData("called")]
    public void A_missed_call_is_closed_by_a_call_a_mail_or_a_meeting(string how)
    {
        var story = new Story(Bare.WithRules(Return with { CallsAnswer = false })).Call("k", "2026-03-02 10:00", Jane, Ana, 0);
        _ = how switch
        {
            "call" => story.Call("m", "2026-03-02 11:00", Bob, Jane, 45),
            "their call" => story.Call("m", "2026-03-02 11:00", Jane, Bob, 45),
            "mail" => story.Mail("m", "2026-03-02 11:00", Ana, Jane),
            "meeting" => story.Meeting("m", "2026-03-02 11:00", "2026-03-02 11:30", $"{Ana} {Jane}"),
            _ => story.Command("2026-03-02 11:00", "called", contact: Jane),
        };
        story.Expect("2026-03-02 11:40");
        story.ExpectClosed("2026-03-02 11:40", "reply", Jane, ItemClosing.Met, "2026-03-02 11:00");
    }

    [Fact]
    public void A_call_back_that_nobody_answers_closes_nothing() =>
        new Story(Bare.WithRules(Return))
            .Call("k", "2026-03-02 10:00", Jane, Ana, 0)
            .Call("m", "2026-03-02 11:00", Ana, Jane, 0)
            .Call("n", "2026-03-02 11:05", Ana, Jane, 12)
            .Expect("2026-03-02 11:30", "reply jane@acme.example open");

    [Fact]
    public void Who_calls_several_times_is_on_the_list_once_since_the_first()
    {
        var story = new Story(Bare.WithRules(Return))
            .Call("k", "2026-03-02 10:00", Jane, Ana, 0)
            .Call("l", "2026-03-02 10:30", "jane.private@mail.example", Bob, 0);
        story.Expect("2026-03-02 11:00", "reply jane@acme.example open opened=2026-03-02T10:00");
        story.Mail("m", "2026-03-02 11:10", Ana, Jane).Expect("2026-03-02 11:30");
    }

    [Fact]
    public void A_missed_call_asks_for_nothing_without_the_key_and_by_rules_whose_condition_does_not_hold()
    {
        new Story(Bare.WithRules(Reply)).Call("k", "2026-03-02 10:00", Jane, Ana, 0).Expect("2026-03-02 11:00");
        new Story(Bare.WithRules(Return with { When = Segment("prospect") }))
            .Call("k", "2026-03-02 10:00", Jane, Ana, 0)
            .Call("l", "2026-03-02 10:00", "kim@new.example", Ana, 0)
            .Expect("2026-03-02 11:00", "reply kim@new.example open");
        new Story(Bare.WithRules(Return with { When = HasMarker("complaint") }))
            .Call("k", "2026-03-02 10:00", Jane, Ana, 0)
            .Expect("2026-03-02 11:00");
    }

    [Fact]
    public void The_first_rule_that_takes_missed_calls_is_the_one() =>
        new Story(Bare.WithRules(Respond("mails", "1bh"), Respond("vip", "1bh", when: Tagged("vip")) with { MissedCalls = true }, Return))
            .Call("k", "2026-03-02 10:00", Jane, Ana, 0)
            .Expect("2026-03-02 10:30", "reply jane@acme.example open");

    [Fact]
    public void A_missed_call_of_ours_or_of_before_the_start_asks_for_nothing() =>
        new Story(Bare.WithRules(Return))
            .Call("k", "2026-03-02 10:00", Ana, Jane, 0)
            .Call("l", "2025-12-30 10:00", Jane, Ana, 0)
            .Expect("2026-03-02 11:00");

    [Fact]
    public void A_telephone_is_whoever_alone_has_it() =>
        new Story(Telephoned.WithRules(Return))
            .Call("k", "2026-03-02 10:00", JanesTelephone, "tel:101", 0)
            .Expect("2026-03-02 11:00", "reply jane@acme.example open")
            .Mail("m", "2026-03-02 11:10", Ana, Jane)
            .Expect("2026-03-02 11:30");

    [Fact]
    public void A_telephone_that_several_people_have_is_their_organisations()
    {
        var firm = StayInTouch("firm", "30d", Segment("customer")) with { Per = Per.Organisation };
        new Story(Telephoned.WithRules(firm))
            .Mail("a", "2026-02-02 10:00", Ana, Jane)
            .Call("k", "2026-02-20 10:00", "tel:101", Desk, 60)
            .Expect("2026-03-10 10:00");
        new Story(Telephoned.WithRules(firm with { Per = Per.Contact }))
            .Mail("a", "2026-02-02 10:00", Ana, Jane)
            .Call("k", "2026-02-20 10:00", "tel:101", Desk, 60)
            .Expect("2026-03-10 10:00", "firm jane@acme.example open");
    }

    [Fact]
    public void A_telephone_nobody_is_known_by_is_a_contact_of_its_own() =>
        new Story(Telephoned.WithRules(Return))
            .Call("k", "2026-03-02 10:00", Unknown, "tel:101", 0)
            .Expect("2026-03-02 11:00", $"reply {Unknown} open")
            .Call("m", "2026-03-02 11:10", "tel:101", Unknown, 31)
            .Expect("2026-03-02 11:30");

    [Fact]
    public void Who_called_is_the_one_whose_telephone_it_was() =>
        new Story((Telephoned with { Assign = [new AssignEntry(1, null, new OwnerChoice.LastContact(), false, Here)] }).WithRules(Reply))
            .Call("k", "2026-03-02 09:30", "tel:101", JanesTelephone, 60)
            .Mail("a", "2026-03-02 10:00", Jane, Bob)
            .Expect("2026-03-02 11:00", "reply t open owner=ana");

    [Fact]
    public void A_cap_counts_calls_that_we_made_where_it_says_so()
    {
        var cap = Cap("calm", 1, "7d") with { CountsEmail = false, CountsCalls = true };
        var policy = Bare.WithRules(StayInTouch("customers", "2d", Segment("customer"))).WithLimits(cap);
        new Story(policy).Call("k", "2026-03-02 10:00", Ana, Jane, 60).Expect("2026-03-05 10:00", "customers jane@acme.example suppressed");
        new Story(policy).Call("k", "2026-03-02 10:00", Jane, Ana, 60).Expect("2026-03-05 10:00", "customers jane@acme.example open");
    }

    private static CardTelephone Number(string number) => new(number, number);
}
