using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Mime;

public sealed class FixtureTests
{
    [Fact]
    public void Every_invented_mail_answers_everything()
    {
        foreach (var name in Fixture.Names())
            Touch.Everything(Fixture.Read(name), name);
    }

    [Fact]
    public void A_mail_without_message_id_has_none_and_is_read_like_any_other()
    {
        var mail = Fixture.Read("appliance-no-message-id");
        Assert.Null(mail.MessageId);
        Assert.Equal("Scan 17", mail.Subject);
        Assert.Equal("See the scan.", mail.Text.Trim());
        Assert.Empty(mail.Problems);
    }

    [Fact]
    public void Of_two_authors_the_first_that_names_a_mailbox_counts_and_the_oddity_is_told()
    {
        var mail = Fixture.Read("gateway-two-from");
        Assert.Equal([new Mailbox("Ana Hill", "ana@hill.example")], mail.From);
        Assert.Contains(mail.Problems, p => p.Contains("From", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_gives_its_members_and_an_empty_group_nobody()
    {
        var mail = Fixture.Read("outlook-group-address");
        Assert.Equal(["ben@bright.example", "carla@bright.example", "david@bright.example"], mail.To.Select(m => m.Address));
        Assert.Empty(mail.Cc);
    }

    [Fact]
    public void A_comma_inside_an_encoded_or_unquoted_name_does_not_split_the_mailbox()
    {
        var mail = Fixture.Read("gmail-encoded-comma");
        Assert.Equal([new Mailbox("Hill, Ana", "ana@hill.example")], mail.From);
        Assert.Equal([new Mailbox("Berg, Ben", "ben@bright.example"), new Mailbox("Castro, Carla", "carla@bright.example")], mail.To);
        Assert.Equal("Grüße aus Köln", mail.Subject);
    }

    [Fact]
    public void Nul_bytes_disappear_from_subject_and_text()
    {
        var mail = Fixture.Read("listserv-nul-in-subject");
        Assert.Equal("beforeafter", mail.Subject);
        Assert.Equal("ab", mail.Text.Trim());
    }

    [Theory]
    [InlineData("old-clock-date-1970", false)]
    [InlineData("spam-date-2038", true)]
    [InlineData("template-date-garbage", false)]
    public void Absurd_dates_are_flagged(string name, bool isPlausibleWithoutClock) =>
        Assert.Equal(isPlausibleWithoutClock, Fixture.Read(name).Date!.Plausible);

    [Fact]
    public void A_forwarded_mail_gives_the_outer_one_neither_headers_nor_text_nor_files()
    {
        var mail = Fixture.Read("forwarder-message-in-message");
        Assert.Null(mail.MessageId);
        Assert.Null(mail.Headers.First("X-Failed-Recipients"));
        Assert.Null(MailReport.Parse(mail));
        Assert.Equal("Please look at this.", mail.Text.Trim());
        Assert.Equal(1, mail.AttachmentCount);
        var inner = mail.Root.Parts[1].Parts[0];
        Assert.Equal("<inner@castro.example>", inner.Headers.First("message-id"));
    }

    [Fact]
    public void A_picture_in_the_text_is_no_attachment_and_a_split_file_name_is_joined()
    {
        var mail = Fixture.Read("apple-inline-picture");
        Assert.Equal(1, mail.AttachmentCount);
        Assert.Equal("Angebot für Berg.pdf", mail.Root.Parts[1].FileName);
        Assert.Equal(6, mail.Root.Parts[1].Size);
        Assert.NotNull(mail.Html);
        Assert.Equal("Hello Ben\n\nCan you come?", mail.Text);
        Assert.Equal("Hello Ben\n\nCan you come?", OwnText.From(mail).Own);
    }

    [Fact]
    public void Flowed_paragraphs_are_one_line_each_and_quotes_keep_their_depth()
    {
        var mail = Fixture.Read("thunderbird-format-flowed");
        Assert.Equal(
            "This is one paragraph in three lines.\n\n> Quoted and flowed.\n>> Deeper\n\nFrom the start\n-- \nAna",
            mail.Text.TrimEnd('\n'));
        Assert.Equal("This is one paragraph in three lines.\n\nFrom the start", OwnText.From(mail).Own);
    }

    [Fact]
    public void A_calendar_request_is_handed_on_with_its_method_and_place()
    {
        var calendar = Assert.Single(Fixture.Read("outlook-calendar-request").Calendars);
        Assert.Equal(("REQUEST", CalendarPlace.Alternative, "text/calendar"), (calendar.Method, calendar.Place, calendar.ContentType));
        Assert.StartsWith("BEGIN:VCALENDAR", System.Text.Encoding.UTF8.GetString(calendar.Content.Span), StringComparison.Ordinal);
        Assert.Equal(0, Fixture.Read("outlook-calendar-request").AttachmentCount);
    }

    [Fact]
    public void A_body_that_uses_another_boundary_than_the_header_names_is_still_read()
    {
        var mail = Fixture.Read("gateway-wrong-boundary");
        Assert.Equal("The text is here.", mail.Text);
        Assert.Contains(mail.Problems, p => p.Contains("boundary", StringComparison.Ordinal));
    }

    [Fact]
    public void A_multipart_without_parts_is_text() =>
        Assert.Equal("Just text, and no boundary anywhere.", Fixture.Read("converter-multipart-without-parts").Text.Trim());

    [Fact]
    public void Lines_may_end_with_CR_alone()
    {
        var mail = Fixture.Read("macintosh-cr-only");
        Assert.Equal("classic", mail.Subject);
        Assert.Equal("Line one\nLine two", mail.Text.Trim());
    }

    [Fact]
    public void A_byte_order_mark_and_an_mbox_line_before_the_headers_are_skipped()
    {
        var mail = Fixture.Read("mbox-from-line-and-bom");
        Assert.Equal(("boxed", "ana@hill.example"), (mail.Subject, mail.From[0].Address));
        Assert.Empty(mail.Problems);
    }

    [Fact]
    public void Undeclared_bytes_are_windows_1252_unless_they_are_utf8()
    {
        var mail = Fixture.Read("undeclared-windows-1252");
        Assert.Equal("Grüße", mail.Subject);
        Assert.Equal("Grüße – 100 €", mail.Text.Trim());
        Assert.Equal("Grüße aus Köln", Fixture.Read("exchange-mislabelled-utf8").Text);
    }

    [Fact]
    public void A_uuencoded_file_in_the_text_is_an_attachment_and_not_text()
    {
        var mail = Fixture.Read("usenet-uuencoded-file");
        Assert.Equal(1, mail.AttachmentCount);
        Assert.Equal("Here it is:\n\n\nBye", mail.Text.Trim());
    }

    [Fact]
    public void A_bounce_in_a_mail_systems_own_words_names_recipient_and_mail()
    {
        var report = MailReport.Parse(Fixture.Read("exim-mail-delivery-failed"))!;
        var recipient = Assert.Single(report.Recipients);
        Assert.Equal(
            (ReportKind.Delivery, "offer@bright.example", "Offer"),
            (report.Kind, report.OriginalMessageId, report.OriginalSubject));
        Assert.Equal(("gone@hill.example", ReportAction.Failed, "5.1.1"), (recipient.Address, recipient.Action, recipient.Status));
    }

    [Fact]
    public void A_delayed_mail_has_not_failed()
    {
        var report = MailReport.Parse(Fixture.Read("postfix-delayed-report"))!;
        Assert.Equal(
            new ReportedRecipient("slow@hill.example", ReportAction.Delayed, "4.4.1", "connection timed out"),
            Assert.Single(report.Recipients));
        Assert.Equal("slow@bright.example", report.OriginalMessageId);
    }

    [Fact]
    public void A_read_receipt_is_a_disposition()
    {
        var report = MailReport.Parse(Fixture.Read("outlook-read-receipt"))!;
        Assert.Equal((ReportKind.Disposition, "offer@bright.example"), (report.Kind, report.OriginalMessageId));
        Assert.Equal(ReportAction.Displayed, report.Recipients[0].Action);
    }

    [Fact]
    public void Ten_thousand_recipients_are_all_read()
    {
        var to = string.Join(",\r\n ", Enumerable.Range(0, 10_000).Select(i => $"\"Person {i}\" <p{i}@hill.example>"));
        var mail = Fixture.Lines("From: ana@hill.example", $"To: {to}", "Subject: all", "", "Hello");
        Assert.Equal(10_000, mail.To.Count);
        Assert.Equal("all", mail.Subject);
    }
}
