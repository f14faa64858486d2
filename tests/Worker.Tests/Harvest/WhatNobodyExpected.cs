using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Yaml;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>
/// At every place where a harvest calls a source, a reader or a writer, an exception is thrown that nobody expected: the others are done,
/// the account says so in words, and what the words quote is nothing of the mail.
/// </summary>
public sealed class WhatNobodyExpected
{
    [Theory]
    [InlineData("open")]
    [InlineData("discover")]
    [InlineData("discover, after a page")]
    [InlineData("read")]
    public async Task A_source_that_throws_ends_nothing_but_its_own_harvest_which_says_so_in_words(string where)
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var broken = new SpoiltMailbox(10) { ThrowsAt = where };

        var done = await Run(
            harvest,
            new ReadableAccount("broken", "test", Address("broken"), _ => where == "open" ? throw Unheard() : broken),
            Account("one", new SpoiltMailbox(10)),
            Account("two", new SpoiltMailbox(10)));

        Assert.All(done.Where(one => one.Account != "broken"), one => Assert.Equal((10, null), (one.New, one.Problem)));
        var told = done.Single(one => one.Account == "broken");
        Assert.False(told.IsClean);
        var status = (await company.Accounts.All(default)).Single(one => one.Name == "broken");
        Assert.Contains("the program met something it does not know (InvalidTimeZoneException", status.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", status.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_whose_members_cannot_be_asked_for_ends_nothing_else()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var group = new ReadableAccount("group", "graph", Address("group"), _ => throw Unheard()) { Members = _ => throw Unheard() };

        var done = await Run(harvest, group, Account("one", new SpoiltMailbox(10)));

        Assert.Equal((10, null), (done.Single(one => one.Account == "one").New, done.Single(one => one.Account == "one").Problem));
        Assert.Contains("does not know", done.Single(one => one.Account == "group").Problem, StringComparison.Ordinal);
        Assert.Contains(
            "does not know",
            (await company.Accounts.All(default)).Single(one => one.Name == "group").LastError,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_cannot_be_asked_stands_for_its_members()
    {
        // A login of no known kind is nothing that a configuration can say.
        var place = new Spot(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1);
        var group = new GraphAccount("contoso", place, null, null, new NoKnownLogin())
        {
            Group = Address("sales"),
        };
        var configuration = new CrmSyncConfiguration { Storage = new StorageChoice.Sqlite("unused"), Accounts = [group] };
        await using var parts = new ServiceCollection()
            .AddSources(configuration, DateTimeZone.Utc, TimeProvider.System)
            .BuildServiceProvider();

        var named = await parts.GetRequiredService<AccountSources>().Named(new HashSet<string> { "graph:ana@us.example" }, default);

        Assert.Equal(["contoso"], named.Select(one => one.Name));
    }

    private sealed record NoKnownLogin : GraphLogin;

    [Fact]
    public async Task One_item_that_throws_is_told_and_tried_again_and_set_aside_the_third_time_and_all_others_are_read()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var mailbox = new SpoiltMailbox(1200) { Spoilt = { "7", "700" } };

        var first = (await Run(harvest, Account("ana", mailbox)))[0];
        Assert.Equal((1198, 2), (first.New, first.Failed));
        Assert.Contains(
            "INBOX 7: the program met something it does not know (InvalidTimeZoneException in SpoiltMailbox.Read)",
            first.Problem,
            StringComparison.Ordinal);

        await Run(harvest, Account("ana", mailbox), later: 1);
        var third = (await Run(harvest, Account("ana", mailbox), later: 2))[0];
        Assert.Equal(2, third.Quarantined);
        Assert.Equal(["INBOX 7", "INBOX 700"], (await company.Ledger.Quarantine(null, default)).Select(item => item.Place).Order());

        var fourth = (await Run(harvest, Account("ana", mailbox), later: 3))[0];
        Assert.True(fourth.IsClean);
        mailbox.Spoilt.Clear();
        await company.Ledger.RetryQuarantine(null, default);
        Assert.Equal(2, (await Run(harvest, Account("ana", mailbox), later: 4))[0].New);
    }

    [Fact]
    public async Task A_source_that_throws_at_every_item_is_given_up_for_now_and_its_items_wait()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var mailbox = new SpoiltMailbox(40) { ThrowsAt = "read" };

        var done = await Run(harvest, Account("ana", mailbox), Account("one", new SpoiltMailbox(10)));

        Assert.True(mailbox.Asked < 20, $"it was asked {mailbox.Asked} times");
        Assert.Equal(10, done.Single(one => one.Account == "one").New);
        mailbox.ThrowsAt = null;
        Assert.Equal(40, (await Run(harvest, Account("ana", mailbox), later: 1))[0].New);
    }

