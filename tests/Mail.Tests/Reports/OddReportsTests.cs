using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;

namespace CrmSync.Mail.Tests.Reports;

/// <summary>Reports that came in a form of their own, or were damaged on their way.</summary>
public sealed class OddReportsTests
{
    private const string Machine = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.hill.example\nTo: ana@hill.example\nSubject: Returned mail\n";

    [Fact]
    public void Recipients_without_a_blank_line_between_them_are_all_found() =>
        Assert.Equal(
            "kim@castro.example Failed 5.2.2, ben@castro.example Delayed 4.4.1",
            Told(
                Machine
                    + "Content-Type: multipart/report; boundary=x\n\n--x\n\nSorry.\n--x\nContent-Type: message/delivery-status\n\n"
                    + "Reporting-MTA: dns; mx.hill.example\nFinal-Recipient: rfc822; kim@castro.example\n"
                    + "Original-Recipient: rfc822;kim@castro.example\nAction: failed\nStatus: 5.2.2\n"
                    + "Final-Recipient: rfc822; ben@castro.example\nAction: delayed\nStatus: 4.4.1\n--x--\n"));

    [Fact]
    public void Original_and_final_recipient_are_one() =>
        Assert.Equal(
            "kim@castro.example Failed 5.1.1",
            Told(
                Machine
                    + "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
                    + "Reporting-MTA: dns; mx.hill.example\n\nOriginal-Recipient: rfc822;kim@castro.example\n"
                    + "Final-Recipient: rfc822; kim.moss@inner.castro.example\nAction: failed\nStatus: 5.1.1\n--x--\n"));

    [Theory]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status\n")] // the boundary was lost
    [InlineData("Content-Type: multipart/report; boundary=lost\n")] // a boundary that stands nowhere
    [InlineData("")] // the whole MIME header was lost
    public void A_report_whose_parts_were_lost_is_read_from_its_text(string type) =>
        Assert.Equal(
            "ben@castro.example Failed 5.7.1, kim@castro.example Delayed 4.0.0",
            Told(
                Machine
                    + type
                    + "\nThis report relates to a message you sent with the following header fields:\n\n  Message-id: <a@hill.example>\n"
                    + "  Date: Mon, 2 Mar 2026 09:00:00 +0000\n  From: ana@hill.example\n  To: all@castro.example\n  Subject: Pumps\n\n"
                    + "Reporting-MTA: dns; mx.castro.example\n\nAction: failed\nStatus: 5.7.1 (rejected)\n"
                    + "Final-recipient: rfc822;ben@castro.example\nDiagnostic-code: smtp; 550 5.7.1 no\n\nAction: delayed\nStatus: 4.0.0\n"
                    + "Final-recipient: rfc822;kim@castro.example\n"));

    [Fact]
    public void A_name_without_a_domain_is_completed_by_the_report_in_the_text() =>
        Assert.Equal(
            "kim@castro.example Failed 4.4.7",
            Told(
                Machine
                    + "\n--w5\n\n   ----- The following addresses had permanent fatal errors -----\nkim\n    (expanded from: kim)\n\n--w5\n"
                    + "Content-Type: message/delivery-status\n\nReporting-MTA: dns; castro.example\n\n"
                    + "Final-Recipient: RFC822; kim@castro.example\nAction: failed\nStatus: 4.4.7\n\n--w5\n"));

    [Theory]
    [InlineData("Hello Ana, what does this mean?\n\nFinal-Recipient: rfc822; ben@castro.example\nAction: failed\nStatus: 5.1.1\n")]
    [InlineData("> Final-Recipient: rfc822; ben@castro.example\n> Action: failed\n> Status: 5.1.1\n\nWhat does that mean?\n")]
    [InlineData("---------- Forwarded message ----------\nFrom: MAILER-DAEMON@mx.example\nSubject: Returned mail\n\nuser unknown\n"
        + "Final-Recipient: rfc822; ben@castro.example\nAction: failed\n")]
    public void A_person_who_sends_a_report_on_is_no_mail_server(string text) =>
        Assert.Null(Report($"From: Kim Moss <kim@castro.example>\nTo: ana@hill.example\nSubject: Fwd: Returned mail\n\n{text}"));

