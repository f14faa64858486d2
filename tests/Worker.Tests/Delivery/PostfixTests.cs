using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>A Dovecot and a Postfix that asks it about passwords and delivers into mailboxes of its own.</summary>
public sealed class SubmissionHost : IDisposable
{
    public SubmissionHost() => Postfix = new PostfixServer(Dovecot, "ben", "cleo", "dora", "jürgen", "erin", "finn");

    public DovecotServer Dovecot { get; } = new();

    public PostfixServer Postfix { get; }

    public void Dispose()
    {
        Postfix.Dispose();
        Dovecot.Dispose();
    }
}

/// <summary>The way by SMTP against a real Postfix.</summary>
public sealed class PostfixTests(SubmissionHost host) : IClassFixture<SubmissionHost>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-postfix-tests-").FullName;
    private readonly MailLogins logins = new(SystemClock.Instance, TimeProvider.System);

    public void Dispose()
    {
        logins.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(true, "cleo")]
    [InlineData(false, "dora")]
    public async Task A_mail_arrives_as_it_was_written(bool tlsAtOnce, string recipient)
    {
        await using var way = Way(tlsAtOnce: tlsAtOnce);
        var text = $".a line with a dot\r\n..two\r\nend\r\n.\r\nFrom here\r\n";
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail(recipient, text), default));
        var arrived = Assert.Single(await host.Postfix.Delivered(recipient, 1));
        Assert.EndsWith(text.Replace("\r\n", "\n", StringComparison.Ordinal), Encoding.UTF8.GetString(arrived), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_goes_to_its_reader_and_the_command_mailbox_or_to_nobody()
    {
        await using var way = Way();
        var refused = Assert.IsType<DeliveryAnswer.Refused>(await way.Deliver(Mail("nobody", "x", copy: "erin"), default));
        Assert.Contains("User unknown", refused.Reason, StringComparison.Ordinal);

        // The session goes on.
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(Mail("finn", "x", copy: "erin"), default));
        Assert.Single(await host.Postfix.Delivered("erin", 1));
        Assert.Single(await host.Postfix.Delivered("finn", 1));
    }

    [Fact]
    public async Task A_copy_for_nobody_is_told_and_the_reader_gets_the_mail_alone()
    {
        await using var way = Way();
        CopyAnswer? told = null;
        var mail = Mail("ben", "x", copy: "nobody") with
        {
            MayLeaveWithoutCopy = (copy, _) =>
            {
                told = copy;
                return Task.FromResult(true);
            },
        };
        Assert.IsType<DeliveryAnswer.Accepted>(await way.Deliver(mail, default));
        Assert.Contains("User unknown", told!.Problem, StringComparison.Ordinal);
        Assert.False(told.WillPass);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_travels_with_SMTPUTF8()
    {
        await using var way = Way();
        var answer = await way.Deliver(Mail("jürgen", "x", subject: "Grüße"), default);
        Assert.True(answer is DeliveryAnswer.Accepted, answer.ToString());
        Assert.Contains("Grüße", Encoding.UTF8.GetString((await host.Postfix.Delivered("jürgen", 1))[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_larger_than_the_server_takes_is_not_even_sent()
    {
        await using var way = Way();
        var large = string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 4000));
        var refused = Assert.IsType<DeliveryAnswer.Refused>(await way.Deliver(Mail("ben", large), default));
        Assert.Contains("200000", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_a_failure_of_authentication_and_is_not_shown()
    {
        await using var way = Way(password: "wrong battery");
        var answer = Assert.IsType<DeliveryAnswer.Unreachable>(await way.Deliver(Mail("ben", "x"), default));
        Assert.Equal(MailFailure.Auth, answer.Failure);
        Assert.DoesNotContain("wrong battery", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_the_server_refuses_every_recipient()
    {
        await using var way = Way(password: null);
        Assert.IsType<DeliveryAnswer.Refused>(await way.Deliver(Mail("ben", "x"), default));
    }

    private SmtpDelivery Way(bool tlsAtOnce = true, string? password = DovecotServer.Password)
    {
        var ca = Path.Combine(folder, "ca.pem");
        File.WriteAllText(ca, host.Dovecot.Authority.Pem);
        var server = tlsAtOnce
            ? new Server("localhost", host.Postfix.TlsPort, Encryption.Required, ca)
            : new Server("localhost", host.Postfix.StartTlsPort, Encryption.StartTls, ca);
        var login = password is null ? null : new Login.Password(new Secret(password));
        var choice = new DeliveryChoice.Smtp(server, password is null ? null : "ada@bright.example", login);
        return new SmtpDelivery(logins.Login(DeliveryWays.Login(choice)));
    }

    private static LeavingMail Mail(string reader, string text, string? copy = null, string subject = "test")
    {
        var source = $"Subject: {subject}\r\nFrom: ada@bright.example\r\nTo: {reader}@bright.example\r\n\r\n{text}";
        return new LeavingMail(
            "test@bright.example",
            "ada@bright.example",
            $"{reader}@bright.example",
            copy is null ? null : $"{copy}@bright.example",
            Encoding.UTF8.GetBytes(source));
    }
}
