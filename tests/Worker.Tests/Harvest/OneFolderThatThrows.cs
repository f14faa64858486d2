using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using CrmSync.Domain.Harvest;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Imap;
using CrmSync.Worker.Tests.Meetings;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>
/// Whatever is thrown about one folder of an account that nobody expected, while it is listed or while the list is stored: its other
/// folders are read, and the account says in words which one was not.
/// </summary>
public sealed class OneFolderThatThrows(DovecotServer dovecot, RadicaleServer radicale)
    : IClassFixture<DovecotServer>, IClassFixture<RadicaleServer>
{
    private const string Words = "the program met something it does not know";

    [Theory]
    [InlineData("imap")]
    [InlineData("maildir")]
    [InlineData("ics")]
    [InlineData("graph")]
    [InlineData("graph calendar")]
    [InlineData("caldav")]
    public async Task While_it_is_listed(string kind)
    {
        await using var account = await Prepare(kind);
        await account.Company.Harvest(account.Name, account.Open());
        var state = (await account.Company.Accounts.All(default)).Single();
        var folders = await account.Company.Ledger.Folders(
            await account.Company.Accounts.Register(account.Name, "test", state.Address, default), default);
        var spoilt = folders.Single(folder => account.IsSpoilt(folder.Path + folder.RemoteId));

        var steps = new List<Listing>();
        await foreach (var step in account.Open().Discover(Ledger(spoilt.RemoteId), default))
            steps.Add(step);

        var told = Assert.Single(steps.OfType<FolderUnreadable>());
        Assert.Contains(Words + " (InvalidTimeZoneException", told.Trouble.Reason, StringComparison.Ordinal);
        Assert.True(account.IsSpoilt(told.Trouble.Place), told.Trouble.Place);
        Assert.DoesNotContain("jane", told.Trouble.ToString(), StringComparison.Ordinal);
        Assert.Equal(account.Others.Count, steps.OfType<ListedPage>().Count(page => page.New.Count > 0));
    }

    [Theory]
    [InlineData("imap", "folder")]
    [InlineData("imap", "remote_item")]
    [InlineData("maildir", "folder")]
    [InlineData("maildir", "remote_item")]
    [InlineData("ics", "folder")]
    [InlineData("ics", "remote_item")]
    [InlineData("graph", "folder")]
    [InlineData("graph", "remote_item")]
    [InlineData("graph calendar", "folder")]
    [InlineData("graph calendar", "remote_item")]
    [InlineData("caldav", "folder")]
    [InlineData("caldav", "remote_item")]
    public async Task While_its_list_is_stored(string kind, string table)
    {
        await using var account = await Prepare(kind);
        var isIt = $"f.path like '%{account.Word}%' or f.remote_id like '%{account.Word}%'";
        await account.Company.Spoil(
            table,
            table == "folder"
                ? isIt.Replace("f.", "new.", StringComparison.Ordinal)
                : $"new.folder in (select f.number from folder f where {isIt})");

        var first = await account.Company.Harvest(account.Name, account.Open());
        Assert.Equal(account.Others, await Subjects(account.Company));
        Assert.Contains(Words + " (SqliteException", first.Problem, StringComparison.Ordinal);
        Assert.True(account.IsSpoilt(first.Problem!), first.Problem);
        Assert.DoesNotContain("jane", first.Problem, StringComparison.Ordinal);
        Assert.Equal(first.Problem, (await account.Company.Accounts.All(default)).Single().LastError);

        await account.Company.Heal(table);
        var second = await account.Company.Harvest(account.Name, account.Open(), TestCompany.Monday + Duration.FromMinutes(5));
        Assert.True(second.IsClean, second.Problem);
        Assert.Equal([.. account.Others.Append("in the spoilt one").Order(StringComparer.Ordinal)], await Subjects(account.Company));
    }

    [Fact]
    public async Task Sync_and_status_name_it_and_exit_with_1()
    {
        await using var company = await TestCompany.Open();
        WriteMaildir(company);
        var config = TheProgram.Configuration(company, "  - { maildir: ../mail, address: ana@us.example, name: ana }");
        Assert.Equal(0, (await TheProgram.Run("migrate", "--config", config)).Status);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(config, "data", "crmsync.db")};Pooling=False"))
        {
            await connection.ExecuteAsync(
                "create trigger spoilt before insert on folder when new.path like '%Spoilt%' begin select raise(abort, 'jane'); end");
        }

        var sync = await TheProgram.Run("sync", "--config", config, "--format", "json", "--now", "2026-03-02T09:00:00Z");
        var status = await TheProgram.Run("status", "--config", config, "--format", "json", "--now", "2026-03-02T10:01:00Z");

        Assert.Equal((1, 1), (sync.Status, status.Status));
        Assert.Equal(2, Assert.Single(sync.Json).GetProperty("new").GetInt32());
        Assert.Contains($"Spoilt: {Words} (SqliteException", sync.Error, StringComparison.Ordinal);
        var told = status.Json.Single(one => one.TryGetProperty("account", out var name) && name.GetString() == "ana");
        Assert.Contains($"Spoilt: {Words} (SqliteException", told.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private static (string Folder, string Subject)[] Files { get; } =
        [("Inbox", "in the inbox"), ("Spoilt", "in the spoilt one"), ("Work", "at work")];

    private static async Task<IReadOnlyList<string>> Subjects(TestCompany company) =>
        [.. (await company.Log()).Select(line => line.Subject!).Order(StringComparer.Ordinal)];

    /// <summary>A ledger that knows nothing and throws when it is asked about one folder.</summary>
    private static KnownItems Ledger(string spoilt) =>
        new(new OneThatThrows(spoilt), (_, _) => Task.FromResult(new HashSet<string>(StringComparer.Ordinal)));

    private Task<SpoiltAccount> Prepare(string kind) => kind switch
    {
        "imap" => PrepareImap(),
        "maildir" => PrepareMaildir(),
        "ics" => PrepareIcs(),
        "graph" => PrepareGraph(inCalendar: false),
        "graph calendar" => PrepareGraph(inCalendar: true),
        _ => PrepareCalDav(),
    };

    private async Task<SpoiltAccount> PrepareImap()
    {
        var company = await TestCompany.Open();
        var user = dovecot.NewUser();
        foreach (var (folder, subject) in Files)
            dovecot.Fill(user, folder == "Inbox" ? "INBOX" : folder, [RealMailbox.Stored(subject)]);

        var sources = RealMailbox.Sources();
        return new SpoiltAccount(
            company,
            ["at work", "in the inbox"],
            () => sources.CreateSource(RealMailbox.CreateAccount(dovecot, user), company.Since),
            sources);
    }

    private static async Task<SpoiltAccount> PrepareMaildir()
    {
        var company = await TestCompany.Open();
        WriteMaildir(company);
        return new SpoiltAccount(company, ["at work", "in the inbox"], () => new MaildirSource(Path.Combine(company.Folder, "mail")), null);
    }

    private static void WriteMaildir(TestCompany company)
    {
        foreach (var (folder, subject) in Files)
        {
            var name = folder == "Inbox" ? "" : "." + folder;
            File.WriteAllBytes(company.PathTo("mail", name, "cur", "1.M1P1.test:2,S"), RealMailbox.Mail(subject));
        }
    }

    private static async Task<SpoiltAccount> PrepareIcs()
    {
        var company = await TestCompany.Open();
        foreach (var (folder, subject) in Files)
            await File.WriteAllTextAsync(company.PathTo("calendars", folder + ".ics"), Ics.Calendar(Event(subject)));

        return new SpoiltAccount(
            company,
            ["at work", "in the inbox"],
            () => Ics.File(Path.Combine(company.Folder, "calendars"), TestCompany.Monday),
            null);
    }

    private static async Task<SpoiltAccount> PrepareGraph(bool inCalendar)
    {
        var graph = await GraphCompany.Open();
        var mailbox = graph.Service.AddMailbox("ana@us.example");
        mailbox.Add("inbox", Encoding.UTF8.GetString(RealMailbox.Mail("in the inbox")));
        mailbox.Add(mailbox.AddFolder("Work"), RealMailbox.Mail("at work"));
        if (inCalendar)
            mailbox.Put("E1", GraphCalendarTests.Event(TestCompany.Monday, "uid-1-of-a-long-meeting", "in the spoilt one"));
        else
            mailbox.Add(mailbox.AddFolder("Spoilt"), RealMailbox.Mail("in the spoilt one"));

        return new SpoiltAccount(graph.Company, ["at work", "in the inbox"], () => graph.Source(mailbox), graph)
        {
            Name = $"graph:{mailbox.Address}",
            Word = inCalendar ? "calendar" : "spoilt",
        };
    }

    private async Task<SpoiltAccount> PrepareCalDav()
    {
        var company = await TestCompany.Open();
        var calendars = new List<Uri>();
        foreach (var (folder, subject) in Files)
        {
            calendars.Add(await radicale.NewCalendar(folder));
            await radicale.Put(calendars[^1], "a", Ics.Calendar(Event(subject)));
        }

        return new SpoiltAccount(
            company,
            ["at work", "in the inbox"],
            () => new CalDavSource(
                "ana",
                new DavClient(
                    new HttpClient(WebConnections.Create(TimeProvider.System)),
                    radicale.Root,
                    DavCredentials.Basic(CalDavServer.User, CalDavServer.Password)),
                Ics.Series(TestCompany.Monday),
                DateTimeZone.Utc),
            new Calendars(radicale, calendars));
    }

    private static string Event(string subject) =>
        Ics.Meeting(subject.Replace(' ', '-')).Replace(
            string.Create(CultureInfo.InvariantCulture, $"SUMMARY:{subject.Replace(' ', '-')}"),
            "SUMMARY:" + subject,
            StringComparison.Ordinal);

    /// <summary>An account of three folders.</summary>
    /// <param name="Company">Its company.</param>
    /// <param name="Others">The subjects of what lies in the other folders, in order.</param>
    /// <param name="Open">Makes its source.</param>
    /// <param name="Parts">What goes with it.</param>
    private sealed record SpoiltAccount(TestCompany Company, IReadOnlyList<string> Others, Func<ISource> Open, IAsyncDisposable? Parts)
        : IAsyncDisposable
    {
        public string Name { get; init; } = "ana";

        /// <summary>What stands in the name of the folder that throws.</summary>
        public string Word { get; init; } = "spoilt";

        public bool IsSpoilt(string name) => name.Contains(Word, StringComparison.OrdinalIgnoreCase);

        public async ValueTask DisposeAsync()
        {
            if (Parts is not null)
                await Parts.DisposeAsync();

            if (Parts is not GraphCompany)
                await Company.DisposeAsync();
        }
    }

    private sealed class Calendars(CalDavServer server, IReadOnlyList<Uri> calendars) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var calendar in calendars)
                await server.Delete(calendar);
        }
    }

    private sealed class OneThatThrows(string spoilt) : IReadOnlyDictionary<string, FolderState>
    {
        public IEnumerable<string> Keys => [];

        public IEnumerable<FolderState> Values => [];

        public int Count => 0;

        public FolderState this[string key] => throw new KeyNotFoundException(key);

        public bool ContainsKey(string key) => false;

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out FolderState value)
        {
            value = null;
            return key == spoilt ? throw new InvalidTimeZoneException("about jane@acme.example") : false;
        }

        public IEnumerator<KeyValuePair<string, FolderState>> GetEnumerator() =>
            Enumerable.Empty<KeyValuePair<string, FolderState>>().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
