using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

public sealed class ExplanationTests
{
    [Fact]
    public void It_names_what_holds_an_item_and_why_other_rules_have_none()
    {
        const string held =
            "cooldown after-complaint, per organisation: jane@acme.example \"broken hinge\" closed Thu 12 Mar 12:00 (quiet 10d) + 14d, "
            + "until Thu 26 Mar 12:00 policy.yaml:1";
        var story = new Story(Worked.Policy.WithRules(Reply, Respond("vip-reply", "1bh"), Fix, Waiting, Customers))
            .Mail("a", "2026-02-02 10:00", Ana, John, "t1", subject: "Spring visit")
            .Mail("n", "2026-02-24 08:12", John, Ana, "t1", subject: "Automatic reply: Spring visit", type: InteractionClass.Auto)
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2", "This is unacceptable.", subject: "broken hinge")
            .Mail("c", "2026-03-02 12:00", Ana, Jane, "t2");

        Assert.Equal(
            $"""
            john@acme.example   org acme.example   segments customer   owner ana (defaults.owner)
            respond reply             no item: john@acme.example has written nothing             policy.yaml:1
            respond vip-reply         no item: john@acme.example has written nothing             policy.yaml:1
            resolve complaint-fix     no item: no case complaint of theirs                       policy.yaml:1
            chase waiting             no item: "Spring visit" of Mon 2 Feb 10:00 asks no question policy.yaml:1
            stay_in_touch customers   SUPPRESSED by after-complaint until Thu 26 Mar 12:00
              matched       when segment: customer                                               policy.yaml:1
              because       last contact Mon 2 Feb 10:00 outbound "Spring visit" (ana), every 30 days
              opened        Wed 4 Mar 09:00
              due           Wed 11 Mar 17:00
              not counted   Tue 24 Feb 08:12 inbound "Automatic reply: Spring visit"
              held by       {held}
              also          cap gentle: 0 of 2 in 7d                                             policy.yaml:1

            """,
            Explain(story, John, "2026-03-13 10:00"));
    }

