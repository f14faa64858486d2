using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>What closes the introduction of a successor, and that it stays closed (policy-language.md section 8).</summary>
public sealed class HandoverTests
{
    private const string Carl = "carl@us.example";

    private static readonly Absence Week = Away("2026-03-09", "2026-03-13", "carl");

    [Fact]
    public void A_cover_closes_it_and_it_stays_closed_when_the_successor_returns() =>
        Left(Week)
            .Mail("b", "2026-03-10 10:00", Carl, Li, "t2")
            .Expect("2026-03-09 10:00", $"introduce {Li} open owner=carl")
            .Expect("2026-03-10 12:00")
            .Expect("2026-03-16 10:00")
            .ExpectClosed("2026-03-16 10:00", "introduce", Li, ItemClosing.Satisfied, "2026-03-10 10:00");

    [Fact]
    public void The_successor_closes_it_though_away() =>
        Left(Week).Mail("b", "2026-03-10 10:00", Ana, Li, "t2").Expect("2026-03-10 12:00").Expect("2026-03-16 10:00");

    [Fact]
    public void Whoever_covered_at_another_time_does_not_close_it() =>
        Left(Week).Mail("b", "2026-03-16 10:00", Carl, Li, "t2").Expect("2026-03-16 12:00", $"introduce {Li} open owner=ana");

    [Fact]
    public void What_was_written_before_it_opened_does_not_close_it() =>
        Left(leaves: "2026-03-07")
            .Mail("b", "2026-03-08 10:00", Ana, Li, "t2")
            .Expect("2026-03-09 10:00", $"introduce {Li} open opened=2026-03-09T09:00")
            .Mail("c", "2026-03-09 11:00", Ana, Li, "t2")
            .Expect("2026-03-09 12:00");

    [Fact]
    public void A_meeting_and_a_call_close_it()
    {
        Left()
            .Meeting("m", "2026-03-10 10:00", "2026-03-10 11:00", $"{Carl} {Ana} {Li}", seen: "2026-03-09 12:00")
            .Expect("2026-03-10 12:00");
        Left().Command("2026-03-10 10:00", "called", contact: Li, from: Ana).Expect("2026-03-10 12:00");
        Left().Command("2026-03-10 10:00", "called", contact: Li, from: Carl).Expect("2026-03-10 12:00", $"introduce {Li} open");
    }

    [Fact]
    public void Whoever_owned_the_contact_by_then_closes_it()
    {
        // Carl's first mail is that of a colleague; by his second the contact is his.
        AssignEntry[] assign = [new(1, null, new OwnerChoice.LastContact(), false, Here), .. Assigned];
        var story = new Story((Bare with { Assign = assign }).WithPeople(People(null)).WithRules(Handover("introduce")))
            .Mail("a", "2026-02-10 10:00", Bob, Li, "t1")
            .Mail("b", "2026-03-10 10:00", Carl, Li, "t2")
            .Mail("c", "2026-03-11 10:00", Carl, Li, "t2");
        story
            .Expect("2026-03-10 12:00", $"introduce {Li} open owner=carl")
            .Expect("2026-03-11 12:00")
            .ExpectClosed("2026-03-12 10:00", "introduce", Li, ItemClosing.Satisfied, "2026-03-11 10:00");
    }

    [Fact]
    public void A_later_handover_cancels_one_that_is_still_open()
    {
        var story = Left(anaLeaves: "2026-04-01");
        story
            .Expect("2026-03-31 10:00", $"introduce {Li} overdue opened=2026-03-09T09:00 owner=ana")
            .Expect("2026-04-01 09:00", $"introduce {Li} open opened=2026-04-01T09:00 owner=carl")
            .ExpectClosed("2026-04-01 09:00", "introduce", Li, ItemClosing.Cancelled, "2026-04-01 09:00");
        story.Mail("b", "2026-04-02 10:00", Carl, Li, "t2").Expect("2026-04-02 12:00");
    }

    [Fact]
    public void A_later_handover_leaves_one_that_was_made_as_it_is() =>
        Left(anaLeaves: "2026-04-01")
            .Mail("b", "2026-03-10 10:00", Ana, Li, "t2")
            .ExpectClosed("2026-04-02 10:00", "introduce", Li, ItemClosing.Satisfied, "2026-03-10 10:00")
            .Expect("2026-04-02 10:00", $"introduce {Li} open opened=2026-04-01T09:00");

    private static AssignEntry[] Assigned => [new AssignEntry(1, null, new OwnerChoice.ThePerson("bob"), false, Here)];

    private static Person[] People(Absence? ana, string leaves = "2026-03-09", string? anaLeaves = null) =>
        [
            Person("dana"),
            Person("ana", "dana", anaLeaves, "carl", ana is null ? [] : [ana]),
            Person("bob", "dana", leaves, "ana"),
            Person("carl", "dana"),
        ];

    private static Story Left(Absence? away = null, string leaves = "2026-03-09", string? anaLeaves = null) =>
        new Story((Bare with { Assign = Assigned }).WithPeople(People(away, leaves, anaLeaves)).WithRules(Handover("introduce"))).Mail(
            "a",
            "2026-02-10 10:00",
            Bob,
            Li,
            "t1");
}
