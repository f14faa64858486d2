using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using static CrmSync.Mail.Tests.Imap.FakeSession;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>Greetings, logins and endings as servers have been seen to play them.</summary>
public sealed class OddSessionTests
{
    [Fact]
    public async Task Endless_goodbyes_end_the_session_at_the_first()
    {
        await using var server = new FakeImapServer().On("NOOP", string.Concat(Enumerable.Repeat("* BYE come again\n", 1000)));
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Network, true), (failure.Failure, failure.ConnectionLost));
        Assert.Equal("come again", failure.Answer);
    }

    [Fact]
    public async Task A_line_outside_the_protocol_before_the_end_gives_the_reason()
    {
        await using var server = new FakeImapServer().On("NOOP", "Server Unavailable. 15\nCUT");
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Throttled, "Server Unavailable. 15"), (failure.Failure, failure.Answer));
    }

    [Theory]
    [InlineData("* BYE too many connections from your IP", MailFailure.Throttled)]
    [InlineData("NO LOGOUT Intrusion prevention active for [1.2.3.4]", MailFailure.Throttled)]
    [InlineData("* BYE go away", MailFailure.Network)]
    [InlineData("+OK POP3 ready", MailFailure.Config)]
    [InlineData("220 mx.bright.example ESMTP", MailFailure.Config)]
    [InlineData("HTTP/1.1 400 Bad Request", MailFailure.Config)]
    [InlineData("SSH-2.0-OpenSSH_9.2", MailFailure.Config)]
    public async Task A_greeting_that_is_none_is_named(string greeting, MailFailure expected)
    {
        await using var server = new FakeImapServer().Greet(greeting);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server));

        Assert.Equal((expected, true), (failure.Failure, failure.ConnectionLost));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var server = new FakeImapServer().Greet("");

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            ImapClient.Connect(At(server), new ImapOptions { Timeouts = Short }, None));

        Assert.Equal(MailFailure.Network, failure.Failure);
        Assert.Contains("did not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_given_up_and_fills_no_memory()
    {
        await using var server = new FakeImapServer().On("NOOP", "* OK " + new string('x', 3_000_000));
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Protocol, true), (failure.Failure, failure.ConnectionLost));
        Assert.Contains("does not end", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_password()
    {
        await using var server = new FakeImapServer().On("STARTTLS", "TAG BAD unknown command");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.DoesNotContain(server.Received, command => command.StartsWith("LOGIN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_came_with_the_go_ahead_for_TLS_end_the_connection()
    {
        await using var server = new FakeImapServer().On("STARTTLS", "TAG OK begin\n* CAPABILITY IMAP4rev1 AUTH=PLAIN");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Equal(MailFailure.Protocol, failure.Failure);
        Assert.Contains("tampering", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_greeting_that_claims_a_login_cannot_prevent_STARTTLS()
    {
        await using var server = new FakeImapServer().Greet("* PREAUTH welcome");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Contains("STARTTLS", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_the_password_does_not_get_it_into_the_message()
    {
        await using var server = new FakeImapServer().On("LOGIN", "TAG BAD cannot parse LOGIN ada hunter-two");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithPassword("ada", "hunter-two")));

        Assert.Contains("cannot parse LOGIN ada ***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter-two", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+ eyJzdGF0dXMiOiI0MDEifQ==", "", "TAG NO SASL authentication failed")]
    [InlineData("TAG NO [AUTHENTICATIONFAILED] invalid credentials", "", "")]
    public async Task A_refused_token_is_acknowledged_where_the_server_waits_for_it(string first, string answer, string second)
    {
        await using var server = new FakeImapServer("IMAP4rev1 SASL-IR AUTH=XOAUTH2")
            .On("AUTHENTICATE", first)
            .On(answer, second.Replace("TAG", "*", StringComparison.Ordinal));
        if (second.Length > 0)
            server.On("", "* NO\nCUT");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithToken("ada", "token-1")));

        Assert.NotEqual(MailFailure.Protocol, failure.Failure);
        Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_with_letters_beyond_ASCII_waits_for_the_go_ahead_of_a_literal()
    {
        await using var server = new FakeImapServer("IMAP4rev1")
            .On("LOGIN \"ada\" {", "+ go on")
            .On("größe", "* OK")
            .On("", "* OK nothing");

        // The fake answers the literal's line without a tag, so the login ends by silence; what matters is what was sent.
        await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithPassword("ada", "größe"), Short));

        Assert.Contains("LOGIN \"ada\" {7}", server.Received);
        Assert.Equal("größe", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(server.Received[^1])));
    }

    [Fact]
    public async Task A_server_that_talks_without_end_and_answers_nothing_is_given_up()
    {
        await using var server = new RawServer(async (stream, ct) =>
        {
            await stream.WriteAsync("* OK [CAPABILITY IMAP4rev1] ready\r\n"u8.ToArray(), ct);
            var chatter = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("* OK still here\r\n", 1000)));
            while (true)
                await stream.WriteAsync(chatter, ct);
        });
        await using var client = await ImapClient.Connect(
            MailEndpoint.For("localhost", server.Port, TlsMode.None),
            new ImapOptions { Limits = new ImapLimits { Numbers = 50_000 } },
            None);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Protocol, true), (failure.Failure, failure.ConnectionLost));
        Assert.Contains("goes on talking", failure.Message, StringComparison.Ordinal);
    }
}
