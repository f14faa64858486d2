using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Tests.Log;

public sealed class ClassifierTests
{
    private static readonly Classifier Classifier = new(Some.Policy);

    [Fact]
    public void A_mail_from_outside_to_us_is_human_and_inbound() => Expect(InteractionClass.Human, Direction.Inbound, Some.Mail());

    [Fact]
    public void A_mail_from_us_to_outside_is_human_and_outbound() =>
        Expect(
            InteractionClass.Human,
            Direction.Outbound,
            Some.Mail(from: "robert@elsewhere.example", to: "bob@us.example", cc: "jane@acme.example"));

    [Fact]
    public void A_forward_inside_the_company_is_internal() =>
        Expect(InteractionClass.Internal, Direction.Internal, Some.Mail(from: "ana@us.example", to: "bob@us.example"));

    [Fact]
    public void A_mail_of_ours_with_outsiders_only_in_bcc_is_internal() =>
        Expect(
            InteractionClass.Internal,
            Direction.Internal,
            Some.Mail(from: "ana@us.example", to: "bob@us.example", bcc: "jane@acme.example"));

    [Fact]
    public void A_subdomain_of_ours_is_ours_and_a_domain_that_only_ends_alike_is_not()
    {
        Expect(InteractionClass.Internal, Direction.Internal, Some.Mail(from: "x@mail.us.example", to: "bob@us.example"));
        Expect(InteractionClass.Human, Direction.Inbound, Some.Mail(from: "x@notus.example", to: "bob@us.example"));
    }

    [Fact]
    public void Our_own_digest_is_self() =>
        Expect(InteractionClass.Self, Direction.Internal, Some.Mail(from: "crmsync@us.example", headers: ("x-crmsync", "digest")));

    [Fact]
    public void What_goes_only_to_the_command_mailbox_is_self() =>
        Expect(InteractionClass.Self, Direction.Internal, Some.Mail(from: "ana@us.example", to: "crmsync+done@us.example"));

    [Fact]
    public void A_bcc_to_the_command_mailbox_stays_a_mail_to_the_customer() =>
        Expect(
            InteractionClass.Human,
            Direction.Outbound,
            Some.Mail(from: "ana@us.example", to: "jane@acme.example", bcc: "crmsync+chase@us.example"));

    [Fact]
    public void An_invitation_is_calendar_even_when_it_is_auto_submitted() =>
        Expect(
            InteractionClass.Calendar,
            Direction.Inbound,
            Some.Mail(headers: ("auto-submitted", "auto-generated")) with
            {
                CalendarPart = true,
            });

    [Theory]
    [InlineData("auto-submitted", "auto-replied")]
    [InlineData("auto-submitted", "auto-generated; owner-email=x")]
    [InlineData("x-autoreply", "yes")]
    [InlineData("x-autorespond", "")]
    [InlineData("precedence", "auto_reply")]
    [InlineData("return-path", "<>")]
    public void Automatic_mail_is_known_by_its_headers(string name, string value) =>
        Expect(InteractionClass.Auto, Direction.Inbound, Some.Mail(headers: (name, value)));

    [Theory]
    [InlineData("auto-submitted", "no")]
    [InlineData("auto-submitted", "No; because=I-say-so")]
    [InlineData("return-path", "<jane@acme.example>")]
    public void Headers_that_say_the_mail_is_written_by_hand_are_believed(string name, string value) =>
        Expect(InteractionClass.Human, Direction.Inbound, Some.Mail(headers: (name, value)));

    [Theory]
    [InlineData("Out of office", true)]
    [InlineData("Automatic reply: Order 17", true)]
    [InlineData("Réponse automatique : Commande 17", true)]
    [InlineData("abwesenheitsnotiz: Auftrag", true)]
    [InlineData("Out of office desks for sale", false)]
    [InlineData("Re: Automatic reply: Order 17", false)]
    public void Automatic_mail_is_known_by_a_subject_that_is_or_starts_with_a_phrase_and_a_colon(string subject, bool auto) =>
        Expect(auto ? InteractionClass.Auto : InteractionClass.Human, Direction.Inbound, Some.Mail(subject: subject));

    [Fact]
    public void A_report_is_automatic() =>
        Expect(InteractionClass.Auto, Direction.Inbound, Some.Mail() with { Report = new ReportFacts("a@us.example", []) });

    [Theory]
    [InlineData("list-id", "News <news.acme.example>")]
    [InlineData("list-unsubscribe", "<mailto:x@acme.example>")]
    [InlineData("precedence", "Bulk")]
    [InlineData("x-mlserver", "fml [4.0]")]
    [InlineData("x-ml-name", "orders")]
    public void Newsletters_are_bulk_from_outside_and_mass_from_us(string name, string value)
    {
        Expect(InteractionClass.Bulk, Direction.Inbound, Some.Mail(headers: (name, value)));
        Expect(
            InteractionClass.Mass,
            Direction.Outbound,
            Some.Mail(from: "ana@us.example", to: "jane@acme.example", headers: (name, value)));
    }

    [Fact]
    public void What_comes_through_a_group_address_of_ours_is_not_a_newsletter() =>
        Expect(
            InteractionClass.Human,
            Direction.Inbound,
            Some.Mail(headers: [("list-id", "Support <support.us.example>"), ("list-unsubscribe", "<x>"), ("precedence", "list")]));

