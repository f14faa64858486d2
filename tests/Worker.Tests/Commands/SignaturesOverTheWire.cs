using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Log;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using DnsClient;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using MimeKit.Cryptography;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// With <c>verify_dkim</c> a signature holds over what a server hands out, byte by byte: in whatever form a mail was signed, and however
/// long it is.
/// </summary>
public sealed class SignaturesOverTheWire(DovecotServer dovecot) : IClassFixture<DovecotServer>, IAsyncDisposable
{
    private static readonly RSA Key = RSA.Create(2048);
    private static readonly Instant Noon = TestCompany.Monday + Duration.FromHours(3);

    private static readonly string[] Forms =
    [
        "plain",
        "beyond ASCII",
        "folded header",
        "trailing blanks",
        "no last line end",
        "attachment of 700 kB",
        "lines of 3000 characters",
    ];

    private readonly FakeDnsServer names = new();

    public ValueTask DisposeAsync() => names.DisposeAsync();

    [Fact]
    public async Task Mails_over_IMAP_are_verified_as_they_were_signed()
    {
        await using var company = await TestCompany.Open();
        var user = dovecot.NewUser("crmsync");
        await using var program = await Open(company, user, $"""
              - imap: {user}
                host: localhost
                port: {dovecot.TlsPort}
                ca: {dovecot.CaFile}
                password: {DovecotServer.Password}
            """);
        dovecot.Fill(user, "INBOX", [.. Mails(user).Select(mail => new StoredMail(mail, TestCompany.Monday.ToDateTimeOffset()))]);
        await Harvest(program);
        await AllCount(program);
    }

    [Fact]
    public async Task Mails_of_Microsoft_365_are_verified_as_they_were_signed()
    {
        await using var company = await TestCompany.Open();
        await using var service = await GraphTestService.Start();
        const string User = "crmsync@us.example";
        var mailbox = service.AddMailbox(User);
        await using var program = await Open(company, User, $"""
              - graph: contoso
                tenant: {GraphTestService.Tenant}
                client_id: 22222222-2222-3333-4444-555555555555
                client_secret: {GraphTestService.Secret}
                endpoint: {service.Address}
                authority: {service.Address}
                mailboxes: [{User}]
            """);
        foreach (var mail in Mails(User))
            mailbox.Add(mailbox.Folder("inbox"), mail);

        await Harvest(program);
        await AllCount(program);
    }

    /// <summary>Every form twice, signed in the strict and in the loose way, and one mail that was changed afterwards.</summary>
    private static IEnumerable<byte[]> Mails(string mailbox)
    {
        var number = 0;
        foreach (var form in Forms)
        {
            foreach (var way in new[] { DkimCanonicalizationAlgorithm.Simple, DkimCanonicalizationAlgorithm.Relaxed })
                yield return Sign(mailbox, form, way, ++number);
        }

        var changed = Encoding.Latin1.GetString(Sign(mailbox, "plain", DkimCanonicalizationAlgorithm.Relaxed, ++number));
        yield return Encoding.Latin1.GetBytes(changed.Replace("spoke to", "Spoke to", StringComparison.Ordinal));
    }

    private static byte[] Sign(string mailbox, string form, DkimCanonicalizationAlgorithm way, int number)
    {
        var at = mailbox.IndexOf('@', StringComparison.Ordinal);
        var them = string.Create(CultureInfo.InvariantCulture, $"jane{number}@acme.example");
        var text = form switch
        {
            "beyond ASCII" => $"Müller – größer als 日本\r\n\r\nspoke to {them}\r\n",
            "trailing blanks" => $"spoke to {them}  \t \r\n \r\n\r\n\r\n",
            "no last line end" => $"spoke to {them}",
            "lines of 3000 characters" => $"spoke to {them}\r\n{new string('x', 3000)}\r\n",
            _ => $"spoke to {them}\r\n",
        };
        var header = new StringBuilder()
            .Append("From: Ana Duarte <ana@us.example>\r\n")
            .Append(CultureInfo.InvariantCulture, $"To: CrmSync\r\n\t<{mailbox[..at]}+called{mailbox[at..]}>\r\n")
            .Append(form == "folded header" ? "Subject: a\r\n   folded\t \r\n\tsubject  \r\n" : "Subject: called\r\n")
            .Append(CultureInfo.InvariantCulture, $"Date: Mon, 2 Mar 2026 09:{number:00}:00 +0000\r\n")
            .Append(CultureInfo.InvariantCulture, $"Message-ID: <signed-{number}@us.example>\r\nMIME-Version: 1.0\r\n");
        var body = form == "attachment of 700 kB"
            ? "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n" + text
                + "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + string.Concat(Enumerable.Repeat(new string('A', 76) + "\r\n", 700_000 / 57)) + "--b--\r\n"
            : "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text;
        var bytes = Encoding.UTF8.GetBytes(header + body);

        // What is signed is what the text above says: nothing is written anew on the way.
        using var mail = MimeMessage.Load(new MemoryStream(bytes));
        using var pem = new MemoryStream(Encoding.ASCII.GetBytes(Key.ExportRSAPrivateKeyPem()));
        var signer = new DkimSigner(pem, "us.example", "k1", DkimSignatureAlgorithm.RsaSha256)
        {
            HeaderCanonicalizationAlgorithm = way,
            BodyCanonicalizationAlgorithm = way,
        };
        signer.Sign(new FormatOptions { NewLineFormat = NewLineFormat.Dos }, mail, ["From", "To", "Subject", "Date", "Message-ID"]);
        using var signed = new MemoryStream();
        mail.WriteTo(new FormatOptions { NewLineFormat = NewLineFormat.Dos }, signed);
        return signed.ToArray();
    }

    private async Task<TestProgram> Open(TestCompany company, string mailbox, string account)
    {
        names.Records["k1._domainkey.us.example"] = [$"v=DKIM1; k=rsa; p={Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo())}"];
        await File.WriteAllTextAsync(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            capture: { since: 2026-01-01 }
            accounts:
            {{account}}
            delivery:
              from: {{mailbox}}
              folder: ../out
              commands: { address: "{{mailbox}}", secret: a-long-secret-of-these-tests, verify_dkim: true }

            """);
        await File.WriteAllTextAsync(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            us: { domains: [us.example, bright.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example } }

            """);
        var configuration = LoadedConfiguration.Read(company.PathTo("config"), Noon);
        var dns = new LookupClient(new LookupClientOptions(names.Address) { UseCache = false, Timeout = TimeSpan.FromSeconds(10) });
        return TestProgram.Over(
            configuration,
            await ContactDatabase.OpenSqlite(company.PathTo("wire.db"), TimeProvider.System, default),
            services => services.AddSingleton<IDnsQuery>(dns));
    }

    private static async Task Harvest(TestProgram program)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, Noon, null, default))
            Assert.Null(done.Problem);
    }

    private static async Task AllCount(TestProgram program)
    {
        var commands = await program.Log.Read(new LogFilter { Kinds = [InteractionKind.Command] }, default).ToListAsync();
        var mails = await program.Part<CommandInbox>().Since(Noon - Duration.FromDays(7), default);
        Assert.Equal(
            Enumerable.Range(1, 2 * Forms.Length).Select(number => $"jane{number}@acme.example").Order(StringComparer.Ordinal),
            commands.Select(line => line.Command!.Contact!.Value).Order(StringComparer.Ordinal));
        var other = Assert.Single(mails, mail => mail.State != CommandMailState.CarriedOut);
        Assert.Equal(CommandMailState.Waiting, other.State);
    }
}
