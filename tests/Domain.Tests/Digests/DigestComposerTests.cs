using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

public sealed class DigestComposerTests
{
    private static readonly ChaseRule Chase = new("no-answer-yet", Some.Nowhere) { Calendar = Some.Office, After = new(4, TimeUnit.BusinessDay) };

    [Fact]
    public void Nothing_to_say_is_no_mail()
    {
        Assert.True(Compose([]).IsEmpty);
        Assert.True(Compose([Some.Item("A1", owner: "tim"), Some.Item("A2", Chase, state: ItemState.Suppressed), Some.Item("A3", state: ItemState.Snoozed)]).IsEmpty);
        Assert.False(Compose([Some.Item("A1")]).IsEmpty);
    }

    [Fact]
    public void A_weekly_sign_of_life_comes_once_a_week()
    {
        var run = Some.Run(Some.MyDay with { SendEmptyWeekly = true });
        Assert.False(Compose([], run: run).IsEmpty);
        Assert.False(Compose([], run: run, history: History(1, 7)).IsEmpty);
        Assert.True(Compose([], run: run, history: History(1, 1)).IsEmpty);
    }

    [Fact]
    public void Numbers_run_through_all_sections_most_urgent_first()
    {
        var digest = Compose(
        [
            Some.Item("LATER", due: Some.Now + Duration.FromDays(5)),
            Some.Item("TODAY", due: Some.Now + Duration.FromHours(3)),
            Some.Item("LATE1", state: ItemState.Overdue, due: Some.Now - Duration.FromHours(1)),
            Some.Item("LATE2", state: ItemState.Overdue, due: Some.Now - Duration.FromDays(1)),
        ]);
        Assert.Equal(["1 LATE2", "2 LATE1", "3 TODAY", "4 LATER"], digest.Listed.Select(l => $"{l.Number} {l.Item}"));
        Assert.Equal(["overdue", "due_today", "to_do"], digest.Sections.Select(s => s.Name));
        Assert.Equal("2 overdue, 1 due today", digest.Headline);
        Assert.Equal("2 overdue, 1 due today - Ana, Wed 4 March", digest.Subject);
    }

    [Fact]
    public void Due_at_the_end_of_the_local_day_is_due_today_and_after_midnight_is_not()
    {
        var midnight = Instant.FromUtc(2026, 3, 5, 0, 0);
        Assert.Equal("due_today", Compose([Some.Item("A", due: midnight - Duration.FromMinutes(1))]).Sections.Single().Name);
        Assert.Equal("to_do", Compose([Some.Item("A", due: midnight)]).Sections.Single().Name);
    }

    [Fact]
    public void What_is_beyond_the_limit_is_counted()
    {
        var section = (ItemSection)Compose([.. Enumerable.Range(0, 20).Select(i => Some.Item($"I{i:00}"))]).Sections.Single();
        Assert.Equal((15, 5), (section.Lines.Count, section.More));
    }

    [Fact]
    public void New_is_what_the_mails_before_did_not_tell()
    {
        var known = new DigestHistory([new SentDigest(Some.Run().Date.PlusDays(-1), Some.Now - Duration.FromDays(1), [new ListedItem(1, "OLD", ItemState.Open, null)])]);
        var lines = Lines(Compose([Some.Item("OLD"), Some.Item("NEW")], history: known));
        Assert.Equal([("NEW", true), ("OLD", false)], lines.Select(l => (l.Item.Id, l.IsNew)).Order());
    }

    [Fact]
    public void Unchanged_for_five_digests_folds_until_something_changes()
    {
        var item = Some.Item("A", state: ItemState.Overdue);
        Assert.Empty(Section(Compose([item], history: History(4, 1, item))).StillOpen);
        var folded = Section(Compose([item], history: History(5, 1, item)));
        Assert.Equal((0, 1), (folded.Lines.Count, folded.StillOpen.Count));
        Assert.Single(Section(Compose([item with { Due = Some.Now - Duration.FromHours(1) }], history: History(5, 1, item))).Lines);
    }

    [Fact]
    public void Told_as_overdue_and_answered_in_time_after_all_is_withdrawn_once()
    {
        var item = Some.Item("A", state: ItemState.Overdue);
        var closed = Closed("A", ItemClosing.Met, Some.Now - Duration.FromDays(2));
        Assert.Equal("withdrawn", News(Compose([], closed: [closed], history: History(1, 1, item))).Single().Kind);

        var nextDay = new DigestHistory([new SentDigest(Some.Run().Date.PlusDays(-1), Some.Now - Duration.FromDays(1), []), .. History(1, 2, item).Sent]);
        Assert.True(Compose([], closed: [closed], history: nextDay).IsEmpty);
    }

