using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

/// <summary>Copies of one mail of which gateways, lists and servers changed some, and mails that only look like such copies.</summary>
public sealed class GatewayCopyTests
{
    private const string Id = "o1@acme.example";
    private const string Letter = "Dear Ana,\n\ncould you send the offer for the panels?\n\nJane";

    [Theory]
    [InlineData("Offer", "[EXTERNAL] Offer")]
    [InlineData("Offer", "[sales] Offer")]
    [InlineData("Offer", "[sales 512] Offer")]
    [InlineData("Re: Offer", "[EXTERN] Re: Offer")]
    [InlineData("Re: Offer", "Re: [sales] Offer")]
    [InlineData("Angebot", "***SPAM*** Angebot")]
    [InlineData("見積もり", "【社外】見積もり")]
    [InlineData("[Case 7] Offer", "[EXTERNAL] [Case 7] Offer")]
    public void A_tag_before_the_subject_of_one_copy_does_not_make_two_mails(string one, string other) =>
        Assert.True(Same(Some.Mail(id: Id, subject: one, text: Letter), Some.Mail(id: Id, subject: other, text: Letter)));

    [Theory]
    [InlineData("Offer", "Order")]
    [InlineData("[#1001] Shipped", "[#1002] Shipped")]
    [InlineData("[Order 1] Thanks", "[Order 2] Thanks")]
    [InlineData("Offer", "Re: Offer")]
    [InlineData("Offer 1", "Offer 2")]
    public void Another_subject_is_another_mail(string one, string other) =>
        Assert.False(Same(Some.Mail(id: Id, subject: one, text: Letter), Some.Mail(id: Id, subject: other, text: Letter)));

    [Fact]
    public void Lines_and_links_a_gateway_changed_do_not_make_two_mails()
    {
        var mail = Some.Mail(id: Id, text: Letter);
        Assert.True(Same(mail, Some.Mail(id: Id, text: Letter + "\n\nBrook Signs Ltd, Cork")));
        Assert.True(Same(mail, Some.Mail(id: Id, text: "CAUTION: from outside\n" + Letter)));
        Assert.True(Same(Some.Mail(id: Id, text: "See https://a.example/1"), Some.Mail(id: Id, text: "See https://gate.example/?u=a")));
    }

    [Fact]
    public void The_text_of_the_other_copys_html_is_enough()
    {
        var both = Some.Mail(id: Id, text: "Offer attached (plain form by another "
            + "program)") with
        { OwnTextOfHtml = "The offer is attached." };
        Assert.True(Same(both, Some.Mail(id: Id, text: "The offer is attached.")));
        Assert.True(Same(both, Some.Mail(id: Id, text: "The  offer is\nattached.\nBrook Signs Ltd")));
        Assert.False(Same(both, Some.Mail(id: Id, text: "The order is attached.")));
    }

    [Fact]
    public void Without_the_same_message_id_author_and_second_nothing_joins_changed_copies()
    {
        var mail = Some.Mail(id: Id, text: Letter);
        var changed = Letter + "\n\nBrook Signs Ltd, Cork";
        Assert.False(Same(mail, Some.Mail(id: "o2@acme.example", text: changed)));
        Assert.False(Same(mail, Some.Mail(from: "john@acme.example", id: Id, text: changed)));
        Assert.False(Same(mail, Some.Mail(id: Id, date: Some.Noon + Duration.FromSeconds(1), text: changed)));
        Assert.False(Same(mail with { MessageId = null }, Some.Mail(text: changed)));
        Assert.False(Same(mail with { Date = null }, Some.Mail(id: Id, text: changed) with { Date = null }));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "The offer is attached to this mail.")]
    [InlineData("https://a.example/1", "https://b.example/2")]
    [InlineData("Ja", "Ja\nBrook Signs Ltd")]
    public void An_empty_or_a_short_text_joins_nothing(string one, string other) =>
        Assert.False(Same(
            Some.Mail(id: Id, text: one) with { BodyDigest = new byte[] { 1 } },
            Some.Mail(id: Id, text: other) with { BodyDigest = new byte[] { 2 } }));

    [Fact]
    public void The_shorter_text_decides_what_the_mail_asks_and_says()
    {
        var copy = Some.Mail(id: Id, text: "Thanks, all of it works now").Line("ana");
        var through = Some.Mail(id: Id, text: "Thanks, all of it works now\nA complaint? Tell us: complaint@acme.example").Line("bob");
        foreach (var line in new[] { copy.With(through), through.With(copy) })
        {
            var read = new Classifier(Some.Policy).CreateLine(line);
            Assert.False(read.Question);
            Assert.Empty(read.Markers);
            Assert.Equal("Thanks, all of it works now", read.Text);
            Assert.Equal(copy.Acknowledges, read.Acknowledgement);
            Assert.Equal(["ana", "bob"], read.Accounts);
        }
    }

    [Fact]
    public void Only_those_take_part_whom_all_forms_name_but_blind_copies_stay()
    {
        var sent = Some.Mail(id: Id, text: Letter, to: "ana@us.example", cc: "john@acme.example", bcc: "bob@us.example").Line("bob");
        var listed = Some.Mail(id: Id, text: Letter + "\nlist footer", cc: "zoe@acme.example", replyTo: "list@us.example").Line("ana");
        foreach (var line in new[] { sent.With(listed), listed.With(sent) })
        {
            Assert.Equal(
                [ParticipantRole.From, ParticipantRole.To, ParticipantRole.Bcc],
                line.Participants.Select(p => p.Role));
            Assert.Equal(["john@acme.example", "zoe@acme.example", "list@us.example"], line.NamedInSome.Select(p => p.Address.Value));
        }
    }

    [Fact]
    public void Somebody_all_forms_turn_out_to_name_takes_part_whatever_comes_first()
    {
        var one = Some.Mail(id: Id, text: Letter, cc: "john@acme.example").Line("ana");
        var two = Some.Mail(id: Id, text: Letter + "\nlist footer").Line("bob");
        var three = Some.Mail(id: Id, text: Letter + "\nlist footer", to: "ana@us.example", cc: "john@acme.example").Line("carl");
        foreach (
            var line in new[]
            {
                one.With(two).With(three),
                three.With(two).With(one),
                one.With(three).With(two),
                two.With(three.With(one)),
            })
        {
            Assert.Contains(line.Participants, p => p.Address.Value == "john@acme.example");
            Assert.Empty(line.NamedInSome);
        }
    }

    [Fact]
    public void The_subject_without_the_tag_is_shown()
    {
        var direct = Some.Mail(id: Id, subject: "offer", text: Letter).Line("ana");
        var listed = Some.Mail(id: Id, subject: "[sales] offer", text: Letter).Line("bob");
        Assert.Equal(("offer", "offer"), (direct.With(listed).Subject, listed.With(direct).Subject));
    }

    [Fact]
    public void What_knows_a_mail_again_is_read_back_as_it_was_written()
    {
        var mail = Some.Mail(id: Id, subject: "[Case 7] Offer", text: Letter) with { OwnTextOfHtml = "Another text" };
        var essence = MailIdentity.From(mail).Essence!;
        Assert.Equal(essence, MailEssence.Parse(essence.Key, essence.Written));
        Assert.DoesNotContain("panels", essence.Written, StringComparison.OrdinalIgnoreCase);
    }

    private static bool Same(MailFacts one, MailFacts other)
    {
        var (a, b) = (MailIdentity.From(one), MailIdentity.From(other));
        Assert.Equal(a.SameMailAs(b), b.SameMailAs(a));
        return a.SameMailAs(b);
    }
}
