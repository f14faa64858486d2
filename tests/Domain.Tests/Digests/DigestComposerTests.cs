using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

public sealed class DigestComposerTests
{
    private static readonly ChaseRule Chase = new("no-answer-yet", Some.Nowhere)
    {
        Calendar = Some.Office,
        After = new(4, TimeUnit.BusinessDay),
    };

    [Fact]
    public void Nothing_to_say_is_no_mail()
    {
        Assert.True(Compose([]).IsEmpty);
        Assert.True(
            Compose([
                Some.Item("A1", owner: "tim"),
                Some.Item("A2", Chase, state: ItemState.Suppressed),
                Some.Item("A3", state: ItemState.Snoozed),
            ]).IsEmpty);
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
        var known = new DigestHistory([
            new SentDigest(Some.Run().Date.PlusDays(-1), Some.Now - Duration.FromDays(1), [new ListedItem(1, "OLD", ItemState.Open, null)]),
        ]);
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

        var nextDay = new DigestHistory([
            new SentDigest(Some.Run().Date.PlusDays(-1), Some.Now - Duration.FromDays(1), []),
            .. History(1, 2, item).Sent,
        ]);
        Assert.True(Compose([], closed: [closed], history: nextDay).IsEmpty);
    }

    [Fact]
    public void What_a_colleague_did_is_news_and_what_I_did_is_not()
    {
        var at = Some.Now - Duration.FromHours(2);
        var closed = Closed("A", ItemClosing.Met, at);
        Assert.Equal(
            "Tim took care of Jo Keane “Third sign” (today 06:45)",
            News(Compose([], [Some.Mail("A"), Reply("A", "tim", at)], [closed])).Single().Text);
        Assert.True(Compose([], [Some.Mail("A"), Reply("A", "ana", at)], [closed]).IsEmpty);
    }

