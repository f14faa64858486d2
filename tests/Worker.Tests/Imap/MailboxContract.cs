using CrmSync.Fixtures;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;
using static CrmSync.Worker.Tests.Imap.RealMailbox;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>What a harvest must make of a mailbox on every real server.</summary>
public abstract class MailboxContract(MailboxServer server)
{
    [CorpusFact]
    public async Task Thirteen_real_mailboxes_give_the_log_of_their_files_and_stay_as_they_were()
    {
        var users = EnronMailboxes.Names.ToDictionary(name => name, name => server.NewUser(name));
        foreach (var (mailbox, user) in users)
            EnronMailboxes.Fill(server, user, mailbox);

        var before = users.Values.ToDictionary(user => user, Standing);
        await using var company = await TestCompany.Open("enron.com");
        await using var sources = RealMailbox.Sources();
        var summaries = new List<HarvestSummary>();
        foreach (var (mailbox, user) in users)
            summaries.Add(await company.Harvest(mailbox, sources.CreateSource(CreateAccount(server, user), company.Since)));

        Assert.All(summaries, summary => Assert.Null(summary.Problem));
        var (files, imap) = (
            await EnronMailboxes.FromFiles(),
            await HarvestedLog.From(company, summaries, (folder, _) => folder.Replace(server.Delimiter, '/')));
        Assert.Equal(files.Counts, imap.Counts);
        Assert.Equal(files.Lines, imap.Lines);
        Assert.Equal(files.Places, imap.Places);

        foreach (var (user, standing) in before)
            Assert.Equal(standing, Standing(user));

        // The comparison would mean nothing if there were no such flags.
        Assert.Contains(before[users["allen-p"]], line => line.Contains(@"\Seen", StringComparison.Ordinal));
        Assert.Contains(
            before[users["allen-p"]],
            line => line.Contains(@"\Recent", StringComparison.Ordinal) && !line.Contains(@"\Seen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unchanged_account_costs_one_turn_and_new_mail_is_found()
    {
        var user = server.NewUser();
        server.Run(user, $"CREATE {Below("Customers", "Acme")}");
        Deliver(user, "INBOX", Stored("one"));
        Deliver(user, Below("Customers", "Acme"), Stored("two"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        var account = CreateAccount(server, user);

        Assert.Equal((2, 0), await Counts(company, sources, user));
        Assert.Equal((0, 2), await Counts(company, sources, user));

        var turns = await sources.RoundTrips(account);
        Assert.Equal((0, 2), await Counts(company, sources, user));
        Assert.Equal(turns + 1, await sources.RoundTrips(account));

        Deliver(user, Below("Customers", "Acme"), Stored("three"));
        Deliver(user, "Sent", Stored("four", flags: @"\Seen"));
        Assert.Equal((2, 2), await Counts(company, sources, user));
    }

    [Fact]
    public async Task Drafts_junk_and_trash_and_what_is_excluded_are_counted_and_left_alone()
    {
        var user = server.NewUser();
        server.Run(user, "CREATE Private", $"CREATE {Below("Private", "Doctor")}");
        Deliver(user, "INBOX", Stored("seen"), Stored("flagged as draft", flags: @"\Draft"), Stored("deleted", flags: @"\Deleted"));
        Deliver(user, "Drafts", Stored("in drafts"));
        Deliver(user, "Trash", Stored("in trash"));
        Deliver(user, "Junk", Stored("in junk"));
        Deliver(user, "Private", Stored("private"));
        Deliver(user, Below("Private", "Doctor"), Stored("private below"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();

        var summary = await company.Harvest(
            "ana",
            sources.CreateSource(CreateAccount(server, user) with { ExcludedFolders = ["private"] }, company.Since));

        Assert.Null(summary.Problem);
        Assert.Equal((1, 7), (summary.New, summary.Skipped));
    }

    [Fact]
    public async Task Long_mails_are_read_to_their_end_and_attachments_are_counted_like_in_files()
    {
        var user = server.NewUser();
        await using var fromFiles = await TestCompany.Open();
        await using var fromServer = await TestCompany.Open();
        var maildir = fromFiles.PathTo("mail", "cur");
        Directory.CreateDirectory(maildir);
        var mails = new[]
        {
            RealMailbox.Mail("long text", string.Concat(Enumerable.Repeat("A line of a long story.\r\n", 3000)) + "Is this the end?"),
            Parts("one attachment at the end", Attachment("a.pdf", 100_000)),
            Parts("two attachments", Attachment("a.pdf", 100_000), Attachment("b.pdf", 20)),
            Parts("text after an attachment", Attachment("a.pdf", 100_000), "Content-Type: text/plain\r\n\r\nP.S. What about Monday?"),
            Parts(
                "a mail in a mail",
                "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n"
                    + new string('x', 50_000).Replace("xxxxxxxxxx", "xxxxxxxx\r\n", StringComparison.Ordinal)),
        };
        for (var i = 0; i < mails.Length; i++)
        {
            Deliver(user, "INBOX", new StoredMail(mails[i], DateTimeOffset.UtcNow));
            await File.WriteAllBytesAsync(Path.Combine(maildir, $"{i}.M1P1.test:2,S"), mails[i]);
        }

        await using var sources = RealMailbox.Sources();
        await fromFiles.Harvest("ana", new MaildirSource(Path.GetDirectoryName(maildir)!));
        var summary = await fromServer.Harvest("ana", sources.CreateSource(CreateAccount(server, user), fromServer.Since));

        Assert.Equal((null, 5), (summary.Problem, summary.New));
        var log = await fromServer.Log();
        Assert.Equal(
            (await HarvestedLog.From(fromFiles, [], (_, _) => "")).Lines,
            (await HarvestedLog.From(fromServer, [], (_, _) => "")).Lines);
        Assert.Equal(2, log.Single(line => line.Subject == "two attachments").Attachments);
        Assert.True(log.Single(line => line.Subject == "text after an attachment").Question);
    }

    [Fact]
    public async Task Mails_renumbered_by_a_folder_made_anew_are_read_again_and_make_no_second_line()
    {
        var user = server.NewUser();
        server.Run(user, "CREATE Customers");
        Deliver(user, "Customers", Stored("one"), Stored("two"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        Assert.Equal((2, 0), await Counts(company, sources, user));

        server.Run(user, "DELETE Customers", "CREATE Customers");
        Deliver(user, "Customers", Stored("two"), Stored("three"));

        Assert.Equal((1, 1), await Counts(company, sources, user));
        Assert.Equal(3, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_folder_renamed_between_listing_and_reading_is_read_under_its_new_name_and_again_under_its_old_one()
    {
        var user = server.NewUser();
        server.Run(user, "CREATE Customers", "CREATE Partners");
        Deliver(user, "Customers", Stored("one"), Stored("two"));
        Deliver(user, "Partners", Stored("three"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();

        Assert.Equal(
            (0, 0),
            await Counts(company, sources, user, () => server.Run(user, "RENAME Customers Former", "RENAME Partners Allies")));
        server.Run(user, "RENAME Former Customers");

        Assert.Equal((3, 0), await Counts(company, sources, user));
        Assert.Equal((0, 3), await Counts(company, sources, user));
    }

    [Fact]
    public async Task Two_folders_that_change_names_between_listing_and_reading_are_not_taken_for_each_other()
    {
        var user = server.NewUser();
        server.Run(user, "CREATE Customers", "CREATE Partners");
        Deliver(user, "Customers", Stored("one"), Stored("two"), Stored("three"));
        Deliver(user, "Partners", Stored("four"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();

        await Counts(
            company,
            sources,
            user,
            () => server.Run(user, "RENAME Customers Other", "RENAME Partners Customers", "RENAME Other Partners"));
        await Counts(company, sources, user);

        Assert.Equal(["four", "one", "three", "two"], (await company.Log()).Select(line => line.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_made_anew_between_listing_and_reading_is_no_trouble_and_what_is_in_it_now_is_read()
    {
        var user = server.NewUser();
        server.Run(user, "CREATE Customers");
        Deliver(user, "Customers", Stored("one"), Stored("two"), Stored("three"));
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();

        await Counts(company, sources, user, () =>
        {
            server.Run(user, "DELETE Customers", "CREATE Customers");
            Deliver(user, "Customers", Stored("four"), Stored("five"));
        });
        await Counts(company, sources, user);

        Assert.Equal(["five", "four"], (await company.Log()).Select(line => line.Subject).Order(StringComparer.Ordinal));
        Assert.Empty(await company.Ledger.Quarantine(null, CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_restarts_between_two_polls_is_not_even_noticed()
    {
        using var own = Another();
        var user = own.NewUser();
        own.Fill(user, "INBOX", [Stored("one")]);
        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        await company.Harvest("ana", sources.CreateSource(CreateAccount(own, user), company.Since));

        own.Restart();
        own.Fill(user, "INBOX", [Stored("two")]);
        var summary = await company.Harvest("ana", sources.CreateSource(CreateAccount(own, user), company.Since));

        Assert.Equal((null, 1), (summary.Problem, summary.New));
    }

    [Fact]
    public async Task A_connection_cut_at_random_bytes_loses_nothing_and_repeats_nothing()
    {
        var user = server.NewUser();
        var random = new Random(11);
        server.Fill(user, "INBOX", [.. Enumerable.Range(0, 260).Select(i => Stored($"number {i}", new string('x', random.Next(20_000))))]);
        server.Fill(user, "Sent", [.. Enumerable.Range(260, 140).Select(i => Stored($"number {i}", new string('x', random.Next(20_000))))]);

        await using var proxy = new TcpProxy(server.TlsPort) { CutAfter = () => random.Next(20_000, 600_000) };
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        await using var sources = RealMailbox.Sources(clock);
        var account = CreateAccount(server, user, proxy.Port);
        var made = 0;
        for (var run = 0; run < 100 && made < 400; run++)
        {
            made += (await company.Harvest("ana", sources.CreateSource(account, company.Since), clock.GetCurrentInstant())).New;
            clock.AdvanceMinutes(20);
        }

        Assert.True(proxy.Cuts > 3, $"only {proxy.Cuts} cuts");
        Assert.Equal(400, made);
        Assert.Equal(400, (await company.Log()).Select(line => line.Subject).Distinct().Count());
    }

    /// <summary>A server of the same kind for one test alone.</summary>
    protected abstract MailboxServer Another();

    /// <summary>
    /// What must not change by being read: the flags of every mail, as another mail program sees them without touching them.
    /// </summary>
    protected virtual IReadOnlyList<string> Standing(string user)
    {
        using var program = server.Open(user);
        return
        [
            .. program
                .Folders()
                .Order(StringComparer.Ordinal)
                .SelectMany(folder => program.Flags(folder).Select(line => $"{folder} {line}")),
        ];
    }

    private string Below(string folder, string name) => folder + server.Delimiter + name;

    private void Deliver(string user, string folder, params StoredMail[] mails)
    {
        using var program = server.Open(user);
        program.Append(folder, mails);
    }

    /// <summary>Harvests without any trouble.</summary>
    /// <param name="company">Into its log.</param>
    /// <param name="sources">With these connections.</param>
    /// <param name="user">Whose mailbox.</param>
    /// <param name="meanwhile">What happens between listing and reading.</param>
    private async Task<(int New, int Known)> Counts(TestCompany company, ImapSources sources, string user, Action? meanwhile = null)
    {
        var source = sources.CreateSource(CreateAccount(server, user), company.Since);
        var summary = await company.Harvest("ana", meanwhile is null ? source : new InterruptedSource(source, meanwhile));
        Assert.Null(summary.Problem);
        return (summary.New, summary.Known);
    }
}

/// <summary>Dovecot over Maildir.</summary>
public sealed class DovecotMailboxTests(DovecotServer server) : MailboxContract(server), IClassFixture<DovecotServer>
{
    protected override MailboxServer Another() => new DovecotServer();

    /// <summary>The names of the files tell the flags, too; a mail that was seen by a program that may write has left <c>new</c>.</summary>
    protected override IReadOnlyList<string> Standing(string user)
    {
        var root = server.Maildir(user);
        return
        [
            .. base.Standing(user),
            .. Directory
                .EnumerateFiles(root, "*.test*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path))
                .Order(StringComparer.Ordinal),
        ];
    }
}

/// <summary>Cyrus with its own mail store.</summary>
public sealed class CyrusMailboxTests(CyrusServer server) : MailboxContract(server), IClassFixture<CyrusServer>
{
    protected override MailboxServer Another() => new CyrusServer();
}
