using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Tests.Log;

public sealed class PeopleAndRobotsTests
{
    private static readonly Classifier Classifier = new(Some.Policy);

    public static TheoryData<string> NoReplies() => [.. PhraseFile.Read("no-reply-names.txt", "name")];

    public static TheoryData<string> Phrases() => [.. PhraseFile.Read("automatic-subjects.txt", "subject")];

    [Theory]
    [MemberData(nameof(Phrases))]
    public void Every_phrase_marks_an_automatic_answer_and_its_near_miss_stays_human(string phrase)
    {
        Assert.Equal(InteractionClass.Auto, Class(phrase + ": Order 17"));
        Assert.Equal(InteractionClass.Auto, Class("[EXTERNAL] " + phrase + " : Order 17"));
        Assert.Equal(InteractionClass.Human, Class(phrase + " and other things"));
        Assert.Equal(InteractionClass.Human, Class("About " + phrase + ": Order 17"));
        Assert.Equal(phrase.Contains(' ', StringComparison.Ordinal) ? InteractionClass.Auto : InteractionClass.Human, Class(phrase));
    }

    [Theory]
    [InlineData("AUTO: Jane Moss is out of the office (returning 03/09/2026)", InteractionClass.Auto)]
    [InlineData("AUTO: Jane Moss ist außer Haus (Rückkehr am 03.09.2026)", InteractionClass.Auto)]
    [InlineData("Auto: Angebot für den Golf", InteractionClass.Human)]
    public void The_form_of_Notes_is_known(string subject, InteractionClass expected) => Assert.Equal(expected, Class(subject));

    [Theory]
    [InlineData("Jane Moss is out of the office.", "Jane Moss", InteractionClass.Auto)]
    [InlineData("Jane Moss is out of the office (returning 09/03/2026)", "Jane Moss", InteractionClass.Auto)]
    [InlineData("Jane Moss ist außer Haus", "Jane Moss", InteractionClass.Auto)]
    [InlineData("Jane Moss est absente du bureau (retour le 09/03/2026)", "Jane Moss", InteractionClass.Auto)]
    [InlineData("Jane Moss is out of the office.", "Kim Reed", InteractionClass.Human)]
    [InlineData("Jane Moss is out of the office.", null, InteractionClass.Human)]
    [InlineData("Jane Moss is out of the office, whom shall I ask", "Jane Moss", InteractionClass.Human)]
    [InlineData("Jane Moss and the office", "Jane Moss", InteractionClass.Human)]
    public void Notes_of_old_says_it_of_the_author_by_name(string subject, string? author, InteractionClass expected)
    {
        var mail = Some.Mail(subject: subject);
        Assert.Equal(expected, Verdict(mail with { From = mail.From! with { Name = author } }).Class);
    }

    [Theory]
    [MemberData(nameof(NoReplies))]
    public void No_reply_is_known_in_every_language_and_the_letters_inside_a_name_are_not(string name)
    {
        Assert.Equal(InteractionClass.Bulk, Verdict(Some.Mail(from: $"{name}@shop.example")).Class);
        Assert.Equal(InteractionClass.Bulk, Verdict(Some.Mail(from: $"{name[..2]}-{name[2..]}+17@shop.example")).Class);
        Assert.Equal(InteractionClass.Bulk, Verdict(Some.Mail(from: $"orders_{name}@shop.example")).Class);
        Assert.Equal(InteractionClass.Human, Verdict(Some.Mail(from: $"{name}er@shop.example")).Class);
        Assert.Equal(InteractionClass.Human, Verdict(Some.Mail(from: $"x{name[1..]}@shop.example")).Class);
    }

    [Theory]
    [InlineData("no-reply", true)]
    [InlineData("no.reply", true)]
    [InlineData("Do_Not_Reply", true)]
    [InlineData("noreply-orders", true)]
    [InlineData("orders.noreply", true)]
    [InlineData("no-reply+form", true)]
    [InlineData("ne-pas-repondre", true)]
    [InlineData("nao.responda", true)]
    [InlineData("mailer.daemon", true)]
    [InlineData("nora.reply", false)]
    [InlineData("reply", false)]
    [InlineData("noreplyservice", false)]
    [InlineData("ann.o.reply", false)]
    public void Names_that_read_no_answers_are_folded(string name, bool robot) =>
        Assert.Equal(robot ? InteractionClass.Bulk : InteractionClass.Human, Verdict(Some.Mail(from: name + "@shop.example")).Class);

    [Theory]
    [InlineData("wordpress@us.example", "support@us.example", "jane@acme.example", "jane@acme.example")]
    [InlineData("info@us.example", "ana@us.example", "jane@acme.example", "jane@acme.example")]
    [InlineData("ana@us.example", "bob@us.example", "jane@acme.example", "ana@us.example")]
    [InlineData("info@us.example", "john@acme.example", "jane@acme.example", "info@us.example")]
    [InlineData("info@us.example", "ana@us.example", "bob@us.example", "info@us.example")]
    public void A_form_of_ours_is_written_by_its_visitor(string from, string to, string replyTo, string author) =>
        Assert.Equal(author, Verdict(Some.Mail(from: from, to: to, replyTo: replyTo)).Author!.Value);

