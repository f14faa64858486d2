using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What became of promises whose due has come, and whose they were (policy-language.md section 15, "numbers").</summary>
public sealed class OutcomeTests
{
    [Fact]
    public void Each_promise_that_fell_due_counts_once_whatever_became_of_it()
    {
        var story = new Story(Bare.WithRules(Reply with { ExpireAfter = Length("5d") }, Fix, Waiting))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "in-time").Mail("b", "2026-03-02 13:00", Ana, Jane, "in-time")
            .Mail("c", "2026-03-02 10:00", Jane, Ana, "late").Mail("d", "2026-03-03 10:00", Ana, Jane, "late")
            .Mail("e", "2026-03-02 10:00", Jane, Ana, "by-hand").Command("2026-03-03 10:00", "done", "by-hand")
            .Mail("f", "2026-03-02 10:00", Li, Ana, "given-up")
            .Mail("g", "2026-03-06 10:00", Jane, Ana, "waiting")
            .Mail("h", "2026-03-09 11:30", Jane, Ana, "not-due");
        Assert.Equal(
            ["ByHand 24h", "InTime 3h", "Late 24h", "NotYet 120h", "NotYet 74h"],
            Told(story, "2026-02-01 00:00", "2026-03-09 12:00")
                .Select(one => $"{one.Kind} {one.Taken.TotalHours}h")
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            ["NotYet 74h"],
            Told(story, "2026-03-05 00:00", "2026-03-09 12:00").Select(one => $"{one.Kind} {one.Taken.TotalHours}h"));
    }

    [Fact]
    public void They_count_for_whoever_owned_them_when_they_were_due()
    {
        var policy = (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.ThePerson("bob"), false, Here)] })
            .WithPeople(
                Person("ana"),
                Person("bob", left: "2026-03-06", successor: "ana", away: Away("2026-03-04", "2026-03-04", "dana")),
                Person("dana"))
            .WithRules(Reply);
        var story = new Story(policy)
            .Mail("a", "2026-03-02 10:00", Jane, Bob, "t1")
            .Mail("b", "2026-03-04 10:00", Jane, Bob, "t2")
            .Mail("c", "2026-03-06 10:00", Jane, Bob, "t3");
        Assert.Equal(
            ["bob", "dana", "ana"],
            Told(story, "2026-03-01 00:00", "2026-03-09 12:00").OrderBy(one => one.Due).Select(one => one.Owner));
    }

    [Fact]
    public void Whoever_answers_late_does_not_take_the_lateness_over()
    {
        var policy = (Bare with { Assign = [new AssignEntry(1, null, new OwnerChoice.LastContact(), false, Here)] }).WithRules(Reply);
        var story = new Story(policy)
            .Mail("z", "2026-02-02 10:00", Ana, Jane, "t0")
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1")
            .Mail("b", "2026-03-03 10:00", Bob, Jane, "t1");
        Assert.Equal(
            ("ana", OutcomeKind.Late),
            Told(story, "2026-03-01 00:00", "2026-03-09 12:00").Select(one => (one.Owner, one.Kind)).Single());
    }

    [Fact]
    public void It_is_unsure_while_an_account_that_could_hold_the_answer_was_not_read_since()
    {
        var story = new Story(Bare.WithRules(Reply))
            .Mail("a", "2026-03-02 10:00", Jane, Ana, "t1")
            .Mail("b", "2026-03-02 10:00", Jane, Ana, "t2")
            .Mail("c", "2026-03-03 10:00", Ana, Jane, "t2");
        Assert.Equal([OutcomeKind.NotYet, OutcomeKind.Late], Kinds(null));
        Assert.Equal([OutcomeKind.Unsure, OutcomeKind.Unsure], Kinds(Account(Bob, "2026-03-02 14:00")));
        Assert.Equal([OutcomeKind.NotYet, OutcomeKind.Late], Kinds(Account(Bob, "2026-03-02 14:01")));
        Assert.Equal([OutcomeKind.Unsure, OutcomeKind.Unsure], Kinds(Account(Ana, "2026-03-02 14:00") with { IsCalendar = true }));
        Assert.Equal(
            [OutcomeKind.NotYet, OutcomeKind.Late],
            Kinds(Account("dana@us.example", "2026-03-02 14:00") with { IsCalendar = true }));

        AccountCoverage Account(string address, string readUpTo) => new("account", Address(address), story.Time(readUpTo));

        IEnumerable<OutcomeKind> Kinds(AccountCoverage? account) =>
            Told(story, "2026-03-01 00:00", "2026-03-09 12:00", account).Select(one => one.Kind).OrderByDescending(kind => kind);
    }

    private static IReadOnlyList<Outcome> Told(Story story, string since, string now, AccountCoverage? account = null)
    {
        var running = new RunningPolicy(story.Policy);
        running.Put(story.Log);
        running.Cover(account is null ? null : [account]);
        running.EvaluateLately(story.Time(now), story.Time(now));
        return running.PromisesDue(story.Time(since), story.Time(now));
    }
}
