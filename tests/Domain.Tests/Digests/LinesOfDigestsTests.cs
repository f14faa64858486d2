using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Digests;

/// <summary>
/// What the lines of a digest say besides whom and when: the way to a mail, the case, the news of colleagues, what to do next.
/// </summary>
public sealed class LinesOfDigestsTests
{
    private static readonly HandoverRule Introduce = new("introduce", Some.Nowhere) { Calendar = Some.Office };

    private static readonly WatchRule Referrals = new("referrals", Some.Nowhere)
    {
        Calendar = Some.Office,
        Metric = WatchMetric.Marker,
        Of = "referral",
        Window = new(7, TimeUnit.Day),
        AtLeast = 1,
        IsGood = true,
    };

    [Theory]
    [InlineData("Third sign", "Re: Third sign")]
    [InlineData("Re: Third sign", "Re: Third sign")]
    [InlineData("AW: Dritte Tafel", "Re: Dritte Tafel")]
    [InlineData("SV: [bygg] Skylt", "Re: [bygg] Skylt")]
    [InlineData("[desk #12] Third sign", "Re: [desk #12] Third sign")]
    [InlineData("Fwd: Third sign", "Re: Fwd: Third sign")]
    [InlineData("Regarding: the third", "Re: Regarding: the third")]
    public void A_line_answers_the_mail_it_rests_on_with_a_subject_that_joins_its_thread(string subject, string answer)
    {
        var line = Line([Some.Item("A")], [Some.Mail("A", subject: subject)]);
        Assert.Equal(new MailReply(Some.Address("jo@acme.example"), answer), line.Reply);
        Assert.Equal(Subjects.Strip(subject).Bare, Subjects.Strip(answer).Bare);
    }

    [Fact]
    public void What_we_wrote_ourselves_is_followed_up_with_the_contact_and_not_with_ourselves()
    {
        var ours = Ours("A", "ana", Some.Now - Duration.FromDays(5)) with { Id = "mail-A" };
        var chase = new ChaseRule("chase", Some.Nowhere) { Calendar = Some.Office, After = new(3, TimeUnit.BusinessDay) };
        Assert.Equal("jo@acme.example", Line([Some.Item("A", chase)], [ours]).Reply?.To.Value);
    }

    [Fact]
    public void A_mail_of_two_weeks_ago_or_without_a_subject_is_not_answered_by_a_link()
    {
        var old = Some.Now - Duration.FromDays(14) - Duration.FromMinutes(1);
        Assert.Null(Line([Some.Item("A")], [Some.Mail("A") with { At = old, Seen = old }]).Reply);
        Assert.Null(Line([Some.Item("A")], [Some.Mail("A", subject: null)]).Reply);
        Assert.Null(Line([Some.Item("A")], []).Reply);
    }

    [Fact]
    public void An_item_in_an_open_case_says_so_and_one_in_another_thread_does_not()
    {
        var complaint = new CaseState("late-complaint", "thread-A", Some.Address("jo@acme.example"), "ana", Some.Now, true, Some.Now);
        var facts = Some.Facts([Some.Item("A"), Some.Item("B")], [Some.Mail("A"), Some.Mail("B")]) with { Cases = [complaint] };
        Assert.Equal(
            [("A", "late complaint"), ("B", null)],
            Lines(Compose(facts)).OrderBy(line => line.Item.Id).Select(line => (line.Item.Id, line.Case)));
        var resolve = new ResolveRule("solve", Some.Nowhere)
        {
            Calendar = Some.Office,
            Case = "complaint",
            Within = new(4, TimeUnit.BusinessHour),
        };
        Assert.Equal("complaint", Line([Some.Item("A", resolve)], [Some.Mail("A")]).Case);
    }