    [Theory]
    [InlineData("interaction", "new.subject like '%number 7 %'")]
    [InlineData("participant", "new.address = 'writer7@acme.example'")]
    public async Task One_mail_that_cannot_be_written_is_set_aside_and_all_others_are_kept(string table, string when)
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        await company.Spoil(table, when);

        var done = await Run(harvest, Account("ana", new SpoiltMailbox(40)), Account("one", new SpoiltMailbox(10) { From = 100 }));

        var ana = done.Single(one => one.Account == "ana");
        Assert.Equal((39, 1), (ana.New, ana.Quarantined));
        Assert.Contains("does not know (SqliteException", ana.Problem, StringComparison.Ordinal);
        Assert.Contains(
            "it was read and cannot be kept",
            Assert.Single(await company.Ledger.Quarantine(null, default)).Reason,
            StringComparison.Ordinal);
        Assert.Equal((10, null), (done.Single(one => one.Account == "one").New, done.Single(one => one.Account == "one").Problem));
    }

    [Theory]
    [InlineData("folder", "insert")]
    [InlineData("remote_item", "insert")]
    [InlineData("account", "update")]
    public async Task What_cannot_be_written_about_one_account_is_told_by_its_summary_and_the_others_are_done(string table, string does)
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var number = (await company.Accounts.Register("ana", "test", "ana@us.example", default)).Number;
        await company.Spoil(table, table == "account" ? $"old.number = {number}" : $"new.account = {number}", does);

        var done = await Run(harvest, Account("ana", new SpoiltMailbox(40)), Account("one", new SpoiltMailbox(10)));

        Assert.Contains("does not know (SqliteException", done.Single(one => one.Account == "ana").Problem, StringComparison.Ordinal);
        Assert.Equal((10, null), (done.Single(one => one.Account == "one").New, done.Single(one => one.Account == "one").Problem));
    }

    [Theory]
    [InlineData("meeting_copy")]
    [InlineData("meeting_mail")]
    public async Task A_meeting_that_cannot_be_written_stops_no_other(string table)
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        await company.Spoil(table, "new.series like 'spoilt%'");
        ReadableAccount account;
        if (table == "meeting_copy")
        {
            var file = company.PathTo("ana.ics");
            await File.WriteAllTextAsync(file, Meetings.Ics.Calendar(Meetings.Ics.Meeting("spoilt"), Meetings.Ics.Meeting("well", day: 3)));
            account = new ReadableAccount("ana", "ics", Address("ana"), now => Meetings.Ics.File(file, now));
        }
        else
        {
            var folder = company.PathTo("mail", "1.eml");
            foreach (var (uid, number) in new[] { ("spoilt", 1), ("well", 2) })
            {
                await File.WriteAllTextAsync(
                    company.PathTo("mail", $"{number}.eml"),
                    Meetings.Ics.CalendarMail("ana@us.example", "jane@acme.example", "REQUEST", Meetings.Ics.Meeting(uid, day: number)));
            }

            account = new ReadableAccount(
                "ana",
                "eml",
                Address("ana"),
                _ => new CrmSync.Worker.Sources.Files.EmlSource(Path.GetDirectoryName(folder)!));
        }

        var done = await Run(harvest, account, Account("one", new SpoiltMailbox(10)));

        Assert.Contains("SqliteException", done.Single(one => one.Account == "ana").Problem, StringComparison.Ordinal);
        Assert.Contains("well", (await company.Log()).Select(line => line.Subject));
        Assert.Equal((10, null), (done.Single(one => one.Account == "one").New, done.Single(one => one.Account == "one").Problem));
    }

    [Theory]
    [InlineData("eml", "a key of no known form")]
    [InlineData("mbox", "neither:a:number")]
    [InlineData("maildir", "no\0name")]
    public async Task A_file_source_whose_item_throws_reads_the_others(string kind, string key)
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var mails = Enumerable
            .Range(1, 6)
            .Select(n => TestCompany.MailText($"number {n}", id: $"{n}@acme.example", body: $"Words {n}"))
            .ToList();
        ISource source;
        switch (kind)
        {
            case "eml":
                foreach (var (number, mail) in mails.Index())
                    await File.WriteAllTextAsync(company.PathTo("mail", $"{number}.eml"), mail);
                source = new CrmSync.Worker.Sources.Files.EmlSource(company.PathTo("mail"));
                break;
            case "mbox":
                await File.WriteAllTextAsync(
                    company.PathTo("mail.mbox"),
                    string.Concat(mails.Select(mail => $"From jane@acme.example Mon Mar  2 08:00:00 2026\r\n{mail}\r\n")));
                source = new CrmSync.Worker.Sources.Files.MboxSource(company.PathTo("mail.mbox"));
                break;
            default:
                foreach (var (number, mail) in mails.Index())
                    await File.WriteAllTextAsync(company.PathTo("mail", "cur", $"{number}:2,S"), mail);
                Directory.CreateDirectory(company.PathTo("mail", "new"));
                source = new CrmSync.Worker.Sources.Files.MaildirSource(company.PathTo("mail"));
                break;
        }

        // What another version of the program, or a hand in the database, has left behind.
        var state = await company.Accounts.Register("ana", "test", "ana@us.example", default);
        var folder = await company.Ledger.Folder(state, "", "mail", role: null, default);
        await company.Ledger.Discover(folder, [new Locator(key)], folder.Cursor, default);

        var done = await Run(harvest, new ReadableAccount("ana", "test", Address("ana"), _ => source));

        Assert.Equal(6, done[0].New);
    }

    private static InvalidTimeZoneException Unheard() => new("about jane@acme.example");

    private static EmailAddress Address(string name) => EmailAddress.Parse($"{name}@us.example");

    private static async Task<List<HarvestSummary>> Run(HarvestAll harvest, params ReadableAccount[] accounts) =>
        await Run(harvest, accounts, 0);

    private static Task<List<HarvestSummary>> Run(HarvestAll harvest, ReadableAccount account, int later) => Run(harvest, [account], later);

    private static async Task<List<HarvestSummary>> Run(HarvestAll harvest, ReadableAccount[] accounts, int later)
    {
        var done = new List<HarvestSummary>();
        await foreach (var summary in harvest.Run(accounts, TestCompany.Monday + Duration.FromHours(later), null, default))
            done.Add(summary);

        return done;
    }

    private static ReadableAccount Account(string name, ISource mailbox) => new(name, "test", Address(name), _ => mailbox);

    /// <summary>A folder of small mails; at some places it throws what nobody expects.</summary>
    private sealed class SpoiltMailbox(int count) : ISource
    {
        public int From { get; init; } = 1;

        public string? ThrowsAt { get; set; }

        /// <summary>The items during whose reading it throws.</summary>
        public HashSet<string> Spoilt { get; } = new(StringComparer.Ordinal);

        public int Asked { get; private set; }

        public Task Connect(CancellationToken ct) => throw Unheard();

        public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
        {
            if (ThrowsAt == "discover")
                throw Unheard();

            var folder = known.Folder("INBOX", "INBOX", "inbox");
            var found = Enumerable
                .Range(From, count)
                .Skip((int)folder.Cursor.Frontier)
                .Select(number => new Locator(number.ToString(CultureInfo.InvariantCulture)))
                .ToList();
            yield return new ListedPage(folder, found, 0, folder.Cursor with { Frontier = count });

            if (ThrowsAt == "discover, after a page")
                throw Unheard();
        }

        public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
        {
            Asked++;
            await Task.Yield();
            foreach (var item in items)
            {
                if (ThrowsAt == "read" || Spoilt.Contains(item.Key))
                    throw Unheard();

                var mail = Encoding.UTF8.GetBytes(
                    TestCompany.MailText(
                        $"number {item.Key} of {GetHashCode()}",
                        from: $"writer{item.Key}@acme.example",
                        id: $"{item.Key}.{GetHashCode()}@acme.example"));
                yield return MailTranslation.CreateReading(item, "here", MimeReader.Read(mail), TestCompany.Monday);
            }
        }
    }
}

/// <summary>A database that refuses single rows.</summary>
internal static class SpoiltRows
{
    /// <summary>Lets every row of a table that fulfils a condition fail with an error nobody expects of a database.</summary>
    public static async Task Spoil(this TestCompany company, string table, string when, string does = "insert")
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(company.Folder, "crmsync.db")};Pooling=False");
        await connection.ExecuteAsync(
            $"create trigger spoilt_{table} before {does} on {table} when {when} begin select raise(abort, 'about jane@acme.example'); end"
        );
    }

    /// <summary>Lets its rows be written again.</summary>
    public static async Task Heal(this TestCompany company, string table)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(company.Folder, "crmsync.db")};Pooling=False");
        await connection.ExecuteAsync($"drop trigger spoilt_{table}");
    }
}
