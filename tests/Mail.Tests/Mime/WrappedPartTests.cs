using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;
using Org.BouncyCastle.Cms;

namespace CrmSync.Mail.Tests.Mime;

/// <summary>Mails that lie wrapped in another: S/MIME's opaque signatures, and Outlook's winmail.dat.</summary>
public sealed class WrappedPartTests
{
    private const string Head =
        "From: Kim Moss <kim@castro.example>\nTo: ana@hill.example\nSubject: Pumps\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n";
    private static readonly DateTime Ten = new(2026, 3, 9, 10, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m")]
    [InlineData("application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m")]
    [InlineData("application/pkcs7-mime; name=smime.p7m")]
    public void An_opaque_signature_shows_the_mail_inside(string type)
    {
        var message = Wrapped(type, Signed("Content-Type: text/plain; charset=utf-8\n\nDid the pumps arrive?\n\nKim Moss\n"));
        Assert.Contains("Did the pumps arrive?", message.Text, StringComparison.Ordinal);
        Assert.Equal(("kim@castro.example", "Pumps", 0), (message.From[0].Address, message.Subject, message.AttachmentCount));
    }

    [Fact]
    public void Files_and_quotes_inside_a_signature_are_known_as_elsewhere()
    {
        var message = Wrapped(
            "application/pkcs7-mime; smime-type=signed-data",
            Signed(
                "Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/html\n\n<p>Yes.</p><blockquote type=cite>Can you?"
                    + "</blockquote>\n--i\nContent-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\n\nx\n--i--\n"));
        Assert.Equal(("Yes.", 1), (OwnText.From(message).Own, message.AttachmentCount));
    }

    [Theory]
    [InlineData("smime-type=enveloped-data")]
    [InlineData("smime-type=certs-only")]
    public void What_is_encrypted_stays_closed(string kind)
    {
        var message = Wrapped($"application/pkcs7-mime; {kind}; name=smime.p7m", Signed("Content-Type: text/plain\n\nInside?\n"));
        Assert.DoesNotContain("Inside", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_signature_is_a_file()
    {
        var signed = Signed("Content-Type: text/plain\n\nInside?\n");
        var message = Wrapped("application/pkcs7-mime; smime-type=signed-data", signed[..(signed.Length / 2)]);
        Assert.Equal("", message.Text);
        _ = message.AttachmentCount;
    }

    [Theory]
    [InlineData("IPM.Microsoft Schedule.MtgRespP", "REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:kim@castro.example")]
    [InlineData("IPM.Microsoft Schedule.MtgRespN", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:kim@castro.example")]
    [InlineData("IPM.Schedule.Meeting.Resp.Tent", "REPLY", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:kim@castro.example")]
    [InlineData("IPM.Microsoft Schedule.MtgReq", "REQUEST", "ORGANIZER:mailto:kim@castro.example")]
    [InlineData("IPM.Microsoft Schedule.MtgCncl", "CANCEL", "STATUS:CANCELLED")]
    public void A_meeting_in_winmail_dat_is_a_calendar(string type, string method, string line)
    {
        var tnef = new Tnef(type).Subject("Talk, with Ana").Uid("talk-17@castro.example").When(Ten, Ten.AddHours(1));
        var calendar = Assert.Single(Winmail(tnef.ToArray()).Calendars);
        var text = Encoding.UTF8.GetString(calendar.Content.Span);
        Assert.Equal(method, calendar.Method);
        Assert.Contains("UID:talk-17@castro.example\n", text, StringComparison.Ordinal);
        Assert.Contains("DTSTART:20260309T100000Z\nDTEND:20260309T110000Z\n", text, StringComparison.Ordinal);
        Assert.Contains("SUMMARY:Talk\\, with Ana\n", text, StringComparison.Ordinal);
        Assert.Contains(line, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_id_of_an_occurrence_is_that_of_its_series()
    {
        byte[] series = [.. Enumerable.Range(1, 16).Select(i => (byte)i), 0, 0, 0, 0, .. new byte[16], 4, 0, 0, 0, 9, 9, 9, 9];
        byte[] occurrence = [.. series[..16], 0x07, 0xEA, 3, 9, .. series[20..]];
        string Uid(byte[] id)
        {
            var tnef = new Tnef("IPM.Microsoft Schedule.MtgReq").ObjectId(id).When(Ten, Ten.AddHours(1));
            return Encoding.UTF8.GetString(Winmail(tnef.ToArray()).Calendars[0].Content.Span)
                .Split('\n')
                .Single(line => line.StartsWith("UID:", StringComparison.Ordinal));
        }

        Assert.Equal("UID:" + Convert.ToHexString(series), Uid(series));
        Assert.Equal(Uid(series), Uid(occurrence));
    }

    [Fact]
    public void The_text_in_winmail_dat_is_the_text_of_the_mail()
    {
        var message = Winmail(new Tnef("IPM.Note").Subject("Pumps").Body("Did they arrive?\r\n").ToArray());
        Assert.Contains("Did they arrive?", message.Text, StringComparison.Ordinal);
        Assert.Empty(message.Calendars);
    }

    [Fact]
    public void A_note_about_a_meeting_is_no_calendar() =>
        Assert.Empty(Winmail(new Tnef("IPM.Note").Subject("Accepted: Talk").Body("See you.").Uid("x").When(Ten, Ten).ToArray()).Calendars);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(60)]
    public void A_winmail_dat_cut_short_breaks_nothing(int length)
    {
        var tnef = new Tnef("IPM.Note").Body("Did they arrive?").ToArray();
        Assert.Empty(Winmail(tnef[..length]).Calendars);
    }

    private static byte[] Signed(string mail) =>
        new CmsSignedDataGenerator().Generate(new CmsProcessableByteArray(Encoding.UTF8.GetBytes(mail)), encapsulate: true).GetEncoded();

    private static MimeMessage Winmail(byte[] tnef) =>
        Read(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\n\n--o\n"
                + "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
                + Convert.ToBase64String(tnef, Base64FormattingOptions.InsertLineBreaks)
                + "\n--o--\n");

    private static MimeMessage Wrapped(string type, byte[] content) =>
        Read(
            $"Content-Type: {type}\nContent-Transfer-Encoding: base64\n\n"
                + Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)
                + "\n");

    private static MimeMessage Read(string rest) => MimeReader.Read(Encoding.UTF8.GetBytes(Head + rest));
}
