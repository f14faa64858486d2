using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Mail.Smtp;

namespace CrmSync.Mail.Tests.Smtp;

/// <summary>A Dovecot and a Postfix that asks it about passwords.</summary>
public sealed class MailHost : IDisposable
{
    public DovecotServer Dovecot { get; } = new();

    public PostfixServer Postfix { get; }

    public MailHost() => Postfix = new PostfixServer(Dovecot, "ben", "cleo", "dora", "jürgen");

    public void Dispose()
    {
        Postfix.Dispose();
        Dovecot.Dispose();
    }
}

/// <summary>The client against a real Postfix.</summary>
public sealed class PostfixTests(MailHost host) : IClassFixture<MailHost>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(TlsMode.Required, "cleo")]
    [InlineData(TlsMode.StartTls, "dora")]
    public async Task A_mail_arrives_as_it_was_written(TlsMode tls, string recipient)
    {
        await using var client = await Login(tls);
        var text = $".a line with a dot\r\n..two\r\nend {tls}\r\n.\r\n";

        var result = await client.Send(new SmtpMail("ada@bright.example", [$"{recipient}@bright.example"], Some(text)), None);

        Assert.True(result.IsAccepted, result.Recipients[0].Answer);
        var arrived = Assert.Single(await host.Postfix.Delivered(recipient, 1));
        Assert.EndsWith(text.Replace("\r\n", "\n", StringComparison.Ordinal), Encoding.UTF8.GetString(arrived), StringComparison.Ordinal);
        await client.Quit();
    }

    [Fact]
    public async Task One_recipient_that_does_not_exist_does_not_spoil_the_others()
    {
        await using var client = await Login();

        var result = await client.Send(
            new SmtpMail("ada@bright.example", ["ben@bright.example", "nobody@bright.example"], Some("x")),
            None);

        Assert.Equal([SmtpOutcome.Accepted, SmtpOutcome.Permanent], result.Recipients.Select(recipient => recipient.Outcome));
        Assert.Contains("User unknown", result.Recipients[1].Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_mail_for_nobody_the_session_goes_on()
    {
        await using var client = await Login();

        var refused = await client.Send(new SmtpMail("ada@bright.example", ["nobody@bright.example"], Some("x")), None);
        var taken = await client.Send(new SmtpMail("ada@bright.example", ["ben@bright.example"], Some("x")), None);

        Assert.Equal(SmtpOutcome.Permanent, refused.Recipients[0].Outcome);
        Assert.True(taken.IsAccepted);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_travels_with_SMTPUTF8()
    {
        await using var client = await Login();

        var result = await client.Send(new SmtpMail("ada@bright.example", ["jürgen@bright.example"], Some("Grüße")), None);

        Assert.True(result.IsAccepted, result.Recipients[0].Answer);
        Assert.Contains("Grüße", Encoding.UTF8.GetString((await host.Postfix.Delivered("jürgen", 1))[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_larger_than_the_server_takes_is_not_even_sent()
    {
        await using var client = await Login();

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => client.Send(new SmtpMail("ada@bright.example", ["ben@bright.example"], Some(new string('x', 300_000))), None));

        Assert.Equal(MailFailure.Permanent, failure.Failure);
        Assert.Contains("200000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_a_failure_of_authentication()
    {
        await using var client = await SmtpClient.Connect(At(TlsMode.Required), WireTimeouts.Default, None);

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            client.Authenticate(Credential.WithPassword("ada", "wrong battery"), None));

        Assert.Equal(MailFailure.Auth, failure.Failure);
        Assert.DoesNotContain("wrong battery", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_the_server_refuses_every_recipient()
    {
        await using var client = await SmtpClient.Connect(At(TlsMode.Required), WireTimeouts.Default, None);

        var result = await client.Send(new SmtpMail("ada@bright.example", ["ben@bright.example"], Some("x")), None);

        Assert.Equal(SmtpOutcome.Permanent, result.Recipients[0].Outcome);
    }

    [Fact]
    public async Task Reports_are_asked_for_where_the_server_can()
    {
        await using var client = await Login();
        Assert.True(client.Offers("DSN"));

        var result = await client.Send(
            new SmtpMail("", ["ben@bright.example"], Some("x")) { Notify = SmtpNotify.Failure, EnvelopeId = "digest+1=a" },
            None);

        Assert.True(result.IsAccepted, result.Recipients[0].Answer);
    }

    private MailEndpoint At(TlsMode tls) =>
        MailEndpoint.For(
            "localhost",
            tls == TlsMode.Required ? host.Postfix.TlsPort : host.Postfix.StartTlsPort,
            tls,
            host.Dovecot.Authority.Pem);

    private async Task<SmtpClient> Login(TlsMode tls = TlsMode.Required)
    {
        var client = await SmtpClient.Connect(At(tls), WireTimeouts.Default, None);
        await client.Authenticate(Credential.WithPassword("ada@bright.example", DovecotServer.Password), None);
        return client;
    }

    private static byte[] Some(string text) => Encoding.UTF8.GetBytes($"Subject: test\r\nFrom: ada@bright.example\r\n\r\n{text}");
}
