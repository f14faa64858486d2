using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>What a submission server is asked for, byte by byte, what it gets, and what its answers come to.</summary>
public sealed class SmtpOnTheWireTests : IDisposable
{
    private readonly MailLogins logins = new(SystemClock.Instance, TimeProvider.System);

    public void Dispose() => logins.Dispose();

    [Theory]
    [InlineData("PIPELINING", "8BITMIME", "SIZE 0")]
    [InlineData("8BITMIME", "SIZE 0")]
    public async Task The_kept_bytes_leave_as_they_are(params string[] extensions)
    {
        await using var server = new FakeSmtpServer(extensions);
        await using var way = Way(server);
        var mail = "Subject: x\r\nTo:  b@x.example\r\n\r\nHello \r\n.\r\n..end\r\n"u8.ToArray();
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail(mail), default));
        Assert.Equal(mail, Assert.Single(server.Taken).Content);
        Assert.Equal(
            ["EHLO [127.0.0.1]", $"MAIL FROM:<a@x.example> SIZE={mail.Length}", "RCPT TO:<b@x.example>", "RCPT TO:<c@x.example>", "DATA"],
            server.Received);
    }

    [Fact]
    public void Whatever_a_mail_holds_it_arrives_whole()
    {
        var pieces = Gen.Elements("\r\n", ".", "..", "a", "b c", "\r\n.\r\n", "\r\n..\r\n", "\r\n.a\r\n");
        var texts = Gen.ListOf(pieces).Select(list => "." + string.Concat(list) + "\r\n").ToArbitrary();
        Prop.ForAll(texts, text => Arrives($"Subject: x\r\n\r\n{text}").GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public async Task With_PIPELINING_the_whole_envelope_is_on_its_way_before_the_first_answer()
    {
        // It answers nothing before the last recipient has come.
        await using var server = new FakeSmtpServer().On("MAIL", "").On("RCPT TO:<b", "").On("RCPT TO:<c", "250 ok\n250 ok\n250 ok");
        await using var way = Way(server);
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail(), default));
        Assert.Equal(["EHLO", "MAIL", "RCPT", "RCPT", "DATA"], server.Received.Select(line => line[..4]));
    }

    [Fact]
    public async Task An_address_beyond_ASCII_is_announced_with_SMTPUTF8_and_without_it_the_mail_is_refused()
    {
        await using var server = new FakeSmtpServer("PIPELINING", "SMTPUTF8", "8BITMIME");
        await using var way = Way(server);
        var mail = Mail() with { Reader = "jürgen@größe.example", Copy = null };
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(mail, default));
        Assert.Contains("SMTPUTF8", server.Received[1], StringComparison.Ordinal);
        Assert.Contains("jürgen@", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(server.Received[2])), StringComparison.Ordinal);

        await using var old = new FakeSmtpServer("PIPELINING");
        await using var wayToOld = Way(old);
        var refused = Assert.IsType<DeliveryAnswer.Refused>(await wayToOld.Deliver(mail, default));
        Assert.Contains("SMTPUTF8", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_domain_beyond_ASCII_is_written_in_ASCII()
    {
        await using var server = new FakeSmtpServer();
        await using var way = Way(server);
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail() with { Reader = "b@größe.example" }, default));
        Assert.Contains("RCPT TO:<b@xn--gre-6ka8i.example>", server.Received);
    }

    [Theory]
    [InlineData("RCPT TO:<b")]
    [InlineData("RCPT TO:<c")]
    [InlineData("DATA")]
    public async Task A_server_that_says_it_leaves_is_quoted_although_the_rest_gets_no_answer(string command)
    {
        await using var server = new FakeSmtpServer().On(command, "421 4.3.2 shutting down CUT");
        await using var way = Way(server);
        var answer = Assert.IsType<DeliveryAnswer.Unreachable>(await way.Deliver(Mail(), default));
        Assert.Equal(MailFailure.Throttled, answer.Failure);
        Assert.Contains("shutting down", answer.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("552 5.2.2 mailbox full", typeof(DeliveryAnswer.Postponed))]
    [InlineData("552 5.3.4 too big", typeof(DeliveryAnswer.Refused))]
    [InlineData("552 mailbox full", typeof(DeliveryAnswer.Refused))]
    [InlineData("452 4.2.2 mailbox full", typeof(DeliveryAnswer.Postponed))]
    [InlineData("550 5.1.1 unknown", typeof(DeliveryAnswer.Refused))]
    public async Task A_full_mailbox_is_emptied_one_day_and_everything_else_is_as_the_code_says(string answer, Type expected)
    {
        await using var server = new FakeSmtpServer().On("RCPT", answer);
        await using var way = Way(server);
        Assert.IsType(expected, await way.Deliver(Mail(), default));
        Assert.DoesNotContain("DATA", server.Received);
    }

    [Theory]
    [InlineData("421 too many connections", MailFailure.Throttled)]
    [InlineData("554 go away", MailFailure.Permanent)]
    [InlineData("* OK IMAP4rev1 ready", MailFailure.Config)]
    [InlineData("SSH-2.0-OpenSSH_9.2", MailFailure.Config)]
    public async Task A_greeting_that_is_none_is_named(string greeting, MailFailure expected)
    {
        await using var server = new FakeSmtpServer().On("GREETING", greeting);
        await using var way = Way(server);
        Assert.Equal(expected, Assert.IsType<DeliveryAnswer.Unreachable>(await way.Deliver(Mail(), default)).Failure);
    }

    [Fact]
    public async Task A_server_that_repeats_the_password_does_not_get_it_into_the_message()
    {
        await using var server = new FakeSmtpServer("AUTH PLAIN").On("AUTH", "535 no AGNybXN5bmMAaHVudGVyLXR3bw== hunter-two");
        await using var way = SendingCompany.WayTo(server, logins, "hunter-two");
        var answer = Assert.IsType<DeliveryAnswer.Unreachable>(await way.Deliver(Mail(), default));
        Assert.Equal(MailFailure.Auth, answer.Failure);
        Assert.Contains("535 no ", answer.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", answer.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyLXR3bw", answer.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DATA")]
    [InlineData("CONTENT")]
    public async Task Who_has_lost_the_mail_by_then_leaves_nothing_a_server_could_take(string when)
    {
        await using var server = new FakeSmtpServer();
        await using var way = Way(server);
        var mail = when == "DATA"
            ? Mail() with { HasLapsed = () => true }
            : Mail() with { MayEnd = (_, _) => Task.FromResult(false) };
        Assert.IsType<DeliveryAnswer.NotOurs>(await way.Deliver(mail, default));
        Assert.Empty(server.Taken);
        Assert.Equal(when == "CONTENT", server.Received.Contains("DATA"));

        // The next mail leaves over another connection.
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail(), default));
        Assert.Single(server.Taken);
    }

    [Fact]
    public async Task Whether_a_copy_goes_along_is_said_before_the_last_byte()
    {
        await using var server = new FakeSmtpServer().On("RCPT TO:<c", "550 5.1.1 unknown", "ok");
        await using var way = Way(server);
        var said = new List<bool>();
        var mail = Mail() with
        {
            MayEnd = (isCopied, _) =>
            {
                said.Add(isCopied);
                Assert.Equal(said.Count - 1, server.Taken.Count);
                return Task.FromResult(true);
            },
        };
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(mail, default));
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(mail, default));
        Assert.Equal([false, true], said);
    }

    private async Task<bool> Arrives(string text)
    {
        await using var server = new FakeSmtpServer();
        await using var way = Way(server);
        return await way.Deliver(Mail(Encoding.ASCII.GetBytes(text)), default) is DeliveryAnswer.Accepted
            && text == Encoding.ASCII.GetString(server.Taken.Single().Content);
    }

    private SmtpDelivery Way(FakeSmtpServer server) => SendingCompany.WayTo(server, logins);

    private static LeavingMail Mail(byte[]? bytes = null) => new(
        "test@x.example",
        "a@x.example",
        "b@x.example",
        "c@x.example",
        bytes ?? "Subject: x\r\nTo: b@x.example\r\n\r\nHello\r\n"u8.ToArray());
}
