using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Reports;

public sealed class SignsTests
{
    [Theory]
    [InlineData("Returned: two pumps", "The pumps came back because the address was unknown. Where shall we send them?")]
    [InlineData("Payment failed", "Hello Ana, the payment failed twice. Please call ben@castro.example.")]
    [InlineData("Undeliverable parcels", "The parcels for carla@castro.example could not be delivered, says the driver.")]
    public void A_word_in_a_subject_makes_no_bounce(string subject, string text) =>
        Assert.Null(Report($"From: \"Mail System Team\" <mail@castro.example>\nTo: ana@hill.example\nSubject: {subject}\n\n{text}"));

    [Fact]
    public void A_customer_who_sends_our_mail_back_is_no_mail_server() =>
        Assert.Null(
            Report(
                "From: Kim <kim@castro.example>\nTo: ana@hill.example\nSubject: Payment failed\nContent-Type: multipart/mixed; "
                    + "boundary=x\n\n"
                    + "--x\n\nHello Ana, the payment failed.\n--x\nContent-Type: message/rfc822\n\n"
                    + "From: ana@hill.example\nTo: kim@castro.example\nMessage-ID: <a@hill.example>\nSubject: Invoice\n\nPlease pay.\n--x--"
            )
        );

    [Theory]
    [InlineData("[like]  Kim Castro reacted to your message:\n________________________________\nFrom: Ana Hill <ana@hill.example>\n"
        + "Sent: Monday, March 2, 2026 9:12 AM\nTo: Kim Castro <kim@castro.example>\nSubject: Pumps\n\nCan you come?")]
    [InlineData("\U0001F44D\n\nKim Castro reacted via Gmail\n<https://mail.example/about>\n\nOn Mon, 2 Mar 2026 at 09:12, Ana Hill "
        + "<ana@hill.example> wrote:\n\n> Can you come?")]
    [InlineData("\U0001F496 Kim Castro 已通过 Gmail 做出回应\n\n"
        + "2026年3月2日 09:12，Ana Hill <ana@hill.example> 写道：\n\n> Can you come?")]
    public void A_reaction_is_known_by_what_is_said_of_its_author(string text) => Assert.True(PlainReceipt.IsReaction(FromKim(text)));

    [Theory]
    [InlineData("Ben Castro reacted to your message: he will not pay.")]
    [InlineData("Kim Castro reacted to your message: looks great!\n\nBut when will it be here?")]
    [InlineData("Has anybody reacted to your message?")]
    [InlineData("\U0001F44D")]
    public void Somebody_who_writes_of_reactions_is_none(string text) => Assert.False(PlainReceipt.IsReaction(FromKim(text)));

    [Theory]
    [InlineData("Your message to kim@castro.example has been postponed. We will keep trying for three days.", ReportAction.Delayed)]
    [InlineData("Your message could not be delivered to kim@castro.example yet. It will be retried for 4 days.", ReportAction.Delayed)]
    [InlineData("Die Zustellung an kim@castro.example hat sich verzögert, es wird weiter versucht.", ReportAction.Delayed)]
    [InlineData("Your message could not be delivered to kim@castro.example for 5 days; giving up.", ReportAction.Failed)]
    [InlineData("550 5.1.1 <kim@castro.example>: user unknown", ReportAction.Failed)]
    public void What_is_tried_again_is_delayed(string text, ReportAction action)
    {
        var report = Report($"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: ana@hill.example\nSubject: Mail\n\n{text}");
        Assert.Equal(("kim@castro.example", action), (report!.Recipients[0].Address, report.Recipients[0].Action));
    }

    [Fact]
    public void The_headers_of_the_returned_mail_name_nobody_who_failed()
    {
        var report = Report(
            "Return-Path: <>\nFrom: postmaster@castro.example\nTo: ana@hill.example\nSubject: Mail\n\nYour message\n\n  To: "
                + "all@castro.example\n"
                + "  Subject: Pumps\n  Sent: Mon, 2 Mar 2026 09:00\n\ndid not reach the following recipient(s):\n\nkim@castro.example on "
                + "Mon, 2 Mar 2026\n"
        )!;
        Assert.Equal(["kim@castro.example"], report.Recipients.Select(r => r.Address));
        Assert.Equal("Pumps", report.OriginalSubject);
    }