    [Fact]
    public void A_mail_that_came_back_is_news_for_its_author()
    {
        var sent = Reply("A", "ana", Some.Now - Duration.FromDays(1));
        var bounced = sent with
        {
            Participants = [sent.Participants[0], sent.Participants[1] with { Bounced = Some.Now - Duration.FromHours(20) }],
        };
        var line = News(Compose([], [bounced])).Single();
        Assert.Equal(("not delivered", true), (line.Kind, line.IsBad));
        Assert.Contains("did not reach Jo Keane (jo@acme.example)", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_back_items_are_counted_by_reason_with_three_examples()
    {
        var digest = Compose([
            Some.Item("OPEN"),
            .. Enumerable
                .Range(0, 5)
                .Select(i =>
                    Some.Item($"H{i}", Chase, state: ItemState.Suppressed) with
                    {
                        By = i == 0 ? "meeting_booked" : "not-too-often",
                    }),
        ]);
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
        Assert.Equal(["Answer Jo Keane “Third sign”, due today 10:45"], guest.Open);
        Assert.Empty(Compose([], [Meeting(Some.Now + Duration.FromDays(1))]).Sections);
    }

    [Fact]
    public void What_is_unsure_is_listed_with_whose_mailbox_was_last_read_when()
    {
        var line = Lines(Doubtful([Some.Item("A") with { Unsure = ["tim-mail"] }])).Single();
        Assert.Equal((true, "Tim's mailbox was last read Mon 14:10"), (line.IsUncertain, line.Reservation));
        line = Lines(Doubtful([Some.Item("A") with { Unsure = ["commands", "tim-calendar", "shared"] }])).Single();
        Assert.Equal(
            "the command mailbox has never been read, Tim's calendar was last read yesterday 08:45, the mailbox hello@bright.example was "
                + "last read today 06:45",
            line.Reservation);

        // Two calendars of one person that lag alike are one sentence.
        line = Lines(Doubtful([Some.Item("A") with { Unsure = ["tim-calendar", "tim-trips"] }])).Single();
        Assert.Equal("Tim's calendar was last read yesterday 08:45", line.Reservation);
        Assert.False(Lines(Doubtful([Some.Item("A")])).Single().IsUncertain);
    }

    [Fact]
    public void An_account_that_makes_more_than_three_lines_unsure_is_named_once_at_the_head()
    {
        Item[] items =
        [
            .. Enumerable.Range(0, 3).Select(i => Some.Item($"I{i}") with { Unsure = ["tim-mail"] }),
            Some.Item("X") with
            {
                Unsure = ["shared"],
            },
        ];
        Assert.Null(Doubtful(items).Reservation);

        var digest = Doubtful([.. items, Some.Item("I3") with { Unsure = ["tim-mail", "shared"] }]);
        Assert.Equal("Tim's mailbox was last read Mon 14:10. What is marked “not certain” may be done already.", digest.Reservation);
        Assert.All(Lines(digest), line => Assert.True(line.IsUncertain));
        Assert.Equal(2, Lines(digest).Count(line => line.Reservation == "the mailbox hello@bright.example was last read today 06:45"));
        Assert.Equal(3, Lines(digest).Count(line => line.Reservation is null));
    }

    [Fact]
    public void What_nobody_may_be_accused_of_yet_stands_under_due_today_and_is_told_to_no_manager()
    {
        var held = Some.Item("A", state: ItemState.Overdue) with
        {
            Held = true,
            Unread = ["tim-mail"],
            Level = 1,
            Steps = [new ItemStep(Some.Now, "olga", Via.Digest)],
        };
        var section = Section(Compose([held]));
        Assert.Equal(("due_today", "Due yesterday 12:45"), (section.Name, section.Lines.Single().Status));
        Assert.Equal(ItemState.Open, Compose([held]).Listed.Single().State);
        Assert.True(Compose([held], run: Some.Run(Some.TheFirm, Some.Olga)).IsEmpty);

        var proven = held with { Held = false, Unread = [] };
        Assert.Equal("overdue", Section(Compose([proven])).Name);
        Assert.Equal(
            ["needs_you", "overdue_by_owner"],
            Compose([proven], run: Some.Run(Some.TheFirm, Some.Olga)).Sections.Take(2).Select(s => s.Name));
    }

    [Fact]
    public void What_waited_and_is_told_all_the_same_says_which_mailbox_was_not_read()
    {
        var told = Some.Item("A", state: ItemState.Overdue) with { Unread = ["tim-mail"] };
        Assert.Equal(
            ("overdue", "Tim's mailbox was last read Mon 14:10"),
            (Section(Doubtful([told])).Name, Lines(Doubtful([told])).Single().Reservation));
    }

    [Fact]
    public void Managers_see_those_below_them_and_what_was_escalated_to_them()
    {
        ItemStep[] steps = [new(Some.Now, "ana", Via.Email), new(Some.Now, "olga", Via.Digest)];
        var items = new[]
        {
            Some.Item("L1", state: ItemState.Overdue) with
            {
                Level = 1,
                Steps = steps,
            },
            Some.Item("L2", state: ItemState.Overdue) with
            {
                Level = 2,
                Steps = steps,
            },
            Some.Item("T1", owner: "stranger", state: ItemState.Overdue),
        };
        var digest = Compose(items, run: Some.Run(Some.TheFirm, Some.Olga));
        Assert.Equal(["L2"], digest.Listed.Select(l => l.Item));
        Assert.Equal(
            [
                [
                    "Ana Duarte",
                    "2",
                    "Answer jo@acme.example, was due yesterday 12:45\nAnswer jo@acme.example, was due yesterday 12:45",
                ],
            ],
            digest.Sections.OfType<TableSection>().Single().Rows.Select(r => r.Cells));
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
    public void Numbers_count_what_fell_due_by_who_owned_it_then()
    {
        Outcome[] outcomes =
        [
            Came("ana", OutcomeKind.InTime, 1, 2),
            Came("ana", OutcomeKind.Late, 1, 30),
            Came("ana", OutcomeKind.NotYet, 6, 150),
            Came("ana", OutcomeKind.ByHand, 20, 5),
            Came("tim", OutcomeKind.Unsure, 20, 50),
            Came("tim", OutcomeKind.InTime, 80, 4),
            Came("stranger", OutcomeKind.InTime, 1, 1),
        ];
        var table = Numbers(Some.TheFirm, outcomes)!;
        Assert.Equal(["Who", "Yesterday", "7 days", "30 days", "90 days"], table.Columns);
        Assert.Equal(
            [
                [
                    "All",
                    "1 of 2\n1 late\n2\u00A0h",
                    "1 of 3\n1 late\n1 not yet\n30\u00A0h",
                    "1 of 5\n1 late\n1 not yet\n1 by hand\n1 unsure\n30\u00A0h",
                    "2 of 6\n1 late\n1 not yet\n1 by hand\n1 unsure\n4\u00A0h",
                ],
                [
                    "Ana Duarte",
                    "1 of 2\n1 late\n2\u00A0h",
                    "1 of 3\n1 late\n1 not yet\n30\u00A0h",
                    "1 of 4\n1 late\n1 not yet\n1 by hand\n30\u00A0h",
                    "1 of 4\n1 late\n1 not yet\n1 by hand\n30\u00A0h",
                ],
                ["Tim Quinn", "none", "none", "0 of 1\n1 unsure", "1 of 2\n1 unsure\n4\u00A0h"],
            ],
            table.Rows.Select(row => row.Cells));
    }

    [Fact]
    public void A_median_that_still_waits_is_more_than_it_says() =>
        Assert.Equal(
            "0 of 1\n1 not yet\nover\u00A03\u00A0d",
            Numbers(Some.TheFirm, [Came("ana", OutcomeKind.NotYet, 1, 80)])!.Rows.Single().Cells[1]);

    [Fact]
    public void Numbers_count_by_team_or_not_at_all()
    {
        Outcome[] outcomes = [Came("ana", OutcomeKind.InTime, 1, 2), Came("tim", OutcomeKind.Late, 1, 30)];
        Assert.Equal(
            ["All", "desk", "no team"],
            Numbers(Some.TheFirm with { Numbers = NumbersBy.Team }, outcomes)!.Rows.Select(row => row.Cells[0]));
        Assert.Null(Numbers(Some.TheFirm with { Numbers = NumbersBy.Off }, outcomes));
        Assert.Null(Numbers(Some.TheFirm, []));
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

    [Fact]
    public void Each_section_with_something_in_it_has_a_line_however_much_is_overdue()
    {
        var digest = Compose(
        [
            .. Enumerable.Range(0, 20).Select(i => Some.Item($"L{i:00}", state: ItemState.Overdue)),
            Some.Item("TODAY"), .. Enumerable.Range(0, 3).Select(i => Some.Item($"T{i}", due: Some.Now + Duration.FromDays(5 + i))),
        ]);
        Assert.Equal(
            [(13, 7), (1, 0), (1, 2)],
            digest.Sections.OfType<ItemSection>().Select(section => (section.Lines.Count, section.More)));
        Assert.Equal(Enumerable.Range(1, 15), digest.Listed.Select(listed => listed.Number));
        Assert.Equal("20 overdue, 1 due today", digest.Headline);
    }

    [Fact]
    public void What_happened_before_the_last_mail_but_was_learned_of_after_it_is_news()
    {
        var at = Some.Now - Duration.FromDays(2);
        var closed = Closed("A", ItemClosing.Met, at) with { KnownAt = Some.Now - Duration.FromHours(1), ClosedBy = "reply-A" };
        var line = News(Compose([], [Some.Mail("A"), Reply("A", "tim", at)], [closed], history: History(1, 1))).Single();
        Assert.Equal(("done by a colleague", "Tim took care of Jo Keane “Third sign” (Mon 08:45)"), (line.Kind, line.Text));
    }

    [Fact]
    public void What_an_immediate_mail_told_is_withdrawn_too_and_not_new_in_the_next_digest()
    {
        var told = new ToldItem("ana", "A", ItemState.Overdue, Some.Now - Duration.FromHours(16));
        var facts = Some.Facts([], closed: [Closed("A", ItemClosing.Met, Some.Now - Duration.FromDays(2))]) with
        {
            Told = new[] { told }.ToLookup(one => one.Reader),
        };
        Assert.Equal("withdrawn", News(new DigestComposer(facts).Compose(Some.Run(), History(1, 1))).Single().Kind);
        Assert.True(new DigestComposer(facts).Compose(Some.Run(), History(1, 0)).IsEmpty);

        var still = Some.Facts([Some.Item("A", state: ItemState.Overdue), Some.Item("B", state: ItemState.Overdue)]) with
        {
            Told = facts.Told,
        };
        Assert.Equal(
            [("A", false), ("B", true)],
            Lines(new DigestComposer(still).Compose(Some.Run(), History(1, 1))).Select(line => (line.Item.Id, line.IsNew)));
    }

    [Fact]
    public void Who_stands_in_for_a_manager_reads_what_the_manager_would_and_is_not_told_what_the_manager_did()
    {
        var away = Some.Olga with { Away = [new Absence(new LocalDate(2026, 3, 4), new LocalDate(2026, 3, 4), "ana")] };
        var policy = Some.Policy with { People = [away, Some.Ana, Some.Tim] };
        var run = new DigestSchedule(policy).DueAt(Some.Now).Single(due => due.Definition.Name == "the-firm");
        Assert.Equal(("ana", "olga"), (run.Reader.Id, run.MeantFor.Single()));
        var firm = new DigestComposer(Some.Facts([Some.Item("T", owner: "tim", state: ItemState.Overdue)], policy: policy)).Compose(
            run,
            DigestHistory.None);
        Assert.Equal("Tim Quinn", firm.Sections.OfType<TableSection>().Single().Rows.Single().Cells[0]);

        var at = Some.Now - Duration.FromHours(2);
        var mine = Some.Facts([], [Some.Mail("A"), Reply("A", "olga", at)], policy, [Closed("A", ItemClosing.Met, at)]);
        Assert.True(new DigestComposer(mine).Compose(Some.Run(), DigestHistory.None).IsEmpty);
    }

    [Fact]
    public void An_address_without_a_name_is_said_once()
    {
        var mail = Some.Mail("A", name: null) with { At = Some.Now - Duration.FromHours(1), Seen = Some.Now - Duration.FromHours(1) };
        var facts = Some.Facts([], [mail]) with { FindOwner = _ => "ana" };
        Assert.Equal(
            "jo@acme.example wrote for the first time “Third sign”",
            News(new DigestComposer(facts).Compose(Some.Run(), DigestHistory.None)).Single().Text);
    }

    [Fact]
    public void Items_held_back_in_two_threads_with_one_person_are_told_apart()
    {
        var digest = Compose(
            [
                Some.Item("OPEN"),
                .. new[] { "A", "B" }.Select(id => Some.Item(id, Chase, state: ItemState.Suppressed) with { By = "not-too-often" }),
            ],
            [Some.Mail("A", subject: "Third sign"), Some.Mail("B", subject: "Fourth sign")]);
        var held = digest.Sections.OfType<HeldBackSection>().Single();
        Assert.Equal(["Ask Jo Keane again “Third sign”: not too often", "Ask Jo Keane again “Fourth sign”: not too often"], held.Examples);
        Assert.Empty(held.Reasons);
    }

    [Fact]
    public void News_beyond_a_dozen_is_counted()
    {
        var mails = Enumerable
            .Range(0, 20)
            .Select(i =>
                Some.Mail($"M{i}", from: $"p{i:00}@acme.example", name: null) with
                {
                    At = Some.Now - Duration.FromHours(1),
                    Seen = Some.Now - Duration.FromHours(1),
                });
        var facts = Some.Facts([], [.. mails]) with { FindOwner = _ => "ana" };
        var digest = new DigestComposer(facts).Compose(Some.Run(), DigestHistory.None);
        var news = digest.Sections.OfType<NewsSection>().Single();
        Assert.Equal((12, 8), (news.Lines.Count, news.More));
        Assert.Equal("20 things to know", digest.Headline);
    }

    [Fact]
    public void Contacts_are_counted_by_week_for_the_people_below_the_reader()
    {
        var contacts = new[] { 0, 1, 2, 9, 9, 16, 60 }.Select(
            (days, i) => Some.Mail($"W{i}") with { At = Some.Now - Duration.FromDays(days), Seen = Some.Now - Duration.FromDays(days) });
        var strangers = Some.Mail("X") with
        {
            Participants = [new Participant(Some.Address("jo@acme.example"), null, ParticipantRole.From, false)],
        };
        var automatic = Some.Mail("Y") with { Class = InteractionClass.Auto };
        var facts = Some.Facts([], [.. contacts, strangers, automatic]) with { Outcomes = new([Came("ana", OutcomeKind.InTime, 1, 2)]) };
        var digest = new DigestComposer(facts).Compose(Some.Run(Some.TheFirm, Some.Olga), DigestHistory.None);
        var weeks = digest.Sections.OfType<TableSection>().Single(section => section.Name == "numbers").Weeks!.Weeks;
        Assert.Equal(
            ["26 Jan 0", "2 Feb 0", "9 Feb 0", "16 Feb 1", "23 Feb 2", "this week 3"],
            weeks.Select(week => $"{week.Week} {week.Count}"));
    }

    [Fact]
    public void Of_many_contacts_the_newest_are_told_and_the_rest_counted()
    {
        var over = new OverContact(new CapLimit("calm", Some.Nowhere) { Max = 2, Window = new(7, TimeUnit.Day) }, "jo@acme.example", "ana",
            [.. Enumerable.Range(0, 30).Select(i => Reply($"R{i}", "tim", Some.Now - Duration.FromHours(30 - i)))]);
        var facts = Some.Facts([]) with { OverContacted = [over] };
        var row = new DigestComposer(facts)
            .Compose(Some.Run(Some.TheFirm, Some.Olga), DigestHistory.None)
            .Sections.OfType<TableSection>()
            .Single(section => section.Name == "over_contacted")
            .Rows.Single();
        Assert.Equal("30 contacts\nat most 2 in 7 days", row.Cells[1]);
        Assert.Equal(
            ["27 earlier", "Tim, today 05:45 “Third sign”", "Tim, today 06:45 “Third sign”", "Tim, today 07:45 “Third sign”"],
            row.Cells[2].Split('\n'));
    }

    [Fact]
    public void What_readers_found_not_useful_is_counted_by_rule_for_the_manager()
    {
        Interaction NotUseful(int i, string rule, int daysAgo) =>
            new()
            {
                Id = $"n{i}",
                Kind = InteractionKind.Command,
                At = Some.Now - Duration.FromDays(daysAgo),
                Seen = Some.Now - Duration.FromDays(daysAgo),
                Command = new CommandFacts(Some.Ana.Email, CommandVerb.NotUseful) { Rule = rule },
            };
        var digest = Compose(
            [],
            [NotUseful(1, "customers", 1), NotUseful(2, "answer", 3), NotUseful(3, "answer", 29), NotUseful(4, "answer", 31)],
            run: Some.Run(Some.TheFirm, Some.Olga));
        Assert.Equal(
            "answer 2, customers 1 (in 30 days, by rule)",
            digest
                .Sections.OfType<NewsSection>()
                .Single(section => section.Name == "health")
                .Lines.Single(line => line.Kind == "not useful")
                .Text);
    }

    [Theory]
    [InlineData(Language.English, "2 threads: by somebody's word, subjects and texts are not kept; people, times and promises are")]
    [InlineData(
        Language.German,
        "2 Mailwechsel: auf Wunsch werden Betreff und Text nicht gespeichert; Personen, Zeiten und Zusagen bleiben")]
    [InlineData(
        Language.French,
        "2 échanges : à la demande, objet et texte ne sont pas conservés ; personnes, heures et promesses restent")]
    public void How_many_threads_are_private_is_counted_for_the_manager_in_their_language(Language language, string words)
    {
        var run = Some.Run(Some.TheFirm, Some.Olga with { Language = language });
        var digest = new DigestComposer(Some.Facts([]) with { PrivateThreads = 2 }).Compose(run, DigestHistory.None);
        Assert.Contains(
            words,
            digest.Sections.OfType<NewsSection>().Single(section => section.Name == "health")
                .Lines.Select(line => line.Text.Replace('\u00A0', ' ').Replace('\u202F', ' ')));
        Assert.DoesNotContain(
            Compose([], run: run).Sections.OfType<NewsSection>().Single(section => section.Name == "health").Lines,
            line => line.Text.StartsWith("2 ", StringComparison.Ordinal));
    }

    private static Digest Compose(
        IReadOnlyList<Item> items,
        IReadOnlyList<Interaction>? log = null,
        IReadOnlyList<ClosedItem>? closed = null,
        DueDigest? run = null,
        DigestHistory? history = null
    ) => new DigestComposer(Some.Facts(items, log, closed: closed)).Compose(run ?? Some.Run(), history ?? DigestHistory.None);

    /// <summary>A digest of Ana's where accounts were read more or less lately.</summary>
    private static Digest Doubtful(IReadOnlyList<Item> items)
    {
        var facts = Some.Facts(
            items,
            policy: Some.Policy with
            {
                Us = Some.Policy.Us with { CommandMailbox = Some.Address("crmsync@bright.example") },
            });
        var coverage = new[]
        {
            new AccountCoverage("tim-mail", Some.Tim.Email, Instant.FromUtc(2026, 3, 2, 14, 10)),
            new AccountCoverage("tim-calendar", Some.Tim.Email, Some.Now - Duration.FromDays(1)) { IsCalendar = true },
            new AccountCoverage("tim-trips", Some.Tim.Email, Some.Now - Duration.FromDays(1)) { IsCalendar = true },
            new AccountCoverage("shared", Some.Address("hello@bright.example"), Some.Now - Duration.FromHours(2)),
            new AccountCoverage("commands", Some.Address("crmsync@bright.example"), null),
        };
        return new DigestComposer(facts with { Evaluation = facts.Evaluation with { Coverage = coverage } }).Compose(
            Some.Run(),
            DigestHistory.None);
    }

    private static Outcome Came(string owner, OutcomeKind kind, int daysAgo, int hours) =>
        new(Some.Answer, owner, Some.Now - Duration.FromDays(daysAgo), kind, Duration.FromHours(hours));

    private static TableSection? Numbers(DigestDefinition digest, Outcome[] outcomes)
    {
        var facts = Some.Facts([], policy: Some.Policy with { Teams = [new Team("desk", null, ["ana"], [])] }) with
        {
            Outcomes = new(outcomes),
        };
        return new DigestComposer(facts)
            .Compose(Some.Run(digest, Some.Olga), DigestHistory.None)
            .Sections.OfType<TableSection>()
            .FirstOrDefault(s => s.Name == "numbers");
    }

    private static ItemSection Section(Digest digest) => digest.Sections.OfType<ItemSection>().Single();

    private static IEnumerable<ItemLine> Lines(Digest digest) => digest.Sections.OfType<ItemSection>().SelectMany(s => s.Lines);

    private static IReadOnlyList<NewsLine> News(Digest digest) => digest.Sections.OfType<NewsSection>().Single().Lines;

    private static DigestHistory History(int count, int daysAgo, params Item[] items) => new(
        [.. Enumerable.Range(0, count).Select(i => new SentDigest(
            Some.Run().Date.PlusDays(-daysAgo - i),
            Some.Now - Duration.FromDays(daysAgo + i),
            [.. items.Select((item, n) => new ListedItem(n + 1, item.Id, item.State, item.Due))]))]);

    private static ClosedItem Closed(string id, ItemClosing @as, Instant at) =>
        new(id, Some.Answer, "thread-" + id, @as, at)
        {
            Contact = Some.Address("jo@acme.example"),
            Owner = "ana",
            Opened = Some.Now - Duration.FromDays(50),
            Why = "no answer",
        };

    private static Interaction Reply(string id, string by, Instant at) =>
        Some.Mail(id) with
        {
            Id = "reply-" + id,
            At = at,
            Seen = at,
            Direction = Direction.Outbound,
            Author = Some.Address(by + "@bright.example"),
            Participants =
            [
                new Participant(Some.Address(by + "@bright.example"), null, ParticipantRole.From, true),
                new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.To, false),
            ],
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
