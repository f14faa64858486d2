using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Tests.Mime;

public sealed class AttachedMailTests
{
    private const string Inside =
        "Message-ID: <a@moss.example>\r\nFrom: Kim <kim@moss.example>\r\nSubject: Pumps\r\n"
        + "Content-Type: multipart/alternative; boundary=in\r\n\r\n"
        + "--in\r\n\r\nHow much is a pump?\r\n--in\r\nContent-Type: text/html\r\n\r\n<p>How much is a pump?</p>\r\n--in--\r\n";

    [Fact]
    public void An_attached_mail_reads_like_the_mail_itself()
    {
        var itself = MimeReader.Read(Encoding.UTF8.GetBytes(Inside));
        var attached = Assert.Single(Read(Around("", Inside)).Attached);
        Assert.Equal(
            (itself.MessageId, itself.Subject, itself.Text, itself.From[0]),
            (attached.MessageId, attached.Subject, attached.Text, attached.From[0]));
        Assert.Equal(itself.BodyDigest, attached.BodyDigest);
    }

    [Fact]
    public void It_is_the_same_whatever_the_pieces_it_came_in()
    {
        var mail = Encoding.UTF8.GetBytes(Around("", Inside));
        var whole = MimeReader.Read(mail).Attached[0];
        foreach (var size in (int[])[1, 2, 3, 7, 40])
        {
            var parser = new MimeParser();
            foreach (var piece in mail.Chunk(size))
                parser.Append(piece);
            Assert.Equal(whole.BodyDigest, Assert.Single(parser.Finish().Attached).BodyDigest);
        }
    }

    [Fact]
    public void An_encoded_one_is_read_as_well() =>
        Assert.Equal(
            "How much is a pump?",
            Assert
                .Single(
                    Read(Around("Content-Transfer-Encoding: base64\r\n", Convert.ToBase64String(Encoding.UTF8.GetBytes(Inside)))).Attached)
                .Text.Trim());

    [Fact]
    public void Several_are_read_in_their_order() =>
        Assert.Equal(
            ["Pumps", "Hoses"],
            Read(Around("", Inside, Inside.Replace("Pumps", "Hoses", StringComparison.Ordinal))).Attached.Select(mail => mail.Subject));

    [Fact]
    public void What_is_attached_to_an_attached_mail_stays_closed() =>
        Assert.Empty(Assert.Single(Read(Around("", Around("", Inside))).Attached).Attached);

    [Theory]
    [InlineData("multipart/report; report-type=delivery-status")]
    [InlineData("multipart/digest")]
    public void Returned_mails_and_digests_are_no_attachments(string type) =>
        Assert.False(Read(Around("", Inside).Replace("multipart/mixed", type, StringComparison.Ordinal)).HasAttached);

    [Fact]
    public void Of_a_large_one_the_beginning_is_read()
    {
        var large = Inside + "\r\n--in\r\nContent-Type: application/pdf\r\n\r\n" + new string('x', 3 << 20);
        Assert.Equal("Pumps", Assert.Single(Read(Around("", large)).Attached).Subject);
    }

    private static MimeMessage Read(string mail) => MimeReader.Read(Encoding.UTF8.GetBytes(mail));

    private static string Around(string fields, params string[] mails) =>
        "From: ana@hill.example\r\nSubject: Fwd: Pumps\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\nFor you.\r\n"
        + string.Concat(mails.Select(mail => $"--out\r\nContent-Type: message/rfc822\r\n{fields}\r\n{mail}\r\n"))
        + "--out--\r\n";
}
