using System.Security.Cryptography;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Digests;
using DnsClient;
using MimeKit;
using MimeKit.Cryptography;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// <c>commands: {verify_dkim: true}</c>: signatures are verified here, with keys by DNS, and what servers say counts for nothing.
/// </summary>
public sealed class VerifiedSignatures(SentDigests sent) : IClassFixture<SentDigests>, IAsyncDisposable
{
    private static readonly RSA Key = RSA.Create(2048);
    private static readonly string[] Signed = ["From", "To", "Subject", "Date", "Message-ID"];

    private readonly FakeDnsServer names = new();
    private int made;

    private static string Record => $"v=DKIM1; k=rsa; p={Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo())}";

    [Fact]
    public async Task A_mail_with_a_valid_signature_is_obeyed_whatever_the_servers_say()
    {
        names.Records["k1._domainkey.bright.example"] = [Record];
        await using var company = await Company();
        company.Deliver(Sign("done 1"));
        company.Deliver("Authentication-Results: mx.bright.example; dkim=pass header.d=bright.example\r\n" + sent.Reply("done 2"));
        await company.Harvest();
        Assert.Equal("declan@murphymotors.example", Assert.Single(await company.Commands()).Contact!.Value);
    }

    [Fact]
    public async Task Every_other_signature_is_refused_with_its_reason()
    {
        using var small = RSA.Create(768);
        names.Records["k1._domainkey.bright.example"] = [Record];
        names.Records["k1._domainkey.evil.example"] = [Record];
        names.Records["small._domainkey.bright.example"] = [$"v=DKIM1; p={Convert.ToBase64String(small.ExportSubjectPublicKeyInfo())}"];
        names.Records["gone._domainkey.bright.example"] = ["v=DKIM1; p="];
        names.Records["trial._domainkey.bright.example"] = [Record + "; t=y"];
        names.Records["web._domainkey.bright.example"] = [Record + "; s=tlsrpt"];
        names.Records["old._domainkey.bright.example"] = [Record + "; h=sha1"];
        names.Records["two._domainkey.bright.example"] = [Record, Record];
        names.Records["odd._domainkey.bright.example"] = ["v=DKIM1; p=AAAA"];
        (string Reason, byte[] Mail)[] mails =
        [
            ("does not fit", Changed(Sign("called 3"), "called 3", "called 2")),
            ("does not fit", Changed(Sign("called 3"), "Subject: Re:", "Subject: Aw:")),
            ("does not cover To", Sign("done 1", signed: ["From", "Subject", "Date"])),
            ("does not cover To", Changed(Sign("done 1"), "To: ", "To: Gerry <gerry@paper.example>\r\nTo: ", first: true)),
            ("does not cover From", Changed(Sign("done 1"), "From: ", "From: Tim <tim@bright.example>\r\nFrom: ", first: true)),
            ("the beginning of the body", Changed(Sign("done 1"), "s=k1;", "s=k1; l=4;")),
            ("SHA-1", Changed(Sign("done 1"), "a=rsa-sha256", "a=rsa-sha1")),
            ("had expired", Changed(Sign("done 1"), "s=k1;", "s=k1; x=1262304000;")),
            ("768 bits", Sign("done 1", selector: "small", key: small)),
            ("was withdrawn", Sign("done 1", selector: "gone")),
            ("on trial", Sign("done 1", selector: "trial")),
            ("not for mail", Sign("done 1", selector: "web")),
            ("does not allow SHA-256", Sign("done 1", selector: "old")),
            ("there are 2 keys", Sign("done 1", selector: "two")),
            ("cannot be read", Sign("done 1", selector: "odd")),
            ("there is no key", Sign("done 1", selector: "none")),
            ("no signature is of the author's domain", Sign("done 1", domain: "evil.example")),
            ("no signature is of the author's domain", Sign("done 1", domain: "example")),
            ("no DKIM signature", Encoding.UTF8.GetBytes(sent.Reply("done 1").ReplaceLineEndings("\r\n"))),
        ];
        await using var company = await Company();
        foreach (var (_, mail) in mails)
            company.Deliver(mail);

        await company.Harvest();
        await company.HarvestAll(AnsweringCompany.Answered + Duration.FromHours(25));
        Assert.Empty(await company.Commands());
        var answers = (await new CommandInbox(company.Program.Database).Since(SampleCompany.Story, default)).ToDictionary(one => one.Id);
        Assert.Multiple([.. mails.Select((mail, i) => (Action)(() =>
            Assert.True(
                answers.GetValueOrDefault(Letters.Id(mail.Mail)) is { State: CommandMailState.Refused, Words: { } words }
                    && words.Contains(mail.Reason, StringComparison.Ordinal),
                $"{i}: {mail.Reason}: {answers.GetValueOrDefault(Letters.Id(mail.Mail))}")))]);
    }

    [Fact]
    public async Task A_key_that_cannot_be_asked_for_now_is_asked_for_again()
    {
        names.Records["k1._domainkey.bright.example"] = [Record];
        names.Fails = true;
        await using var company = await Company();
        company.Deliver(Sign("done 1"));
        await company.Harvest();
        await company.HarvestAll(AnsweringCompany.Answered + Duration.FromDays(3));
        Assert.Equal(CommandMailState.Waiting, (await company.Answer()).State);

        names.Fails = false;
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromDays(3));
        Assert.Single(await company.Commands());
    }

    public ValueTask DisposeAsync() => names.DisposeAsync();

    private Task<AnsweringCompany> Company() =>
        AnsweringCompany.CreateCopy(
            sent,
            dns: new LookupClient(
                new LookupClientOptions(names.Address)
                {
                    UseCache = false,
                    Retries = 0,
                    Timeout = TimeSpan.FromSeconds(10),
                    ContinueOnDnsError = false,
                }));

    private byte[] Sign(string text, string domain = "bright.example", string selector = "k1", RSA? key = null, string[]? signed = null)
    {
        made++;
        var mail = new MimeMessage { Subject = "Re: My day", Body = new TextPart("plain") { Text = text + "\r\n" } };
        mail.From.Add(new MailboxAddress("Ana Duarte", "ana@bright.example"));
        mail.To.Add(new MailboxAddress("CrmSync", sent.ReplyTo));
        mail.Date = new DateTimeOffset(2026, 3, 4, 9, 50, made, TimeSpan.Zero);
        mail.MessageId = $"signed-{made}@bright.example";
        mail.InReplyTo = sent.MessageId;
        mail.Prepare(EncodingConstraint.SevenBit);
        using var pem = new MemoryStream(Encoding.ASCII.GetBytes((key ?? Key).ExportRSAPrivateKeyPem()));
        new DkimSigner(pem, domain, selector, DkimSignatureAlgorithm.RsaSha256)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        }.Sign(mail, signed ?? Signed);
        using var bytes = new MemoryStream();
        mail.WriteTo(new FormatOptions { NewLineFormat = NewLineFormat.Dos }, bytes);
        return bytes.ToArray();
    }

    private static byte[] Changed(byte[] mail, string from, string to, bool first = false)
    {
        var text = Encoding.Latin1.GetString(mail);
        var at = text.IndexOf((first ? "\n" : "") + from, StringComparison.Ordinal);
        Assert.True(at >= 0, from);
        return Encoding.Latin1.GetBytes(text[..(at + (first ? 1 : 0))] + to + text[(at + (first ? 1 : 0) + from.Length)..]);
    }
}