    [Fact]
    public void The_address_we_wrote_to_failed_and_not_where_it_led() =>
        Assert.Equal(
            ["kim@castro.example"],
            Report(
                "Return-Path: <>\nFrom: MAILER-DAEMON@castro.example\nTo: ana@hill.example\nSubject: Mail\n\n   ----- The following "
                    + "addresses had permanent fatal errors -----\n"
                    + "<kim.moss@inner.castro.example>\n    (expanded from: <kim@castro.example>)\n\n550 5.1.1 User unknown\n"
            )!
                .Recipients.Select(r => r.Address)
        );

    [Theory]
    [InlineData("Lu : Offre", "Votre message a été lu le 02.03.2026 09:30.", true)]
    [InlineData("Gelesen: Angebot", "Ihre Nachricht wurde gelesen am 02.03.2026 09:30.", true)]
    [InlineData("Read: Offer", "Your message was read on 2 March 2026 09:30.", true)]
    [InlineData("Read: chapter two", "Ana, please read chapter two before Friday 10:00. Can we talk?", false)]
    [InlineData("Re: Offer", "Your message was read on 2 March 2026 09:30.", false)]
    [InlineData("Read: the contract", "The contract has been read by our lawyer, he wants changes.", false)]
    public void A_receipt_is_known_by_subject_and_template(string subject, string text, bool receipt) =>
        Assert.Equal(receipt, PlainReceipt.IsOne(Read($"From: kim@castro.example\nSubject: {subject}\n\n{text}")));

    [Theory]
    [InlineData("News.\n\nTo unsubscribe go to https://castro.example/u?1", true)]
    [InlineData("Neues.\n\nNewsletter abbestellen: https://castro.example/u?1", true)]
    [InlineData("Actualités\n\nPour vous désinscrire : https://castro.example/u?1", true)]
    [InlineData("Please unsubscribe me from your newsletter.", false)]
    [InlineData("I want to unsubscribe but https://hill.example/u fails. Can you help?", false)]
    [InlineData("See https://castro.example/offer\n\nKim", false)]
    [InlineData(
        "Look at this.\n\n---------- Forwarded message ----------\nFrom: News <n@x.example>\n\nTo unsubscribe go to https://x.example/u",
        false
    )]
    public void A_link_to_leave_counts_outside_of_own_words(string text, bool found) =>
        Assert.Equal(
            found,
            UnsubscribeLink.IsIn(Read($"From: kim@castro.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n{text}"))
        );

    [Theory]
    [InlineData("Fine, but can we start at eleven?", true)]
    [InlineData("Kim Moss has accepted this invitation.\n\nTalk\nMon 2 Mar 2026 10:00", false)]
    [InlineData("", false)]
    [InlineData("You are invited.", false)]
    [InlineData("Kim Moss hat die Einladung angenommen.\n\nWann: Montag", false)]
    public void Words_in_an_answer_are_told_from_the_template(string text, bool words)
    {
        var message = Read(
            "From: kim@castro.example\nSubject: Accepted: Talk\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\n"
                + text
                + "\n--x\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Talk\n"
                + "END:VEVENT\nEND:VCALENDAR\n--x--"
        );
        Assert.Equal(words, MeetingAnswer.HasWords(message, OwnText.From(message).Own));
    }

    [Theory]
    [InlineData("kim(at home)@castro.example", "kim@castro.example")]
    [InlineData("<kim@(the)castro.example>", "kim@castro.example")]
    [InlineData("<kim@castro.example> <ben@castro.example>", "kim@castro.example ben@castro.example")]
    public void Odd_addresses_are_read_as_other_readers_do(string written, string addresses) =>
        Assert.Equal(addresses, string.Join(' ', AddressList.Parse(written).Select(m => m.Address)));

    [Fact]
    public void A_footer_behind_base64_is_not_decoded() =>
        Assert.Equal(
            "Grüße",
            Read(
                "From: k@x.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQ==\n\n_____\n"
                    + "A list of ours\n"
            )
                .Text.Trim()
        );

    private static MailReport? Report(string text) => MailReport.Parse(Read(text));

    private static MimeMessage Read(string text) => MimeReader.Read(Encoding.UTF8.GetBytes(text));

    private static MimeMessage FromKim(string text) =>
        MimeReader.Read(
            Encoding.UTF8.GetBytes(
                "From: Kim Castro <kim@castro.example>\nTo: ana@hill.example\nSubject: Re: Pumps\n"
                    + $"Content-Type: text/plain; charset=utf-8\n\n{text}"));
}
