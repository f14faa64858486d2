using CrmSync.Domain.Evaluation;
using static CrmSync.Domain.Tests.Evaluation.Worked;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Mail of which only Reply-To says who wrote it, as web forms send it: anybody can put a customer's address there.</summary>
public sealed class FormTests
{
    private const string Form = "wordpress@us.example";
    private const string Support = "support@us.example";

    [Fact]
    public void What_comes_through_a_form_is_owed_an_answer() =>
        new Story(Bare.WithRules(Reply))
            .Mail("a", "2026-03-02 10:00", Form, Support, text: "Do you repair pumps?", replyTo: Li, form: true)
            .Expect("2026-03-02 12:00", "reply t open")
            .Mail("b", "2026-03-02 13:00", Ana, Li, text: "We do.")
            .Expect("2026-03-02 15:00");

    [Fact]
    public void A_form_ends_no_chase_of_somebody_who_never_wrote() =>
        Asked()
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:00", "waiting t open");

    [Fact]
    public void A_form_ends_the_chase_of_somebody_who_wrote_before() =>
        Asked()
            .Mail("z", "2026-02-02 10:00", Jane, Ana, thread: "other", text: "Good morning.", ack: true)
            .Mail("b", "2026-03-05 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:30", "waiting t open")
            .Expect("2026-03-05 10:00")
            .ExpectClosed("2026-03-06 10:00", "waiting", "t", ItemClosing.Satisfied, "2026-03-05 10:00");

    [Fact]
    public void Another_address_of_the_same_person_proves_it_too() =>
        Asked()
            .Mail("z", "2026-02-02 10:00", "jane.private@mail.example", Ana, thread: "other", text: "Good morning.", ack: true)
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:00");

    [Fact]
    public void A_colleague_of_theirs_proves_nothing() =>
        Asked()
            .Mail("z", "2026-02-02 10:00", John, Ana, thread: "other", text: "Good morning.", ack: true)
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:00", "waiting t open");

    [Fact]
    public void Another_form_proves_nothing() =>
        Asked()
            .Mail("z", "2026-02-02 10:00", Form, Support, thread: "other", text: "Good morning.", replyTo: Jane, form: true)
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:00", "waiting t open");

    [Fact]
    public void Chasers_are_counted_across_a_form() =>
        Asked()
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Mail("c", "2026-03-05 10:00", Ana, Jane, text: "Any luck?")
            .Mail("d", "2026-03-10 10:00", Ana, Jane, text: "Last try?")
            .Expect("2026-03-10 09:30", "waiting t open")
            .Expect("2026-03-20 10:00")
            .ExpectClosed("2026-03-20 10:00", "waiting", "t", ItemClosing.Expired, "2026-03-10 10:00");

    [Fact]
    public void A_form_in_another_thread_ends_no_chase_that_any_thread_would_end()
    {
        var anyThread = Bare.WithRules(Waiting with { SatisfiedByContact = true });
        new Story(anyThread)
            .Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Did it arrive?")
            .Mail("b", "2026-03-03 10:00", Form, Support, thread: "other", text: "It came.", replyTo: Jane, form: true)
            .Expect("2026-03-05 09:00", "waiting t open")
            .Mail("c", "2026-03-05 10:00", Jane, Ana, thread: "third", text: "It came.")
            .Expect("2026-03-05 11:00");
    }

    [Fact]
    public void A_form_opens_no_case_unless_its_author_has_written()
    {
        Complained().Expect("2026-03-02 11:00");
        Complained()
            .Mail("z", "2026-02-02 10:00", Jane, Ana, thread: "other", text: "Good morning.", ack: true)
            .Expect("2026-03-02 11:00", "complaint-fix t open");
    }

    [Fact]
    public void What_proves_it_counts_from_when_it_was_seen() =>
        Asked()
            .Mail("b", "2026-03-03 10:00", Form, Support, text: "It came.", replyTo: Jane, form: true)
            .Mail("z", "2026-03-04 10:00", Jane, Ana, thread: "other", text: "Good morning.", ack: true, seen: "2026-03-05 12:00")
            .Expect("2026-03-05 11:00", "waiting t open")
            .Expect("2026-03-05 12:30");

    private static Story Asked() => new Story(Bare.WithRules(Waiting)).Mail("a", "2026-03-02 10:00", Ana, Jane, text: "Did it arrive?");

    private static Story Complained() =>
        new Story(Bare.WithRules(Fix)).Mail("a", "2026-03-02 10:00", Form, Support, text: "A complaint!", replyTo: Jane, form: true);
}
