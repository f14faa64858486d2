using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using NodaTime;

namespace CrmSync.Domain.Tests.Commands;

/// <summary>Who may see what. Olga manages Ana and Tim; Jo is Ana's contact.</summary>
public sealed class AnswerComposerTests
{
    private static readonly Question WhoIsJo = new(QuestionKind.Who, Some.Address("jo@acme.example"));
    private static readonly Question WriteToJo = new(QuestionKind.MayIWrite, Some.Address("jo@acme.example"));

    [Fact]
    public void The_owner_and_their_manager_see_a_contact()
    {
        Assert.Equal("Jo Keane", Brief(Some.Ana)?.Name);
        Assert.Equal("Jo Keane", Brief(Some.Olga)?.Name);
    }

    [Theory]
    [InlineData(QuestionKind.Who)]
    [InlineData(QuestionKind.MayIWrite)]
    public void Somebody_elses_contact_is_answered_like_somebody_nobody_knows(QuestionKind kind)
    {
        var known = Words(Compose(Facts(), Some.Tim, new Question(kind, Some.Address("jo@acme.example"))));
        var unknown = Words(Compose(Facts(), Some.Tim, new Question(kind, Some.Address("xx@acme.example"))));
        Assert.Equal(unknown.Replace("xx@", "jo@", StringComparison.Ordinal), known);
        Assert.Contains(
            "is nobody you or your team look after, as far as we know. Ask Olga before you write.",
            known,
            StringComparison.Ordinal);
        Assert.DoesNotContain("Keane", known, StringComparison.Ordinal);
        Assert.DoesNotContain("flickers", known, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_in_the_team_of_the_owner_sees_their_contacts()
    {
        var facts = Facts(Some.Policy with { Teams = [new Team("front", null, ["ana", "tim"], [])] });
        Assert.Equal("Jo Keane", Brief(Some.Tim, facts)?.Name);
        Assert.Null(Brief(Some.Tim, Facts(Some.Policy with { Teams = [new Team("front", null, ["ana", "olga"], [])] })));
    }

    [Fact]
    public void Who_took_part_sees_that_and_nothing_of_what_others_did()
    {
        var mine = Some.Mail("2", subject: "Only for Tim", text: "Tim's text") with
        {
            Participants =
            [
                new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.From, false),
                new Participant(Some.Tim.Email, "Tim", ParticipantRole.To, true),
            ],
        };
        var facts = Facts() with
        {
            Log = new ContactLogSnapshot([Some.Mail("1"), mine, Note("has a bad leg", Some.Ana), Note("plays the harp", Some.Tim)]),
            FindGroups = _ => ["vip"],
        };
        var brief = Brief(Some.Tim, facts)!;
        Assert.Contains("Only for Tim", Assert.Single(brief.Contacts), StringComparison.Ordinal);
        Assert.Equal(["plays the harp"], brief.Facts);
        Assert.Equal("", brief.Who);
        Assert.Empty(brief.Open);

        var whole = Brief(Some.Ana, facts)!;
        Assert.Equal((2, "vip"), (whole.Contacts.Count, whole.Who));
        Assert.Equal(["plays the harp", "has a bad leg"], whole.Facts);
    }

    [Fact]
    public void A_list_of_those_we_do_not_write_to_is_told_to_everybody_whether_we_know_the_address_or_not()
    {
        var facts = Facts(Some.Policy with { Limits = [new DoNotContactLimit("never", Some.Nowhere) { Domains = ["acme.example"] }] });
        Assert.Equal("No, please do not write to jo@acme.example", Compose(facts, Some.Tim, WriteToJo).Headline);
        Assert.Equal(
            "No, please do not write to xx@acme.example",
            Compose(facts, Some.Tim, new Question(QuestionKind.MayIWrite, Some.Address("xx@acme.example"))).Headline);
    }

    [Fact]
    public void What_is_open_on_both_sides_is_told_apart()
    {
        var asked = Some.Mail("1", subject: "Drawings") with
        {
            Id = "q",
            Thread = "other",
            Direction = Direction.Outbound,
            Author = Some.Ana.Email,
            Question = true,
            Participants =
            [
                new Participant(Some.Ana.Email, "Ana", ParticipantRole.From, true),
                new Participant(Some.Address("jo@acme.example"), "Jo Keane", ParticipantRole.To, false),
            ],
        };
        var facts = Facts() with { Log = new ContactLogSnapshot([Some.Mail("1"), asked]) };
        var brief = Brief(Some.Ana, facts)!;
        Assert.StartsWith("Answer Jo Keane “Third sign”, due today", Assert.Single(brief.Open), StringComparison.Ordinal);
        Assert.Equal("Ana asked Mon 08:45 “Drawings”, no answer yet", Assert.Single(brief.Awaited));

        var answered = facts with
        {
            Log = new ContactLogSnapshot([
                Some.Mail("1"),
                asked,
                Some.Mail("2") with
                {
                    Thread = "other",
                    At = Some.Now - Duration.FromHours(1),
                },
            ]),
        };
        Assert.Empty(Brief(Some.Ana, answered)!.Awaited);
    }

    [Theory]
    [InlineData("birthday: 4 March", "birthday: 4 March (today)")]
    [InlineData("birthday: 5 March", "birthday: 5 March (tomorrow)")]
    [InlineData("birthday: 12 March", "birthday: 12 March (in 8 days)")]
    [InlineData("birthday: 3 March", "birthday: 3 March")]
    [InlineData("next: 12 March send samples", "next: 12 March send samples (in 8 days)")]
    [InlineData("likes: larch", "likes: larch")]
    public void A_noted_date_says_when_it_comes(string note, string told) =>
        Assert.Equal(
            [told],
            Noted(Brief(Some.Ana, Facts() with { Log = new ContactLogSnapshot([Some.Mail("1"), Note(note, Some.Ana)]) })!));

    private static IEnumerable<string> Noted(Brief brief) => brief.NextSteps.Concat(brief.Facts);

    [Theory]
    [InlineData(12, "away until Thu 12 March “Back on the 12th.”")]
    [InlineData(4, null)]
    public void Who_is_away_is_said_to_be_in_their_own_words_until_they_are_back(int day, string? told)
    {
        var notice = Some.Mail("2") with
        {
            Class = InteractionClass.Auto,
            At = Some.Now - Duration.FromHours(1),
            Learned = new Learned { Return = new ReturnNotice(new LocalDate(2026, 3, day)) { Sentence = "Back on the 12th." } },
        };
        var facts = Facts() with { Log = new ContactLogSnapshot([Some.Mail("1"), notice]) };
        Assert.Equal(told is null ? [] : [told], Brief(Some.Ana, facts)!.Facts);

        var back = Some.Mail("3") with { At = Some.Now - Duration.FromMinutes(5) };
        Assert.Empty(Brief(Some.Ana, facts with { Log = new ContactLogSnapshot([Some.Mail("1"), notice, back]) })!.Facts);
    }

    [Fact]
    public void A_brief_shows_how_they_last_signed()
    {
        static Learned Signed(string title, string? telephone) =>
            new() { Signature = new SignatureNotice { Title = title, Telephone = telephone, Sentence = title } };

        var earlier = Some.Mail("1") with { Learned = Signed("Buyer", null), At = Some.Now - Duration.FromDays(3) };
        var last = Some.Mail("2") with { Learned = Signed("Head of Purchasing", "+353 1 555 0100") };
        var facts = Facts() with { Log = new ContactLogSnapshot([earlier, last]) };
        Assert.Equal(["Head of Purchasing · +353 1 555 0100 (as signed Mon 08:45)"], Brief(Some.Ana, facts)!.Facts);
    }

    [Fact]
    public void A_brief_tells_who_has_left_or_moved_in_their_own_words()
    {
        var moved = new AddressNotice("My new address is jo@oak.example.", EmailAddress.Parse("jo@oak.example"));
        var mail = Some.Mail("1") with { Learned = new Learned { Moved = moved }, At = Some.Now - Duration.FromDays(2) };
        var notice = Some.Mail("2") with
        {
            Class = InteractionClass.Auto,
            Learned = new Learned { Departure = new DepartureNotice("Jo has left the company.") },
        };
        var facts = Facts() with { Log = new ContactLogSnapshot([mail, notice]) };
        Assert.Equal(
            ["has left “Jo has left the company.”", "new address jo@oak.example “My new address is jo@oak.example.”"],
            Brief(Some.Ana, facts)!.Facts);
    }

    [Fact]
    public void Names_full_of_tricks_stay_in_their_line()
    {
        var mail = Some.Mail(
            "1",
            name: "Jo\r\nBcc: all@evil.example\u202E<b>😀" + new string('x', 10_000),
            subject: new string('\u0301', 5000) + "<script>alert(1)</script>\n\nHello",
            text: new string('é', 10_000));
        var digest = Compose(Facts() with { Log = new ContactLogSnapshot([mail]) }, Some.Ana, WhoIsJo);
        Assert.DoesNotContain('\n', digest.Subject);
        Assert.DoesNotContain('\u202E', digest.Subject);
        Assert.True(digest.Subject.Length < 120 && Words(digest).Length < 2000, digest.Subject);
    }

    private static DigestFacts Facts(CompanyPolicy? policy = null) =>
        Some.Facts([Some.Item("1")], [Some.Mail("1")], policy) with
        {
            FindOwner = address => address.Value == "jo@acme.example" ? "ana" : null,
            MayWrite = address =>
                address.Value == "jo@acme.example" ? new WritingAdvice(address) { Against = [], Room = [] } : null,
        };

    private static Brief? Brief(Person reader, DigestFacts? facts = null) =>
        Compose(facts ?? Facts(), reader, WhoIsJo).Sections.OfType<BriefSection>().SelectMany(section => section.People).SingleOrDefault();

    private static Digest Compose(DigestFacts facts, Person reader, Question question) =>
        new AnswerComposer(facts).Compose(reader, new MailAnswer([], [question]));

    private static string Words(Digest digest) =>
        string.Join(
            '\n',
            digest
                .Sections.SelectMany(section =>
                    section is NewsSection news
                        ? news.Lines.Select(line => line.Kind + ": " + line.Text)
                        : ((BriefSection)section).People.SelectMany(one => one.Contacts.Append(one.Name)))
                .Concat(digest.Sections.Select(section => section.Title))
                .Append(digest.Headline)
                .Append(digest.Subject)
                .Append(digest.Preheader));

    private static Interaction Note(string text, Person by) => new()
    {
        Id = "note " + text,
        Kind = InteractionKind.Command,
        At = Some.Now - Duration.FromDays(by == Some.Ana ? 2 : 1),
        Seen = Some.Now - Duration.FromDays(1),
        Command = new CommandFacts(by.Email, CommandVerb.Note) { Contact = Some.Address("jo@acme.example"), Text = text },
        Participants = [new Participant(by.Email, by.Name, ParticipantRole.From, true)],
    };
}