    [Fact]
    public void Good_news_reaches_the_owner_and_the_manager_once_and_is_never_at_risk()
    {
        var referral = Some.Item("R", Referrals) with { About = "acme.example", Opened = Some.Now - Duration.FromHours(3), Due = null };
        var facts = Some.Facts([referral]);
        Assert.Equal(("referrals", "Jo Keane: asked Mon 10:00, 1 business day"), News(facts with { Log = Known }, Some.Run()));
        var firm = Some.Run(Some.TheFirm, Some.Olga);
        Assert.Equal("referrals", News(facts with { Log = Known }, firm).Kind);
        Assert.DoesNotContain(Compose(facts, firm).Sections, section => section.Name == SectionNames.AtRisk);

        var told = Some.Facts([referral with { Opened = Some.Now - Duration.FromDays(3) }]);
        Assert.True(Compose(told).IsEmpty);
        Assert.Contains(
            Compose(Some.Facts([referral with { Rule = Referrals with { IsGood = false } }]), firm).Sections,
            section => section.Name == SectionNames.AtRisk);
    }

    [Fact]
    public void That_a_colleague_wrote_to_met_or_called_my_contact_is_news_to_me_alone()
    {
        var at = Some.Now - Duration.FromHours(2);
        Interaction[] log = [Ours("A", "tim", at), Meeting("m", Some.Tim, at), Called("tim", at)];
        var facts = Some.Facts([], log) with { FindOwner = _ => "ana" };
        Assert.Equal(
            ["Tim wrote to Jo Keane “Third sign”", "Tim met Jo Keane “Walk through”", "Tim called Jo Keane"],
            Compose(facts).Sections.OfType<NewsSection>().Single().Lines.Select(line => line.Text).OrderDescending());
        Assert.True(Compose(facts with { FindOwner = _ => "tim" }, Some.Run(reader: Some.Tim)).IsEmpty);
        Assert.True(Compose(facts with { FindOwner = _ => "tim" }).IsEmpty);
        Assert.True(Compose(facts with { Log = new ContactLogSnapshot([Ours("A", "ana", at), Meeting("m", Some.Ana, at)]) }).IsEmpty);
    }

    [Fact]
    public void A_colleague_who_closed_my_item_is_named_once()
    {
        var at = Some.Now - Duration.FromHours(2);
        var closed = new ClosedItem("A", Some.Answer, "thread-A", ItemClosing.Met, at)
        {
            Contact = Some.Address("jo@acme.example"),
            Owner = "ana",
            Opened = Some.Now - Duration.FromDays(1),
            Why = "no answer",
        };
        var facts = Some.Facts([], [Some.Mail("A"), Ours("A", "tim", at)], closed: [closed]) with { FindOwner = _ => "ana" };
        Assert.Equal("done by a colleague", News(facts, Some.Run()).Kind);
    }

    [Fact]
    public void The_next_step_is_in_the_brief_however_many_facts_there_are_until_its_day_has_passed()
    {
        var notes = Enumerable.Range(0, 20).Select(i => Note($"f{i}", $"fact {i}", daysAgo: i)).ToList();
        notes.Add(Note("n1", "next: 12 June send samples", daysAgo: 30));
        notes.Add(Note("n2", "next: 1 March call about the crane", daysAgo: 29));
        notes.Add(Note("n3", "Next: ask about the roof", daysAgo: 28));
        var guest = Compose(Some.Facts([], [.. notes, Meeting("m", Some.Ana, Some.Now + Duration.FromHours(2))]))
            .Sections.OfType<MeetingsSection>().Single().Meetings.Single().Guests.Single();
        Assert.Equal(["Next: ask about the roof", "next: 12 June send samples"], guest.NextSteps);
        Assert.Equal(5, guest.Facts.Count);
        Assert.Empty(guest.Ahead);
    }