    [Theory]
    [InlineData("届かないため、再送してください。\n\nRecipient: <kim@castro.example>\n<<< 550 <kim@castro.example>: User unknown\n", "Failed")]
    [InlineData("Temporary problems are reported like this as well.\n\n<kim@castro.example>: 550 5.1.1 unknown user\n", "Failed")]
    [InlineData("We will keep trying.\n\n<kim@castro.example>: 450 4.2.0 try again later\n", "Delayed")]
    [InlineData("We will keep trying.\n\n<kim@castro.example>: host mx.castro.example is down\n", "Delayed")]
    [InlineData("再送を試みます。\n\n<kim@castro.example>: 421 busy\n", "Delayed")]
    public void What_a_server_refused_for_good_is_not_delayed(string text, string action)
    {
        var recipient = Assert.Single(Report($"{Machine}Content-Type: text/plain; charset=utf-8\n\n{text}")!.Recipients);
        Assert.Equal(("kim@castro.example", action), (recipient.Address, recipient.Action.ToString()));
    }

    [Theory]
    [InlineData(
        "\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"kim@castro.example\",\"status\":\"5.1.1\"},"
            + "{\"emailAddress\":\"Ben <ben@castro.example>\"}]}",
        "kim@castro.example Failed 5.1.1, ben@castro.example Failed ")]
    [InlineData(
        "\"eventType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"kim@castro.example\"}]}",
        "kim@castro.example Failed ")]
    [InlineData(
        "\"eventType\":\"DeliveryDelay\",\"deliveryDelay\":{\"delayedRecipients\":[{\"emailAddress\":\"kim@castro.example\",\"status\":"
            + "\"4.4.7\"}]}",
        "kim@castro.example Delayed 4.4.7")]
    [InlineData(
        "\"notificationType\":\"Delivery\",\"delivery\":{\"recipients\":[\"kim@castro.example\"],\"smtpResponse\":\"250 ok\"}",
        "kim@castro.example Delivered ")]
    [InlineData(
        "\"notificationType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":\"kim@castro.example\"}],"
            + "\"complaintFeedbackType\":\"abuse\"}",
        "kim@castro.example Complained ")]
    public void A_sending_service_reports_in_json(string fields, string told)
    {
        var report = Report(Notification("{" + fields + ",\"mail\":{\"messageId\":\"0100-inner\",\"headers\":[{\"name\":\"!\n Message-ID\","
            + "\"value\":\"<a@hill.example>\"}],\"commonHeaders\":{\"subject\":\"Pumps\",\"messageId\":\"<b@hill.example>\"}}}"))!;
        Assert.Equal(told, Words(report));
        Assert.Equal(("a@hill.example", "Pumps"), (report.OriginalMessageId, report.OriginalSubject));
    }

    [Fact]
    public void A_report_in_the_envelope_of_a_topic_is_read_as_well() =>
        Assert.Equal(
            "kim@castro.example Failed ",
            Told(Notification(
                "{\"Type\":\"Notification\",\"Message\":\"{\\\"notificationType\\\":\\\"Bounce\\\",\\\"bounce\\\":"
                    + "{\\\"bouncedRecipients\\\":[{\\\"emailAddress\\\":\\\"kim@castro.example\\\"}]},\\\"mail\\\":{}}\"}")));

    [Fact]
    public void Where_a_program_failed_the_address_we_wrote_to_counts() =>
        Assert.Equal(
            "kim@castro.example Failed 5.5.0",
            Told(
                Machine
                    + "\n   ----- The following addresses had permanent fatal errors -----\n\"|/bin/vacation kim\"\n"
                    + "    (expanded from: <kim@castro.example>)\n\nReporting-MTA: dns; inner.castro.example\n\n"
                    + "Final-Recipient: RFC822; kim@inner.castro.example\nAction: failed\nStatus: 5.5.0\n\n"
                    + "Return-Path: <ana@hill.example>\nReceived: from hill.example\nFrom: ana@hill.example\nTo: kim@castro.example\n"));

    [Theory]
    [InlineData("{\"order\":17,\"mail\":{\"to\":\"kim@castro.example\"}}")]
    [InlineData("{\"notificationType\":\"Bounce\",\"bounce\":\"none\",\"mail\":{}}")]
    [InlineData("{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"kim@castro.example\"}]}}")]
    [InlineData("{ braces } are what I like best. Could you send \"notificationType\" again?")]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Other_json_and_braces_report_nothing(string text) => Assert.Null(Report(Notification(text)));

    private static string Notification(string json) =>
        "From: Topic <no-reply@sns.cloud.example>\nTo: ana@hill.example\nSubject: Notification Message\n\n"
        + json
        + "\n\n--\nIf you wish to stop receiving notifications, visit https://sns.cloud.example/unsubscribe.html\n";

    private static string Told(string text) => Words(Report(text)!);

    private static string Words(MailReport report) =>
        string.Join(", ", report.Recipients.Select(r => $"{r.Address} {r.Action} {r.Status}"));

    private static MailReport? Report(string text) => MailReport.Parse(MimeReader.Read(Encoding.UTF8.GetBytes(text)));
}