    [Fact]
    public void A_list_of_ours_that_rewrote_the_sender_does_not_write()
    {
        var verdict = Verdict(
            Some.Mail(
                from: "hello@us.example",
                to: "hello@us.example",
                headers: [("list-id", "<hello.us.example>"), ("x-original-from", "Sam <sam@six.example>")]
            )
        );
        Assert.Equal(
            ("sam@six.example", InteractionClass.Human, Direction.Inbound),
            (verdict.Author!.Value, verdict.Class, verdict.Direction)
        );
    }

    [Fact]
    public void Marks_of_a_sales_tool_make_no_mailing_of_an_answer()
    {
        var theirs = Some.Mail(headers: ("list-unsubscribe", "<https://x.example/u>")) with { References = ["ours@us.example"] };
        Assert.Equal(InteractionClass.Human, Classifier.Classify(theirs.Line(), answersUs: true).Class);
        Assert.Equal(InteractionClass.Bulk, Classifier.Classify(theirs.Line()).Class);
        Assert.True(Classifier.TurnsOnReferences(theirs.Line()));
        var ours = Some.Mail(from: "ana@us.example", to: "jane@acme.example", headers: ("list-unsubscribe", "<x>")) with
        {
            InReplyTo = "a@acme.example",
        };
        Assert.Equal(InteractionClass.Human, Verdict(ours).Class);
    }

    [Theory]
    [InlineData("list@acme.example", InteractionClass.Human)]
    [InlineData(null, InteractionClass.Bulk)]
    public void A_customer_who_names_us_beside_her_list_writes_to_us(string? cc, InteractionClass expected) =>
        Assert.Equal(expected, Verdict(Some.Mail(cc: cc, headers: ("list-id", "<list.acme.example>"))).Class);

    [Theory]
    [InlineData(MailSigns.Receipt, InteractionClass.Auto)]
    [InlineData(MailSigns.Reaction, InteractionClass.Auto)]
    [InlineData(MailSigns.UnsubscribeLink, InteractionClass.Bulk)]
    [InlineData(MailSigns.None, InteractionClass.Human)]
    public void Signs_of_the_body_settle_the_class(MailSigns signs, InteractionClass expected) =>
        Assert.Equal(expected, Verdict(Some.Mail() with { Signs = signs }).Class);

    [Fact]
    public void Words_in_an_answer_to_an_invitation_are_a_mail() =>
        Assert.Equal(InteractionClass.Human, Verdict(Some.Mail() with { CalendarPart = true, Signs = MailSigns.WordsInAnswer }).Class);

    [Theory]
    [InlineData("auto-submitted", "auto-generated", true, InteractionClass.Human)]
    [InlineData("auto-submitted", "auto-generated", false, InteractionClass.Auto)]
    [InlineData("list-unsubscribe", "<x>", true, InteractionClass.Human)]
    [InlineData("list-unsubscribe", "<x>", false, InteractionClass.Human)]
    public void The_policy_overrules_by_address_and_domain(string header, string value, bool address, InteractionClass expected)
    {
        var names = address
            ? new NameList { Addresses = new HashSet<EmailAddress> { Some.Address("jane@acme.example") } }
            : new NameList { Domains = ["acme.example"] };
        var classifier = new Classifier(Some.Policy with { Classify = new ClassifySettings { Human = names } });
        Assert.Equal(expected, classifier.Classify(Some.Mail(headers: (header, value)).Line()).Class);
        Assert.Equal(InteractionClass.Auto, classifier.Classify((Some.Mail() with { Report = new ReportFacts(null, []) }).Line()).Class);
    }

    [Theory]
    [InlineData("Can you come?", true)]
    [InlineData("See https://hill.example/?a=1&b=2 for it.", false)]
    [InlineData("Did you see https://hill.example/?", true)]
    [InlineData("www.hill.example/x?y=1", false)]
    [InlineData("(why?)", true)]
    [InlineData("What?No", true)]
    [InlineData("一緒に行きますか？", true)]
    [InlineData("آیا می‌آیید؟", true)]
    [InlineData("Πότε έρχεστε;", true)]
    [InlineData("Red; green; blue", false)]
    [InlineData("Ե՞րբ", true)]
    [InlineData("No question.", false)]
    public void A_question_mark_of_any_script_asks_unless_it_belongs_to_an_address(string text, bool asks) =>
        Assert.Equal(asks, QuestionMark.IsIn(text));

    [Theory]
    [InlineData("👌", true)]
    [InlineData("👍🏽👍🏽", true)]
    [InlineData("Great, thanks 👍", true)]
    [InlineData("👍 but please in red", false)]
    [InlineData("👎", false)]
    [InlineData("Thanks 😡", false)]
    public void An_approving_emoji_acknowledges(string text, bool acknowledged) =>
        Assert.Equal(acknowledged, Classifier.CreateLine(Some.Mail(text: text).Line()).Acknowledgement);

    private static InteractionClass Class(string subject) => Verdict(Some.Mail(subject: subject)).Class;

    private static Classification Verdict(MailFacts facts) => Classifier.Classify(facts.Line());
}