    [Fact]
    public void Who_takes_over_a_customer_gets_their_brief_and_their_manager_does_not()
    {
        var item = Some.Item("H", Introduce);
        Interaction[] log = [Some.Mail("A"), Meeting("m", Some.Tim, Some.Now + Duration.FromDays(6)), Note("n", "next: send samples", 3)];
        var facts = Some.Facts([item, Some.Item("A")], log);
        var dossier = Lines(Compose(facts)).Single(line => line.Item.Id == "H").Dossier!;
        Assert.Equal(["Tue 08:45 “Walk through”"], dossier.Ahead);
        Assert.Equal(["next: send samples"], dossier.NextSteps);
        Assert.Equal(["Answer Jo Keane “Third sign”, due today 10:45"], dossier.Open);
        Assert.All(Lines(Compose(facts, Some.Run(Some.TheFirm, Some.Olga))), line => Assert.Null(line.Dossier));
    }

    [Fact]
    public void What_was_done_to_several_is_one_line_and_what_failed_is_its_own()
    {
        Confirmation[] told =
        [
            new("done", "Answer Jo"), new("done", "Answer Li"),
            Confirmation.NotDone("done 9", "names no line", Wording.In(Language.English)), new("done", "Answer Max"),
            new("noted", new string('x', 200)), new("noted", new string('y', 200)),
        ];
        Assert.Equal(
            ["done: Answer Jo; Answer Li", "not done: “done 9” names no line", "done: Answer Max", "noted: xxx", "noted: yyy"],
            Confirmation.AsLines(told, Wording.In(Language.English))
                .Select(line => $"{line.Kind}: {(line.Text.Length == 200 ? line.Text[..3] : line.Text)}"));
    }

    private static ContactLogSnapshot Known => new([Some.Mail("K") with { Seen = Some.Now - Duration.FromDays(9) }]);

    private static Digest Compose(DigestFacts facts, DueDigest? run = null) =>
        new DigestComposer(facts).Compose(run ?? Some.Run(), DigestHistory.None);

    private static ItemLine Line(IReadOnlyList<Item> items, IReadOnlyList<Interaction> log) =>
        Lines(Compose(Some.Facts(items, log))).Single();

    private static IEnumerable<ItemLine> Lines(Digest digest) => digest.Sections.OfType<ItemSection>().SelectMany(section => section.Lines);

    private static (string Kind, string Text) News(DigestFacts facts, DueDigest run)
    {
        var line = Compose(facts, run).Sections.OfType<NewsSection>().Single(section => section.Name == SectionNames.News).Lines.Single();
        return (line.Kind, line.Text);
    }

    private static Interaction Ours(string id, string by, Instant at) => Some.Mail(id) with
    {
        Id = "ours-" + id,
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

    private static Interaction Called(string by, Instant at) => new()
    {
        Id = "called",
        Kind = InteractionKind.Command,
        At = at,
        Seen = at,
        Command = new CommandFacts(Some.Address(by + "@bright.example"), CommandVerb.Called) { Contact = Some.Address("jo@acme.example") },
    };

    private static Interaction Note(string id, string text, int daysAgo) => new()
    {
        Id = id,
        Kind = InteractionKind.Command,
        At = Some.Now - Duration.FromDays(daysAgo),
        Seen = Some.Now - Duration.FromDays(daysAgo),
        Command = new CommandFacts(Some.Ana.Email, CommandVerb.Note) { Contact = Some.Address("jo@acme.example"), Text = text },
    };

    private static Interaction Meeting(string id, Person ours, Instant start) => new()
    {
        Id = id,
        Kind = InteractionKind.Meeting,
        At = start,
        Seen = Instant.Min(start, Some.Now - Duration.FromHours(1)),
        Subject = "Walk through",
        Meeting = new MeetingFacts { Uid = "u", Start = start, End = start + Duration.FromMinutes(30) },
        Participants =
        [
            new Participant(ours.Email, null, ParticipantRole.Organizer, true, MeetingResponse.Accepted),
            new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.Attendee, false, MeetingResponse.Accepted),
        ],
    };
}