    [Fact]
    public void What_a_colleague_did_is_news_and_what_I_did_is_not()
    {
        var at = Some.Now - Duration.FromHours(2);
        var closed = Closed("A", ItemClosing.Met, at);
        Assert.Equal("Tim took care of Jo Keane “Third sign” (today 06:45)", News(Compose([], [Some.Mail("A"), Reply("A", "tim", at)], [closed])).Single().Text);
        Assert.True(Compose([], [Some.Mail("A"), Reply("A", "ana", at)], [closed]).IsEmpty);
    }

    [Fact]
    public void A_mail_that_came_back_is_news_for_its_author()
    {
        var sent = Reply("A", "ana", Some.Now - Duration.FromDays(1));
        var bounced = sent with { Participants = [sent.Participants[0], sent.Participants[1] with { Bounced = Some.Now - Duration.FromHours(20) }] };
        var line = News(Compose([], [bounced])).Single();
        Assert.Equal(("not delivered", true), (line.Kind, line.IsBad));
        Assert.Contains("did not reach Jo Keane (jo@acme.example)", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_back_items_are_counted_by_reason_with_three_examples()
    {
        var digest = Compose([Some.Item("OPEN"), .. Enumerable.Range(0, 5).Select(i => Some.Item($"H{i}", Chase, state: ItemState.Suppressed) with { By = i == 0 ? "meeting_booked" : "not-too-often" })]);
        var held = digest.Sections.OfType<HeldBackSection>().Single();
        Assert.Equal(5, held.Count);
        Assert.Equal(["Not too often: 4", "A meeting already booked: 1"], held.Reasons);
        Assert.Equal(3, held.Examples.Count);
    }

    [Fact]
    public void A_meeting_with_an_outsider_today_comes_with_a_brief()
    {
        var digest = Compose([Some.Item("A")], [Some.Mail("A"), Meeting(Some.Now + Duration.FromHours(2))]);
        var meeting = digest.Sections.OfType<MeetingsSection>().Single().Meetings.Single();
        Assert.Equal("10:45–11:15", meeting.Time);
        var guest = meeting.Guests.Single();
        Assert.Equal("Jo Keane", guest.Name);
        Assert.Equal(["Mon 08:45 wrote “Third sign”: It flickers."], guest.Contacts);
        Assert.Equal(["Answer Jo Keane, due today 10:45"], guest.Open);
        Assert.Empty(Compose([], [Meeting(Some.Now + Duration.FromDays(1))]).Sections);
    }

    [Fact]
    public void What_rests_on_mail_nobody_could_read_waits_a_day_and_then_says_so()
    {
        var item = Some.Item("A", state: ItemState.Overdue, due: Some.Now - Duration.FromHours(23)) with { Unsure = ["ana"] };
        Assert.True(Compose([item]).IsEmpty);
        Assert.NotNull(Lines(Compose([item with { Due = Some.Now - Duration.FromHours(24) }])).Single().Reservation);
    }

    [Fact]
    public void Managers_see_those_below_them_and_what_was_escalated_to_them()
    {
        ItemStep[] steps = [new(Some.Now, "ana", Via.Email), new(Some.Now, "olga", Via.Digest)];
        var items = new[] { Some.Item("L1", state: ItemState.Overdue) with { Level = 1, Steps = steps }, Some.Item("L2", state: ItemState.Overdue) with { Level = 2, Steps = steps }, Some.Item("T1", owner: "stranger", state: ItemState.Overdue) };
        var digest = Compose(items, run: Some.Run(Some.TheFirm, Some.Olga));
        Assert.Equal(["L2"], digest.Listed.Select(l => l.Item));
        Assert.Equal([["Ana Duarte", "2", "Answer jo@acme.example, was due yesterday 12:45"]], digest.Sections.OfType<TableSection>().Single().Rows.Select(r => r.Cells));
        Assert.Equal("1 needs you, 2 overdue", digest.Headline);
    }

    [Fact]
    public void Who_manages_nobody_sees_nothing_of_others()
    {
        var digest = Compose([Some.Item("A", owner: "tim", state: ItemState.Overdue)], run: Some.Run(Some.TheFirm, Some.Ana));
        Assert.True(digest.IsEmpty);
    }

    [Fact]
    public void An_expired_item_appears_once_in_the_managers_digest()
    {
        var expired = Closed("A", ItemClosing.Expired, Some.Now - Duration.FromHours(20));
        Assert.Contains(Compose([], closed: [expired], run: Some.Run(Some.TheFirm, Some.Olga)).Sections, s => s.Name == "expired");
        var later = Closed("A", ItemClosing.Expired, Some.Now - Duration.FromDays(2));
        Assert.DoesNotContain(Compose([], closed: [later], run: Some.Run(Some.TheFirm, Some.Olga)).Sections, s => s.Name == "expired");
    }

    [Fact]
    public void Answers_in_time_are_counted_for_yesterday_and_thirty_days()
    {
        ClosedItem[] closed = [Closed("A", ItemClosing.Met, Some.Now - Duration.FromHours(20)), Closed("B", ItemClosing.Late, Some.Now - Duration.FromDays(20)), Closed("C", ItemClosing.Met, Some.Now - Duration.FromDays(40))];
        var row = Compose([], closed: closed, run: Some.Run(Some.TheFirm, Some.Olga)).Sections.OfType<TableSection>().Single(s => s.Name == "numbers").Rows.Single();
        Assert.Equal(["Ana Duarte", "1 of 1", "1 of 2 (50\u00A0%)"], row.Cells);
        Assert.Equal(0.5, row.Share);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(150)]
    public void The_preheader_has_40_to_90_characters(int items)
    {
        var subject = new string('x', 300);
        var digest = Compose([.. Enumerable.Range(0, items).Select(i => Some.Item($"I{i}"))], [Some.Mail("I0", subject: subject)]);
        Assert.InRange(digest.Preheader.Length, 40, 90);
        Assert.InRange(Compose([]).Preheader.Length, 40, 90);
    }

    [Fact]
    public void A_weekly_thread_keeps_its_subject()
    {
        var weekly = Some.MyDay with { ThreadByWeek = true };
        Assert.Equal("My day, week 10", Compose([Some.Item("A")], run: Some.Run(weekly)).Subject);
        Assert.Equal("My day, week 10", Compose([], run: Some.Run(weekly)).Subject);
    }

    private static Digest Compose(IReadOnlyList<Item> items, IReadOnlyList<Interaction>? log = null, IReadOnlyList<ClosedItem>? closed = null, DueDigest? run = null, DigestHistory? history = null) =>
        new DigestComposer(Some.Facts(items, log, closed: closed)).Compose(run ?? Some.Run(), history ?? DigestHistory.None);

    private static ItemSection Section(Digest digest) => digest.Sections.OfType<ItemSection>().Single();

    private static IEnumerable<ItemLine> Lines(Digest digest) => digest.Sections.OfType<ItemSection>().SelectMany(s => s.Lines);

    private static IReadOnlyList<NewsLine> News(Digest digest) => digest.Sections.OfType<NewsSection>().Single().Lines;

    private static DigestHistory History(int count, int daysAgo, params Item[] items) => new(
        [.. Enumerable.Range(0, count).Select(i => new SentDigest(
            Some.Run().Date.PlusDays(-daysAgo - i),
            Some.Now - Duration.FromDays(daysAgo + i),
            [.. items.Select((item, n) => new ListedItem(n + 1, item.Id, item.State, item.Due))]))]);

    private static ClosedItem Closed(string id, ItemClosing @as, Instant at) =>
        new(id, Some.Answer, "thread-" + id, @as, at) { Contact = Some.Address("jo@acme.example"), Owner = "ana", Opened = Some.Now - Duration.FromDays(50), Why = "no answer" };

    private static Interaction Reply(string id, string by, Instant at) => Some.Mail(id) with
    {
        Id = "reply-" + id,
        At = at,
        Seen = at,
        Direction = Direction.Outbound,
        Author = Some.Address(by + "@bright.example"),
        Participants = [new Participant(Some.Address(by + "@bright.example"), null, ParticipantRole.From, true), new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.To, false)],
    };

    private static Interaction Meeting(Instant start) => new()
    {
        Id = "meeting",
        Kind = InteractionKind.Meeting,
        At = start,
        Seen = Some.Now - Duration.FromDays(3),
        Subject = "Walk through",
        Meeting = new MeetingFacts { Uid = "u", Start = start, End = start + Duration.FromMinutes(30) },
        Participants =
        [
            new Participant(Some.Ana.Email, null, ParticipantRole.Organizer, true, MeetingResponse.Accepted),
            new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.Attendee, false, MeetingResponse.Accepted),
        ],
    };
}
