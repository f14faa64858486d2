using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A mailbox on a real server as the configuration names it, and the mails that are put into it.</summary>
internal static class RealMailbox
{
    public static ImapSources Sources(IClock? clock = null) => ImapCompany.Sources(clock ?? new TestClock(TestCompany.Monday));

    /// <summary>The account of a user, over TLS with the server's own authority.</summary>
    /// <param name="server">The server.</param>
    /// <param name="user">Who logs in.</param>
    /// <param name="port">Where, if not at the server itself.</param>
    public static ImapAccount CreateAccount(MailboxServer server, string user, int? port = null) =>
        new(
            $"imap:{user}",
            default,
            EmailAddress.Parse(user.Contains('@', StringComparison.Ordinal) ? user : $"{user}@bright.example"),
            new Server("localhost", port ?? server.TlsPort, Encryption.Required, server.CaFile),
            user,
            new Login.Password(new Secret(MailboxServer.Password)));

    public static byte[] Mail(string subject, string body = "Hello") =>
        Encoding.UTF8.GetBytes(TestCompany.MailText(subject, body: body, id: $"{subject.Replace(' ', '-')}@acme.example"));

    public static StoredMail Stored(string subject, string body = "Hello", string flags = "") =>
        new(Mail(subject, body), DateTimeOffset.UtcNow, flags);

    public static byte[] Parts(string subject, params string[] parts) => Encoding.UTF8.GetBytes(TestCompany.MailText(
        subject,
        body: "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n" + string.Join("\r\n--b\r\n", parts) + "\r\n--b--\r\n",
        id: $"{subject.Replace(' ', '-')}@acme.example",
        more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"));

    public static string Attachment(string name, int size) =>
        $"Content-Type: application/pdf; name={name}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: "
            + $"base64\r\n\r\n"
        + string.Concat(Enumerable.Repeat(new string('A', 76) + "\r\n", (size / 57) + 1));
}
