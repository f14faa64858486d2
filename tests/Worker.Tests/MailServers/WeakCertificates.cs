using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>Whichever client meets a certificate that can be forged refuses it, in the same words.</summary>
public sealed class WeakCertificates(DovecotServer dovecot) : IClassFixture<DovecotServer>
{
    private static readonly string[] Clients =
    [
        "account imap:", "account caldav:", "account ics:", "account graph:", "account graph-login:", "account imap-token:",
        "delivery through localhost:",
    ];

    [Theory]
    [InlineData(1024, "sha256", "the certificate has an RSA key of 1024 bits, and fewer than 2048 can be broken")]
    [InlineData(2048, "sha1", "the certificate is signed with sha1RSA, which can be forged")]
    public async Task Every_client_refuses_them_in_the_same_words(int bits, string hash, string words)
    {
        await using var weak = await WeakServer.Start(bits, hash);
        await using var company = await TestCompany.Open();
        var url = $"https://localhost:{weak.Port}";
        var user = dovecot.NewUser();
        var config = TheProgram.Configuration(
            company,
            $"""
              - {"{"} imap: ana@us.example, name: imap, host: localhost, port: {weak.Port}, password: a-password {"}"}
              - {"{"} caldav: "{url}/ana/", name: caldav, address: ana@us.example, user: ana, password: a-password {"}"}
              - {"{"} ics: "{url}/ana.ics", name: ics, address: ana@us.example {"}"}
              - graph: graph
                access_token: a-token
                endpoint: {url}
                authority: {url}
                mailboxes: [ana@us.example]
                name: graph
              - graph: graph-login
                tenant: 00000000-0000-0000-0000-000000000000
                client_id: 11111111-1111-1111-1111-111111111111
                client_secret: a-secret
                endpoint: {url}
                authority: {url}
                mailboxes: [ben@us.example]
                name: graph-login
              - imap: {user}
                name: imap-token
                host: localhost
                port: {dovecot.TlsPort}
                ca: {dovecot.CaFile}
                oauth: {"{"} token_url: "{url}/token", client_id: a, client_secret: b, refresh_token: c {"}"}
            delivery:
              from: CrmSync <crmsync@us.example>
              smtp: {"{"} host: localhost, port: {weak.Port}, tls: required, user: crmsync, password: a-password {"}"}
            """);

        var check = await TheProgram.Run("check", "--connect", "--config", config);

        Assert.Equal(1, check.Status);
        var lines = check.Error.Split('\n');
        Assert.All(Clients, client => Assert.Contains(
            lines, line => line.StartsWith(client, StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal)));
    }
}