    [Fact]
    public void It_quotes_the_sentence_by_which_somebody_is_away()
    {
        var away = new Learned { Return = new ReturnNotice(new LocalDate(2026, 3, 12)) { Sentence = "I am away until 12 March." } };
        var story = new Story(Worked.Policy.WithRules(Waiting))
            .Mail("a", "2026-03-02 10:00", Ana, Jane, "t", "Could you send the drawings?", subject: "Drawings")
            .Mail("n", "2026-03-02 10:01", Jane, Ana, "n", type: InteractionClass.Auto, learned: away);

        Assert.Contains(
            "held by       away: automatic answer of Mon 2 Mar 10:01 \"I am away until 12 March.\", until Thu 12 Mar 09:00\n",
            Explain(story, Jane, "2026-03-05 10:00"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_what_somebody_told_of_themselves_with_the_words_it_rests_on()
    {
        var signature = new SignatureNotice { Title = "Buyer", Telephone = "+353 1 555 0100", Sentence = "Buyer\nTel. +353 1 555 0100" };
        var notice = new ReturnNotice(new LocalDate(2026, 3, 12)) { Sentence = "I am away until 12 March." };
        var story = new Story(Worked.Policy.WithRules(Waiting))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t", "Hello?", learned: new Learned { Signature = signature })
            .Mail("n", "2026-03-03 10:01", Jane, Ana, "n", type: InteractionClass.Auto, learned: new Learned { Return = notice });

        var explained = Explain(story, Jane, "2026-03-05 10:00");
        Assert.Contains(
            "  away          until Thu 12 Mar 2026: \"I am away until 12 March.\", Tue 3 Mar 10:01\n",
            explained,
            StringComparison.Ordinal);
        Assert.Contains(
            "  signs         Buyer, +353 1 555 0100: \"Buyer / Tel. +353 1 555 0100\", Mon 2 Mar 10:00\n",
            explained,
            StringComparison.Ordinal);
        Assert.DoesNotContain("  away  ", Explain(story, Jane, "2026-03-12 10:00"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_that_somebody_left_or_moved_until_they_write_again()
    {
        var left = new DepartureNotice("Jane has left the company. Please write to ben@grow.example.")
        {
            Successor = EmailAddress.Parse("ben@grow.example"),
        };
        var moved = new AddressNotice("My new email address is jane@oak.example.", EmailAddress.Parse("jane@oak.example"));
        var story = new Story(Worked.Policy.WithRules(Waiting))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t", "Hello?", learned: new Learned { Moved = moved })
            .Mail("n", "2026-03-03 10:01", Jane, Ana, "n", type: InteractionClass.Auto, learned: new Learned { Departure = left });
        Assert.Contains(
            "  left          write to ben@grow.example: \"Jane has left the company. Please write to ben@grow.example.\", Tue 3 Mar 10:01\n"
                + "  moved         to jane@oak.example: \"My new email address is jane@oak.example.\", Mon 2 Mar 10:00\n",
            Explain(story, Jane, "2026-03-05 10:00"),
            StringComparison.Ordinal);

        story.Mail("b", "2026-03-04 10:00", Jane, Ana, "t", "I am still here.");
        Assert.DoesNotContain("  left  ", Explain(story, Jane, "2026-03-05 10:00"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_which_rule_matched_first() =>
        Assert.Contains(
            "not reached: 'reply' above it matches first",
            Explain(
                new Story(Worked.Policy.WithRules(Reply, Respond("vip-reply", "1bh"))).Mail("a", "2026-03-02 10:00", Jane, Ana),
                Jane,
                "2026-03-02 11:00"),
            StringComparison.Ordinal);

    [Fact]
    public void A_rule_above_whose_condition_on_the_mail_fails_is_not_matched_rather_than_not_reached()
    {
        var complaints = Respond("complaint-answer", "1bh") with { When = new Condition.SubjectHas(["broken"]) };
        var story = new Story(Worked.Policy.WithRules(complaints, Reply)).Mail("a", "2026-03-02 10:00", Jane, Ana, subject: "Drawings");

        Assert.Contains("not matched: when subject_has: broken", Explain(story, Jane, "2026-03-02 11:00"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_on_trial_holds_nothing_and_tells_what_it_would_hold()
    {
        var policy = Worked.Policy.WithRules(Customers);
        policy = policy with { Limits = [.. policy.Limits.Select(l => l with { Mode = Mode.Observe })] };
        var story = new Story(policy)
            .Mail("a", "2026-02-02 10:00", Ana, John, "t1", subject: "Spring visit")
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2", "This is unacceptable.", subject: "broken hinge")
            .Mail("c", "2026-03-02 12:00", Ana, Jane, "t2");

        var item = story.At("2026-03-13 10:00").Items.Single(i => i.Contact == EmailAddress.Parse(John));
        Assert.Equal((ItemState.Overdue, null), (item.State, item.By));
        Assert.Equal(["after-complaint"], item.WouldBeHeldBy);
        Assert.Contains(
            "  observed      would be held by cooldown after-complaint, per organisation: jane@acme.example \"broken hinge\" closed Thu "
                + "12 Mar 12:00 (quiet 10d) + 14d, until Thu 26 Mar 12:00",
            Explain(story, John, "2026-03-13 10:00"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sentence_is_the_one_under_the_item()
    {
        var story = new Story(Worked.Policy).Mail("a", "2026-03-02 10:00", Jane, Ana, subject: "Drawings");
        var why = story.At("2026-03-02 11:00").Items[0].Why;
        Assert.Equal("asked Mon 2 Mar 10:00 \"Drawings\", answer within 4 business hours", why);
        Assert.Contains(why, Explain(story, Jane, "2026-03-02 11:00"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_finds_the_contact() =>
        Assert.StartsWith(
            Jane,
            Explain(new Story(Worked.Policy), "jane.private@mail.example", "2026-03-02 11:00"),
            StringComparison.Ordinal);

    [Fact]
    public void Nobody_has_an_unknown_address() =>
        Assert.Null(
            new Evaluator(Worked.Policy).Explain(
                new ContactLogSnapshot([]),
                EmailAddress.Parse("who@nowhere.example"),
                new Story(Worked.Policy).Time("2026-03-02 11:00")));

    private static string Explain(Story story, string address, string now) =>
        new Evaluator(story.Policy).Explain(new ContactLogSnapshot(story.Log), EmailAddress.Parse(address), story.Time(now))!.ToString();
}
