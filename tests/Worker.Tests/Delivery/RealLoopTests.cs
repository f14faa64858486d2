using System.Globalization;
using System.Text;
using CrmSync.Domain.Evaluation;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Digests;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>A Dovecot that keeps the mailboxes, and a Postfix that takes mails for them.</summary>
public sealed class MailHost : IDisposable
{
    public MailHost() => Postfix = new PostfixServer(
        Dovecot,
        new PostfixOptions
        {
            DeliversIntoDovecot = true,
            SaysWhoSigned = true,
            Answers = new Dictionary<string, string> { ["full"] = "452 4.2.2 mailbox full", ["tight"] = "552 5.2.2 mailbox full" },
        },
        "ana", "tim", "full", "crmsync");

    public DovecotServer Dovecot { get; } = new();

    public PostfixServer Postfix { get; }

    public void Dispose()
    {
        Postfix.Dispose();
        Dovecot.Dispose();
    }
}

/// <summary>
/// The whole loop over real servers: a digest leaves by SMTP, its reader answers it the same way, and the command mailbox is read over
/// IMAP.
/// </summary>
public sealed class RealLoopTests(MailHost host) : IClassFixture<MailHost>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-loop-").FullName;
    private readonly Instant now = Instant.FromUnixTimeSeconds(SystemClock.Instance.GetCurrentInstant().ToUnixTimeSeconds());

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_digest_leaves_its_reader_answers_and_the_item_is_gone_from_the_next_one()
    {
        host.Dovecot.Deliver("ana@bright.example", Question());
        await using var program = await Open("ana", "tim");
        await Harvest(program);

        // It leaves, once, for Ana and as a copy for the command mailbox.
        var sent = await program.Digests.Send(now, null, default);
        Assert.Empty(sent.Problems);
        Assert.Equal("ana", Assert.Single(sent.Sent).Reader);
        Assert.Empty((await program.Digests.Send(now, null, default)).Sent);
        var digest = MimeReader.Read(await Arrived("ana@bright.example", mail => mail.Headers.First("X-CrmSync") is not null));
        Assert.Contains("Answer Jo Keane", digest.Text, StringComparison.Ordinal);
        await Arrived("crmsync@bright.example", mail => mail.MessageId == digest.MessageId);

        // Ana answers as Thunderbird does; her server says who signed, and the mail program keeps what it sent.
        await Submit("ana", Reply(digest), digest.ReplyTo[0].Address);
        await Arrived("crmsync@bright.example", mail => mail.Subject.StartsWith("Re:", StringComparison.Ordinal));
        await Task.Delay(DovecotServer.Tick);
        await Harvest(program);

        // The copy is what would tell, after a crash, that the digest had left.
        var ledger = new DigestLedger(program.Database);
        Assert.True(await ledger.HasArrived(sent.Sent[0], default));
        var tomorrow = now + Duration.FromDays(1);
        Assert.DoesNotContain(await Items(program, tomorrow), item => item.Contact?.Value == "jo@ana-works.example");
        var next = (await program.Digests.Show(tomorrow, default)).SingleOrDefault(one => one.Digest.Run.Reader.Id == "ana").Mail;
        Assert.DoesNotContain("Answer Jo Keane", next is null ? "" : MimeReader.Read(next.Bytes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_server_that_postpones_or_does_not_know_a_reader_gives_the_command_mailbox_no_copy()
    {
        foreach (var reader in new[] { "full", "tight", "nobody", "tim" })
            host.Dovecot.Deliver($"{reader}@bright.example", Question(reader));

        await using var program = await Open("full", "tight", "nobody", "tim");
        await Harvest(program);
        var report = await program.Digests.Send(now, null, default);
        Assert.Equal("tim", Assert.Single(report.Sent).Reader);
        Assert.Equal(
            [("full", false), ("nobody", true), ("tight", false)],
            report.Problems.Select(problem => (problem.Mail.Reader, problem.IsFinal)).Order());
        await Arrived("tim@bright.example", mail => mail.Headers.First("X-CrmSync") is not null);
        var ledger = new DigestLedger(program.Database);
        Assert.Equal(["full", "tight"], (await ledger.Waiting(default)).Select(mail => mail.Plan.Reader).Order());
        Assert.All(await ledger.Waiting(default), mail => Assert.Contains("mailbox full", mail.Problem, StringComparison.Ordinal));
        Assert.DoesNotContain(
            Mailbox("crmsync@bright.example"),
            mail => report.Problems.Exists(problem => problem.Mail.MessageId == mail.MessageId));
    }

    private async Task<TestProgram> Open(params string[] people)
    {
        File.WriteAllText(Path.Combine(folder, "ca.pem"), host.Dovecot.Authority.Pem);
        var accounts = people
            .Append("crmsync")
            .Select(name =>
                $"  - {{ imap: {name}@bright.example, name: {name}, host: localhost, port: {host.Dovecot.TlsPort}, tls: required, ca: "
                    + $"ca.pem, password: {DovecotServer.Password} }}\n"
            );
        File.WriteAllText(
            Path.Combine(folder, "crmsync.yaml"),
            $$"""
            version: 1
            storage: { sqlite: crmsync.db }
            accounts:
            {{string.Concat(accounts)}}
            delivery:
              from: CrmSync <crmsync@bright.example>
              smtp: { host: localhost, port: {{host.Postfix.StartTlsPort}}, tls: starttls, ca: ca.pem,
                      user: crmsync@bright.example, password: {{DovecotServer.Password}} }
              commands: { address: crmsync@bright.example, secret: a-long-random-text-of-our-own, trusted_servers: [mx.bright.example] }

            """);
        var at = (now - Duration.FromMinutes(5)).InUtc().TimeOfDay.ToString("HH:mm", CultureInfo.InvariantCulture);
        File.WriteAllText(
            Path.Combine(folder, "policy.yaml"),
            $$$"""
            version: 1
            us: { domains: [bright.example] }
            defaults: { calendar: always, owner: {{{people[0]}}} }
            calendars: { always: { zone: UTC, hours: { mon-sun: "00:00-24:00" } } }
            people:
            {{{string.Concat(people.Select(name => $"  {name}: {{ email: {name}@bright.example }}\n"))}}}
            assign:
            {{{string.Concat(people.Select(name => $"  - {{ when: {{ domain: {name}-works.example }}, owner: {name} }}\n"))}}}
            rules: [ { respond: answer, within: 4bh } ]
            digests: [ { digest: my-day, to: owners, at: "{{{at}}}", days: daily } ]

            """);
        return await TestProgram.Open(folder, now);
    }

    private async Task Harvest(TestProgram program)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
            Assert.True(done.Problem is null && done.Failed + done.Quarantined == 0, $"{done}");
    }

    private static async Task<IReadOnlyList<Item>> Items(TestProgram program, Instant at) =>
        new Evaluator(program.Policy).Evaluate(await program.Snapshot(at), at).Items;

    private byte[] Question(string reader = "ana")
    {
        var asked = Date(now - Duration.FromHours(30));
        return Encoding.UTF8.GetBytes(
            $"Received: from mail.acme.example by mx.bright.example; {asked}\r\nFrom: Jo Keane <jo@{reader}-works.example>\r\nTo: "
                + $"{reader}@bright.example\r\nSubject: Third sign\r\n"
            + $"Date: {asked}\r\nMessage-ID: <{Guid.NewGuid()}@acme.example>\r\n\r\nWhen will the third sign be ready?\r\n");
    }

    private byte[] Reply(MimeMessage digest) =>
        Encoding.UTF8.GetBytes(
            $"Message-ID: <{Guid.NewGuid()}@bright.example>\r\nDate: {Date(now)}\r\nMIME-Version: 1.0\r\nUser-Agent: Mozilla "
                + $"Thunderbird\r\nSubject: Re: {digest.Subject}\r\nContent-Language: en-GB\r\n"
                + $"To: CrmSync <{digest.ReplyTo[0].Address}>\r\nReferences: <{digest.MessageId}>\r\nFrom: Ana Duarte "
                + $"<ana@bright.example>\r\nIn-Reply-To: <{digest.MessageId}>\r\n"
                + "Content-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                + $"done 1\r\n\r\nThanks – Ana\r\n\r\nOn 22/11/2026 08:30, CrmSync wrote:\r\n> "
                + $"{digest.Text!.ReplaceLineEndings("\r\n> ")}\r\n"
        );

    private async Task Submit(string user, byte[] mail, string to)
    {
        using var client = new MailKit.Net.Smtp.SmtpClient();
        var endpoint = MailEndpoint.For("localhost", host.Postfix.TlsPort, TlsMode.Required, host.Dovecot.Authority.Pem);
        client.ServerCertificateValidationCallback = new CertificateCheck(endpoint.Host, endpoint.Anchors).Accept;
        await client.ConnectAsync(endpoint.Host, endpoint.Port, MailKit.Security.SecureSocketOptions.SslOnConnect);
        await client.AuthenticateAsync($"{user}@bright.example", DovecotServer.Password);
        using var source = new MemoryStream(mail);
        using var message = await MimeKit.MimeMessage.LoadAsync(source);
        await client.SendAsync(message, new MimeKit.MailboxAddress("", $"{user}@bright.example"), [new MimeKit.MailboxAddress("", to)]);
        await client.DisconnectAsync(quit: true);
    }

    /// <summary>A mail of a mailbox, as soon as it is there.</summary>
    private async Task<byte[]> Arrived(string user, Func<MimeMessage, bool> isIt)
    {
        for (var i = 0; i < 400; i++)
        {
            if (Files(user).Select(File.ReadAllBytes).FirstOrDefault(bytes => isIt(MimeReader.Read(bytes))) is { } found)
                return found;

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"The mail for {user} did not arrive: {host.Postfix.Log}");
    }

    private IEnumerable<MimeMessage> Mailbox(string user) => Files(user).Select(file => MimeReader.Read(File.ReadAllBytes(file)));

    private IEnumerable<string> Files(string user) =>
        new[] { "new", "cur" }
            .Select(part => Path.Combine(host.Dovecot.MailFolder, user, part))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetFiles);

    private static string Date(Instant at) => at.InUtc().ToString("ddd, dd MMM uuuu HH:mm:ss", CultureInfo.InvariantCulture) + " +0000";
}
