using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

public sealed class NoticePlanTests
{
    private static readonly Instant Ten = Instant.FromUtc(2026, 3, 4, 10, 0);
    private static readonly CompanyPolicy InOfficeHours = Some.Policy with { NotificationHours = Some.Office };

    [Fact]
    public void A_warning_goes_to_the_owner_ten_minutes_after_its_time_and_not_once_it_is_late()
    {
        var item = Some.Item("A", due: Ten + Hour(1)) with { WarnAt = Ten };
        Assert.Empty(At(Ten + Minutes(9), item));
        Assert.Equal(["ana: warn A"], At(Ten + Minutes(10), item));
        Assert.Empty(At(Ten + Hour(1) + Minutes(1), item with { State = ItemState.Overdue }));
    }

    [Fact]
    public void Steps_of_one_reader_within_ten_minutes_leave_together()
    {
        var first = Some.Item("A", due: Ten + Hour(1)) with { WarnAt = Ten };
        var second = Some.Item("B", due: Ten + Hour(2)) with { WarnAt = Ten + Minutes(8) };
        Assert.Equal(["ana: warn A, warn B"], At(Ten + Minutes(10), first, second));
    }

    [Fact]
    public void Only_the_highest_step_that_has_come_is_told() =>
        Assert.Equal(["olga: escalate-2 A"], At(Ten + Hour(1), Late("A", level: 2)));

    [Fact]
    public void A_step_via_digest_is_not_mailed() =>
        Assert.Empty(
            At(
                Ten + Hour(1),
                Late("A", level: 2) with
                {
                    Steps = [new ItemStep(Ten, "ana", Via.Email), new ItemStep(Ten, "olga", Via.Digest)],
                }));

    [Fact]
    public void Outside_of_the_open_hours_it_waits_for_the_opening_unless_the_rule_is_urgent()
    {
        var night = Instant.FromUtc(2026, 3, 4, 22, 0);
        var morning = Instant.FromUtc(2026, 3, 5, 9, 0);
        var late = Late("A", level: 1, at: night);
        Assert.Empty(At(night + Minutes(10), late));
        Assert.Empty(At(morning, late));
        Assert.Equal(["ana: escalate-1 A"], At(morning + Minutes(10), late));
        Assert.Equal(["ana: escalate-1 A"], At(night, late with { Rule = Some.Answer with { Urgent = true } }));
    }

    [Fact]
    public void What_was_missed_all_afternoon_waits_for_the_morning()
    {
        var late = Late("A", level: 1, at: Ten);
        Assert.Empty(At(Instant.FromUtc(2026, 3, 4, 21, 0), late));
        Assert.Equal(["ana: escalate-1 A"], At(Instant.FromUtc(2026, 3, 5, 9, 0), late));
    }

    [Fact]
    public void An_urgent_step_takes_the_waiting_ones_along() =>
        Assert.Equal(["ana: warn A, escalate-1 B"], At(Ten + Minutes(1),
            Some.Item("A", due: Ten - Hour(1)) with { WarnAt = Ten, Due = Ten + Minutes(30) },
            Late("B", level: 1) with { Rule = Some.Answer with { Urgent = true }, Due = Ten + Minutes(40) }));

    [Fact]
    public void An_accusation_waits_until_accounts_are_read_and_a_warning_does_not()
    {
        var held = Late("A", level: 1) with { Unread = ["ana"], Held = true };
        Assert.Empty(At(Ten + Hour(5), held));
        Assert.Equal(["ana: escalate-1 A"], At(Ten + Hour(5), held with { Held = false }));
        Assert.Single(
            new NoticePlan(InOfficeHours).DueAt(new EvaluationResult(Ten + Hour(5)) { Items = [held], Closed = [] }, withHeld: true));
        Assert.Equal(["ana: warn A"], At(Ten + Minutes(10), Some.Item("A", due: Ten + Hour(1)) with { WarnAt = Ten, Unsure = ["ana"] }));
    }

    [Fact]
    public void What_is_told_though_not_everything_was_read_says_so_in_its_first_line()
    {
        var item = Late("F7K2Q", level: 1) with { Unread = ["bob-mail"] };
        var facts = Some.Facts([item], [Some.Mail("F7K2Q")]);
        facts = facts with
        {
            Evaluation = facts.Evaluation with { Coverage = [new AccountCoverage("bob-mail", Some.Tim.Email, Some.Now - Hour(30))] },
        };
        var mail = new NoticeComposer(facts).Compose(Some.Ana, [new Notice(item, "escalate-1", "ana")]);
        Assert.Equal("Overdue, not certain: Answer Jo Keane", mail.Headline);
        var line = mail.Sections.OfType<ItemSection>().Single().Lines.Single();
        Assert.Equal((true, "Tim's mailbox was last read yesterday 02:45"), (line.IsUncertain, line.Reservation));
    }

    [Fact]
    public void The_steps_told_so_far_are_those_that_came_while_it_was_known_and_free()
    {
        ItemStep[] steps = [new(Ten, "ana", Via.Email), new(Ten + Hour(1), "tim", Via.Digest), new(Ten + Hour(2), "olga", Via.Email)];
        var item = Late("A", level: 3) with { Steps = steps, Due = Ten, WarnAt = Ten - Hour(1), KnownSince = Ten - Hour(4) };
        Assert.Equal(["ana warn", "ana escalate-1", "olga escalate-3"], Told(item));
        Assert.Equal(["ana warn"], Told(item with { Level = 0, State = ItemState.Open }));
        Assert.Equal(["ana warn"], Told(item with { Held = true, Unread = ["x"] }));
        Assert.Equal(["olga escalate-3"], Told(item with { KnownSince = Ten + Hour(3) }));

        IEnumerable<string> Told(Item one) => NotifiedStep.At(one, Ten + Hour(3)).Select(step => $"{step.To} {step.Step}");
    }

    [Fact]
    public void A_snoozed_promise_warns_nobody() =>
        Assert.Empty(At(Ten + Minutes(10), Some.Item("A", due: Ten + Hour(1)) with { WarnAt = Ten, HiddenUntil = Ten + Hour(20) }));

    [Fact]
    public void The_mail_says_what_cannot_wait()
    {
        var item = Late("F7K2Q", level: 2);
        var facts = Some.Facts([item], [Some.Mail("F7K2Q")]);
        var mail = new NoticeComposer(facts).Compose(Some.Olga, [new Notice(item, "escalate-2", "olga")]);
        Assert.Equal(("Escalated: Answer Jo Keane", "Escalated: Answer Jo Keane - 08:45"), (mail.Headline, mail.Subject));
        Assert.InRange(mail.Preheader.Length, 40, 90);
        Assert.Equal("Ana Duarte", mail.Sections.OfType<ItemSection>().Single().Lines.Single().Owner);
    }

    private static Duration Hour(int hours) => Duration.FromHours(hours);

    private static Duration Minutes(int minutes) => Duration.FromMinutes(minutes);

    private static Item Late(string id, int level, Instant? at = null) =>
        Some.Item(id, state: ItemState.Overdue, due: (at ?? Ten) - Hour(1)) with
        {
            Level = level,
            Steps = [new ItemStep(at ?? Ten, "ana", Via.Email), new ItemStep(at ?? Ten, "olga", Via.Email)],
        };

    private static IEnumerable<string> At(Instant now, params Item[] items) =>
        new NoticePlan(InOfficeHours).DueAt(new EvaluationResult(now) { Items = items, Closed = [] })
            .Select(mail => $"{mail.Reader}: {string.Join(", ", mail.Notices.Select(n => $"{n.Step} {n.Item.Id}"))}");
}
