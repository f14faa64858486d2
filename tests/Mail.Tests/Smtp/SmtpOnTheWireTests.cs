using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Net;
using CrmSync.Mail.Smtp;

namespace CrmSync.Mail.Tests.Smtp;

/// <summary>What a server is asked for, byte by byte, and what it gets.</summary>
public sealed class SmtpOnTheWireTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Eight_bit_text_is_announced_and_arrives_byte_for_byte()
    {
        await using var server = new FakeSmtpServer("PIPELINING", "8BITMIME", "SIZE 0");
        await using var client = await Connected(server);
        var mail = "Subject: x\r\n\r\nGrüße\r\n.\r\n..end"u8.ToArray();

        Assert.True((await client.Send(new SmtpMail("a@x.example", ["b@x.example"], mail), None)).IsAccepted);

        // As on the wire: the last line is ended, the two dots are doubled.
        Assert.Contains($"MAIL FROM:<a@x.example> SIZE={mail.Length + 4} BODY=8BITMIME", server.Received);
        Assert.Equal([.. mail, .. "\r\n"u8], Assert.Single(server.Taken).Content);
    }

    [Fact]
    public async Task Without_8BITMIME_a_mail_with_eight_bits_cannot_go_and_one_without_can()
    {
        await using var server = new FakeSmtpServer("PIPELINING");
        await using var client = await Connected(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            client.Send(new SmtpMail("a@x.example", ["b@x.example"], "Subject: x\r\n\r\nGrüße"u8.ToArray()), None));
        Assert.Equal((MailFailure.Permanent, false), (failure.Failure, failure.ConnectionLost));
        Assert.True((await client.Send(Plain("b@x.example"), None)).IsAccepted);
        Assert.Contains("MAIL FROM:<a@x.example>", server.Received);
    }

    [Fact]
    public async Task Reports_are_asked_for_by_recipient_and_bear_the_id_of_the_mail()
    {
        await using var server = new FakeSmtpServer("PIPELINING", "DSN");
        await using var client = await Connected(server);

        await client.Send(Plain("b+c@x.example") with { Notify = SmtpNotify.FailureOrDelay, EnvelopeId = "digest+1=a b" }, None);

        Assert.Contains("MAIL FROM:<a@x.example> ENVID=digest+2B1+3Da+20b", server.Received);
        Assert.Contains("RCPT TO:<b+c@x.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2Bc@x.example", server.Received);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_is_announced_with_SMTPUTF8()
    {
        await using var server = new FakeSmtpServer("PIPELINING", "SMTPUTF8", "8BITMIME");
        await using var client = await Connected(server);

        Assert.True((await client.Send(Plain("jürgen@größe.example"), None)).IsAccepted);

        Assert.Contains("MAIL FROM:<a@x.example> SMTPUTF8", server.Received);
        Assert.Contains(
            "RCPT TO:<jürgen@größe.example>",
            server.Received.Select(line => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line))));
    }

    [Fact]
    public async Task With_PIPELINING_the_whole_envelope_is_on_its_way_before_the_first_answer()
    {
        // It answers nothing before the last recipient has come.
        await using var server = new FakeSmtpServer().On("MAIL", "").On("RCPT TO:<b", "").On("RCPT TO:<c", "250 ok\n250 ok\n250 ok");
        await using var client = await SmtpClient.Connect(
            MailEndpoint.For("127.0.0.1", server.Port, TlsMode.None),
            new WireTimeouts(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)),
            None);
        Assert.True((await client.Send(Plain("b@x.example", "c@x.example"), None)).IsAccepted);
        Assert.Equal(["MAIL", "RCPT", "RCPT", "DATA"], server.Received.Skip(1).Select(line => line[..4]));
    }

    [Fact]
    public async Task Whoever_wants_to_see_first_who_is_taken_is_asked_before_a_byte_leaves()
    {
        await using var server = new FakeSmtpServer().On("RCPT TO:<c", "550 5.1.1 unknown");
        await using var client = await Connected(server);
        IReadOnlyList<SmtpRecipientResult>? seen = null;
        var kept = await client.Send(
            Plain("b@x.example", "c@x.example") with
            {
                MayLeave = (results, _) =>
                {
                    seen = results;
                    Assert.DoesNotContain("DATA", server.Received);
                    return Task.FromResult(false);
                },
            },
            None);

        Assert.Equal([SmtpOutcome.Accepted, SmtpOutcome.Permanent], seen!.Select(result => result.Outcome));
        Assert.Equal([SmtpOutcome.Withheld, SmtpOutcome.Permanent], kept.Recipients.Select(result => result.Outcome));
        Assert.DoesNotContain("DATA", server.Received);
        Assert.Empty(server.Taken);

        // The session goes on.
        Assert.True((await client.Send(Plain("b@x.example") with { MayLeave = (_, _) => Task.FromResult(true) }, None)).IsAccepted);
        Assert.Equal(["b@x.example"], Assert.Single(server.Taken).Recipients);
    }

    [Fact]
    public async Task A_mail_nobody_is_taken_for_is_not_asked_about()
    {
        await using var server = new FakeSmtpServer().On("RCPT", "550 5.1.1 unknown");
        await using var client = await Connected(server);
        var result = await client.Send(
            Plain("b@x.example") with
            {
                MayLeave = (_, _) => throw new InvalidOperationException("nobody to ask about"),
            },
            None);
        Assert.Equal(SmtpOutcome.Permanent, result.Recipients[0].Outcome);
    }

    [Theory]
    [InlineData("RCPT TO:<b")]
    [InlineData("DATA")]
    public async Task A_server_that_says_it_leaves_is_quoted_although_the_rest_gets_no_answer(string command)
    {
        await using var server = new FakeSmtpServer().On(command, "421 4.3.2 shutting down CUT");
        await using var client = await Connected(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Send(Plain("b@x.example", "c@x.example"), None));

        Assert.Equal((MailFailure.Throttled, true), (failure.Failure, failure.ConnectionLost));
        Assert.Contains("shutting down", failure.Message, StringComparison.Ordinal);
        Assert.True(client.IsBroken);
    }

    [Theory]
    [InlineData("552 5.2.2 mailbox full", SmtpOutcome.Temporary)]
    [InlineData("552 5.3.4 too big", SmtpOutcome.Permanent)]
    [InlineData("552 mailbox full", SmtpOutcome.Permanent)]
    [InlineData("452 4.2.2 mailbox full", SmtpOutcome.Temporary)]
    [InlineData("550 5.1.1 unknown", SmtpOutcome.Permanent)]
    public async Task A_full_mailbox_is_emptied_one_day_and_everything_else_is_as_the_code_says(string answer, SmtpOutcome outcome)
    {
        await using var server = new FakeSmtpServer().On("RCPT", answer);
        await using var client = await Connected(server);
        Assert.Equal(outcome, (await client.Send(Plain("b@x.example"), None)).Recipients[0].Outcome);
    }

    private static Task<SmtpClient> Connected(FakeSmtpServer server) =>
        SmtpClient.Connect(MailEndpoint.For("127.0.0.1", server.Port, TlsMode.None), WireTimeouts.Default, None);

    private static SmtpMail Plain(params string[] recipients) => new("a@x.example", recipients, "Subject: x\r\n\r\nHello\r\n"u8.ToArray());
}
