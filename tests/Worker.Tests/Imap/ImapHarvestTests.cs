using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Fixtures;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Mailboxes in a real Dovecot, harvested into a real database.</summary>
public sealed class ImapHarvestTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    [CorpusTheory]
    [InlineData("whalley-l")]
    [InlineData("rapp-b")]
    [InlineData("motley-m")]
    public async Task A_mailbox_in_Dovecot_gives_the_same_log_as_its_files(string mailbox)
    {
        var root = Path.Combine(SharedData.Folder!, "enron", mailbox);
        var user = server.NewUser(mailbox);
        Load(root, user);
        var before = Tree(user);
        await using var fromFiles = await TestCompany.Open("enron.com");
        await using var fromServer = await TestCompany.Open("enron.com");
        await using var sources = Sources();

        var files = await fromFiles.Harvest(mailbox, new EmlSource(root));
        var imap = await fromServer.Harvest(mailbox, sources.SourceOf(Account(user), fromServer.Since));

        Assert.Null(imap.Problem);
        Assert.Equal((files.New, files.Known, files.Quarantined, files.Failed), (imap.New, imap.Known, imap.Quarantined, imap.Failed));
        Assert.Equal(Lines(await fromFiles.Log()), Lines(await fromServer.Log()));
        Assert.Equal(before, Tree(user));
    }

    [Fact]
    public async Task An_unchanged_account_costs_one_turn_and_new_mail_is_found()
    {
        var user = server.NewUser();
        server.Deliver(user, Mail("one"));
        server.Deliver(user, Mail("two"), "Customers.Acme");
        await using var company = await TestCompany.Open();
        await using var sources = Sources();
        var account = Account(user);

        Assert.Equal(2, (await company.Harvest("ana", sources.SourceOf(account, company.Since))).New);
        var again = await company.Harvest("ana", sources.SourceOf(account, company.Since));
        Assert.Equal((0, 2), (again.New, again.Known));

        var turns = await sources.TurnsOf(account);
        Assert.Equal((0, 2), await Counts(company, sources, account));
        Assert.Equal(turns + 1, await sources.TurnsOf(account));

        await Task.Delay(DovecotServer.Tick);
        server.Deliver(user, Mail("three"), "Customers.Acme");
        server.Deliver(user, Mail("four"), "Sent", flags: "S");
        Assert.Equal((2, 2), await Counts(company, sources, account));
    }

    [Fact]
    public async Task Drafts_junk_and_trash_and_what_is_excluded_are_counted_and_left_alone()
    {
        var user = server.NewUser();
        server.Deliver(user, Mail("seen"));
        server.Deliver(user, Mail("flagged as draft"), flags: "D");
        server.Deliver(user, Mail("deleted"), flags: "T");
        server.Deliver(user, Mail("in drafts"), "Drafts");
        server.Deliver(user, Mail("in trash"), "Trash");
        server.Deliver(user, Mail("in junk"), "Junk");
        server.Deliver(user, Mail("private"), "Private");
        server.Deliver(user, Mail("private below"), "Private.Doctor");
        await using var company = await TestCompany.Open();
        await using var sources = Sources();

        var summary = await company.Harvest("ana", sources.SourceOf(Account(user) with { ExcludedFolders = ["private"] }, company.Since));

        Assert.Null(summary.Problem);
        Assert.Equal((1, 7), (summary.New, summary.Skipped));
    }

    [Fact]
    public async Task Long_mails_are_read_to_their_end_and_attachments_are_counted_like_in_files()
    {
        var user = server.NewUser();
        await using var fromFiles = await TestCompany.Open();
        await using var fromServer = await TestCompany.Open();
        var maildir = fromFiles.PathOf("mail", "cur");
        Directory.CreateDirectory(maildir);
        var mails = new[]
        {
            Mail("long text", string.Concat(Enumerable.Repeat("A line of a long story.\r\n", 3000)) + "Is this the end?"),
            Parts("one attachment at the end", Attachment("a.pdf", 100_000)),
            Parts("two attachments", Attachment("a.pdf", 100_000), Attachment("b.pdf", 20)),
            Parts("text after an attachment", Attachment("a.pdf", 100_000), "Content-Type: text/plain\r\n\r\nP.S. What about Monday?"),
            Parts("a mail in a mail", "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n" + new string('x', 50_000).Replace("xxxxxxxxxx", "xxxxxxxx\r\n", StringComparison.Ordinal)),
        };
        for (var i = 0; i < mails.Length; i++)
        {
            server.Deliver(user, mails[i]);
            await File.WriteAllBytesAsync(Path.Combine(maildir, $"{i}.M1P1.test:2,S"), mails[i]);
        }

        await using var sources = Sources();
        await fromFiles.Harvest("ana", new MaildirSource(Path.GetDirectoryName(maildir)!));
        var summary = await fromServer.Harvest("ana", sources.SourceOf(Account(user), fromServer.Since));

        Assert.Equal((null, 5), (summary.Problem, summary.New));
        var log = await fromServer.Log();
        Assert.Equal(Lines(await fromFiles.Log()), Lines(log));
        Assert.Equal(2, log.Single(line => line.Subject == "two attachments").Attachments);
        Assert.True(log.Single(line => line.Subject == "text after an attachment").Question);
    }

    [Fact]
    public async Task Mails_renumbered_by_a_folder_made_anew_are_read_again_and_make_no_second_line()
    {
        var user = server.NewUser();
        server.Deliver(user, Mail("one"), "Customers");
        server.Deliver(user, Mail("two"), "Customers");
        await using var company = await TestCompany.Open();
        await using var sources = Sources();
        Assert.Equal(2, (await company.Harvest("ana", sources.SourceOf(Account(user), company.Since))).New);

        await Task.Delay(DovecotServer.Tick);
        server.Run(user, "DELETE Customers", "CREATE Customers");
        server.Deliver(user, Mail("two"), "Customers");
        server.Deliver(user, Mail("three"), "Customers");
        var summary = await company.Harvest("ana", sources.SourceOf(Account(user), company.Since));

        Assert.Null(summary.Problem);
        Assert.Equal((1, 1), (summary.New, summary.Known));
        Assert.Equal(3, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_server_that_restarts_between_two_polls_is_not_even_noticed()
    {
        using var own = new DovecotServer();
        var user = own.NewUser();
        own.Deliver(user, Mail("one"));
        await using var company = await TestCompany.Open();
        await using var sources = Sources();
        var account = Account(user, own);
        await company.Harvest("ana", sources.SourceOf(account, company.Since));

        own.Restart();
        own.Deliver(user, Mail("two"));
        var summary = await company.Harvest("ana", sources.SourceOf(account, company.Since));

        Assert.Equal((null, 1), (summary.Problem, summary.New));
    }

    [Fact]
    public async Task A_connection_cut_at_random_bytes_loses_nothing_and_repeats_nothing()
    {
        var user = server.NewUser();
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
            server.Deliver(user, Mail($"number {i}", new string('x', random.Next(20_000))), i % 3 == 0 ? "Sent" : null);

        await using var proxy = new TcpProxy(server.TlsPort) { CutAfter = () => random.Next(20_000, 600_000) };
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        await using var sources = Sources(clock);
        var account = Account(user) with { Server = new Server("localhost", proxy.Port, Encryption.Required, CaOf(server)) };
        var made = 0;
        for (var run = 0; run < 100 && made < 400; run++)
        {
            made += (await company.Harvest("ana", sources.SourceOf(account, company.Since), clock.GetCurrentInstant())).New;
            clock.AdvanceMinutes(20);
        }

        Assert.True(proxy.Cuts > 3, $"only {proxy.Cuts} cuts");
        Assert.Equal(400, made);
        Assert.Equal(400, (await company.Log()).Select(line => line.Subject).Distinct().Count());
    }

    [Fact]
    public async Task A_wrong_password_is_tried_three_times_and_then_hourly()
    {
        await using var fake = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no");
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        await using var sources = Sources(clock);
        var account = Account("ana@us.example") with { Server = new Server("localhost", fake.Port, Encryption.None, null) };

        for (var minute = 0; minute < 180; minute++)
        {
            var summary = await company.Harvest("ana", sources.SourceOf(account, company.Since), clock.GetCurrentInstant());
            Assert.True(summary.IsPermanent);
            Assert.DoesNotContain(DovecotServer.Password, summary.Problem, StringComparison.Ordinal);
            clock.AdvanceMinutes(1);
        }

        Assert.Equal(5, fake.Received.Count(command => command.StartsWith("LOGIN", StringComparison.Ordinal)));
    }

    private static async Task<(int New, int Known)> Counts(TestCompany company, ImapSources sources, ImapAccount account)
    {
        var summary = await company.Harvest("ana", sources.SourceOf(account, company.Since));
        Assert.Null(summary.Problem);
        return (summary.New, summary.Known);
    }

    private static ImapSources Sources(IClock? clock = null) => ImapCompany.Sources(clock ?? new TestClock(TestCompany.Monday));

    private ImapAccount Account(string user, DovecotServer? at = null)
    {
        at ??= server;
        return new ImapAccount(
            $"imap:{user}", default, EmailAddress.Parse(user), new Server("localhost", at.TlsPort, Encryption.Required, CaOf(at)), user,
            new Login.Password(new Secret(DovecotServer.Password)));
    }

    private static string CaOf(DovecotServer server)
    {
        var file = Path.Combine(Path.GetTempPath(), $"crmsync-ca-{server.TlsPort}.pem");
        File.WriteAllText(file, server.Authority.Pem);
        return file;
    }

    /// <summary>Loads a folder of folders; each becomes a folder on the server, the files of one in the order of their names.</summary>
    private void Load(string root, string user)
    {
        foreach (var file in Directory.EnumerateFiles(root, "*.eml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('/', '.');
            server.Deliver(user, File.ReadAllBytes(file), folder is "inbox" or "." ? null : "Enron." + folder, new DateTimeOffset(File.GetLastWriteTimeUtc(file)));
        }
    }

    /// <summary>Where each file of a mailbox stands, with its flags.</summary>
    private List<string> Tree(string user) =>
        [.. Directory.EnumerateFiles(server.Maildir(user), "*.test*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(server.Maildir(user), path)).Order(StringComparer.Ordinal)];

    private static List<string> Lines(IReadOnlyList<Interaction> log) =>
        [.. log.Select(line => $"{line.At} {line.Author} {line.Subject} {line.Attachments} {line.Question} {line.Text}").Order(StringComparer.Ordinal)];

    private static byte[] Mail(string subject, string body = "Hello") => System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(subject, body: body, id: $"{subject.Replace(' ', '-')}@acme.example"));

    private static byte[] Parts(string subject, params string[] parts) => System.Text.Encoding.UTF8.GetBytes(TestCompany.MailText(
        subject,
        body: "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n" + string.Join("\r\n--b\r\n", parts) + "\r\n--b--\r\n",
        id: $"{subject.Replace(' ', '-')}@acme.example",
        more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"));

    private static string Attachment(string name, int size) =>
        $"Content-Type: application/pdf; name={name}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + string.Concat(Enumerable.Repeat(new string('A', 76) + "\r\n", (size / 57) + 1));
}