    [Fact]
    public void A_no_reply_sender_is_bulk() => Expect(InteractionClass.Bulk, Direction.Inbound, Some.Mail(from: "no-reply@shop.example"));

    [Fact]
    public void A_web_form_of_our_own_is_written_by_its_reply_to()
    {
        var mail = Some.Mail(from: "noreply@us.example", to: "support@us.example", replyTo: "jane@acme.example");
        Expect(InteractionClass.Human, Direction.Inbound, mail);
        Assert.Equal("jane@acme.example", Classifier.Classify(mail.Line()).Author!.Value);
    }

    [Fact]
    public void A_person_with_another_reply_to_stays_the_author() =>
        Assert.Equal("jane@acme.example", Classifier.Classify(Some.Mail(replyTo: "office@acme.example").Line()).Author!.Value);

    [Theory]
    [InlineData(10, InteractionClass.Human)]
    [InlineData(11, InteractionClass.Mass)]
    public void A_mail_of_ours_to_more_than_ten_outsiders_is_mass(int people, InteractionClass expected) =>
        Expect(
            expected,
            Direction.Outbound,
            Some.Mail(from: "ana@us.example", to: string.Join(',', Enumerable.Range(0, people).Select(i => $"p{i}@acme.example"))));

    [Fact]
    public void X_Auto_Response_Suppress_is_no_evidence() =>
        Expect(InteractionClass.Human, Direction.Inbound, Some.Mail(headers: ("x-auto-response-suppress", "All")));

    [Fact]
    public void Every_class_comes_with_its_reason() =>
        Assert.Equal(
            ["Auto-Submitted: auto-replied"],
            Classifier.Classify(Some.Mail(headers: ("auto-submitted", "auto-replied")).Line()).Reasons);

    [Fact]
    public void The_same_mail_is_outbound_for_its_author_and_inbound_for_the_colleague_who_got_a_copy()
    {
        var mail = Some.Mail(from: "ana@us.example", to: "jane@acme.example", cc: "bob@us.example").Line();
        Assert.Equal(Direction.Outbound, SeenBy("ana@us.example"));
        Assert.Equal(Direction.Inbound, SeenBy("bob@us.example"));

        Direction SeenBy(string own) =>
            Domain.Log.Classifier.DirectionSeenFrom(new HashSet<EmailAddress> { Some.Address(own) }, mail, Classifier.Classify(mail));
    }

    [Theory]
    [InlineData("Many thanks Ana, perfect!", true)]
    [InlineData("Thanks, but it still fails", false)]
    [InlineData("ok", true)]
    [InlineData("OK?", false)]
    [InlineData("Thank you very much Jane", true)]
    [InlineData("Great, thanks Bob and Weber team", true)]
    [InlineData("you and me", false)]
    [InlineData("", false)]
    [InlineData("thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks", false)]
    public void Acknowledgements_are_told_from_mail_that_wants_an_answer(string text, bool expected) =>
        Assert.Equal(expected, Classifier.CreateLine(Some.Mail(text: text).Line()).Acknowledgement);

    [Fact]
    public void An_acknowledgement_with_an_attachment_is_none() =>
        Assert.False(Classifier.CreateLine((Some.Mail(text: "thanks") with { Attachments = 1 }).Line()).Acknowledgement);

    [Theory]
    [InlineData("This is a complaint.", new[] { "complaint" })]
    [InlineData("No complaints at all", new string[0])]
    [InlineData("This is not\n  acceptable!", new[] { "complaint" })]
    public void Markers_are_found_on_word_boundaries_and_across_lines(string text, string[] markers) =>
        Assert.Equal(markers, Classifier.CreateLine(Some.Mail(text: text).Line()).Markers);

    [Fact]
    public void A_marker_of_one_direction_is_not_carried_in_the_other() =>
        Assert.Empty(
            Classifier.CreateLine(Some.Mail(from: "ana@us.example", to: "jane@acme.example", text: "your complaint").Line()).Markers
        );

    [Fact]
    public void A_marker_for_subjects_is_not_looked_for_in_the_text()
    {
        Assert.Empty(Classifier.CreateLine(Some.Mail(text: "our offer").Line()).Markers);
        Assert.Equal(["offer"], Classifier.CreateLine(Some.Mail(subject: "Your offer").Line()).Markers);
    }

    [Fact]
    public void Text_conditions_are_remembered_when_the_text_is_not() =>
        Assert.Equal(["money back"], Classifier.CreateLine(Some.Mail(text: "I want my MONEY\nBACK now").Line()).Phrases);

    [Theory]
    [InlineData("Private")]
    [InlineData("personal")]
    public void Mail_marked_private_is_not_captured(string sensitivity) =>
        Assert.NotNull(Some.Capture().WhyNot(Some.Mail(headers: ("sensitivity", sensitivity))));

    private static void Expect(InteractionClass expected, Direction direction, MailFacts facts)
    {
        var verdict = Classifier.Classify(facts.Line());
        Assert.Equal((expected, direction), (verdict.Class, verdict.Direction));
        Assert.NotEmpty(verdict.Reasons);
    }
}
