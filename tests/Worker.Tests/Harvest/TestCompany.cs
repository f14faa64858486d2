using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures;
using CrmSync.Storage;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Commands.Authorship;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>A company of one domain with a database of its own and a folder for its mailboxes; both go when it is disposed.</summary>
internal sealed class TestCompany : IAsyncDisposable
{
    private CompanyPolicy policy;

    private TestCompany(string folder, SettableTime time, ContactDatabase database, CompanyPolicy policy)
    {
        Folder = folder;
        Time = time;
        Database = database;
        this.policy = policy;
    }

    /// <summary>Monday 2 March 2026, 9:00 UTC.</summary>
    public static Instant Monday { get; } = Instant.FromUtc(2026, 3, 2, 9, 0);

    public string Folder { get; }

    /// <summary>The time of the database.</summary>
    public SettableTime Time { get; }

    public ContactDatabase Database { get; }

    public Accounts Accounts => new(Database);

    public HarvestLedger Ledger => new(Database);

    public LedgerCounts Figures => new(Database);

    /// <summary>What the policy of the next harvest says of privacy.</summary>
    public Privacy Privacy
    {
        get => policy.Privacy;
        set => policy = policy with { Privacy = value };
    }

    public Instant Since { get; set; } = Instant.FromUtc(1990, 1, 1, 0, 0);

    public static async Task<TestCompany> Open(string domain = "us.example", Privacy? privacy = null)
    {
        var folder = Directory.CreateTempSubdirectory("crmsync-").FullName;
        var time = new SettableTime(TimeProvider.System.GetUtcNow());
        return new TestCompany(
            folder,
            time,
            await ContactDatabase.OpenSqlite(Path.Combine(folder, "crmsync.db"), time, CancellationToken.None),
            CreatePolicy(domain, privacy));
    }

    public static CompanyPolicy CreatePolicy(string domain, Privacy? privacy = null)
    {
        IReadOnlyList<OpenSpan> open = [new OpenSpan(9 * 60, 17 * 60)];
        var office = new BusinessCalendar(
            "office",
            DateTimeZone.Utc,
            Enum.GetValues<IsoDayOfWeek>().Where(d => d is > IsoDayOfWeek.None and < IsoDayOfWeek.Saturday).ToDictionary(d => d, _ => open),
            new Dictionary<LocalDate, Holiday>());
        var ana = new Person("ana", EmailAddress.Parse("ana@" + domain));
        return new CompanyPolicy
        {
            Version = "test",
            Us = new OurSide([domain], []),
            DefaultCalendar = office,
            DefaultOwner = ana,
            Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = office },
            People = [ana],
            Privacy = privacy ?? new Privacy(),
        };
    }

    /// <summary>The path of something in the company's folder; the folders above it are made.</summary>
    public string PathTo(params string[] parts)
    {
        var path = Path.Combine([Folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>The harvest of the program, over the company's database.</summary>
    /// <param name="turn">How long an account reads before others have their turn; null: to the end, as on a fast machine.</param>
    /// <param name="atOnce">Accounts under way at a time.</param>
    /// <param name="patience">How long an account waits for another harvest of it.</param>
    public HarvestAll CreateHarvest(TimeSpan? turn = null, int atOnce = 16, TimeSpan? patience = null)
    {
        var configuration = new CrmSyncConfiguration
        {
            Storage = new StorageChoice.Sqlite("unused"),
            Capture = new CaptureSettings { SinceDate = Since.InUtc().Date },
        };
        return new HarvestAll(
            Database,
            Accounts,
            Ledger,
            new MeetingLog(Database),
            new CallLog(Database),
            new CommandInbox(Database),
            CreateCommandExecutions(),
            new PrivateThreads(Database, OwnMailText.Read),
            new Settings(Database),
            configuration,
            new PolicyInForce(policy),
            TimeProvider.System)
        { Turn = turn ?? Timeout.InfiniteTimeSpan, AtOnce = atOnce, Patience = patience ?? TimeSpan.FromSeconds(30) };
    }

    private CommandExecutions CreateCommandExecutions() => new(
        new CommandStores(
            Database,
            new CommandInbox(Database),
            new CommandLog(Database),
            new ContactLog(Database),
            Accounts,
            new DigestLedger(Database),
            new ToldItems(Database),
            new StoppedDigests(Database, new Settings(Database)),
            new PrivateThreads(Database, OwnMailText.Read)),
        new DkimCheck(() => throw new InvalidOperationException("no command is read here")));

    /// <summary>Harvests one account once.</summary>
    public async Task<HarvestSummary> Harvest(
        string account,
        ISource source,
        Instant? now = null,
        string? address = null,
        string kind = "test",
        CancellationToken ct = default)
    {
        var readable = new ReadableAccount(account, kind, EmailAddress.Parse(address ?? $"{account}@us.example"), _ => source);
        using var harvest = CreateHarvest();
        return await harvest.Run([readable], now ?? Monday, progress: null, ct).SingleAsync(ct);
    }

    public async Task<IReadOnlyList<Interaction>> Log() =>
        await new ContactLog(Database).Read(new LogFilter(), CancellationToken.None).ToListAsync();

    /// <summary>A number that changes with everything that is written to the database.</summary>
    public string Changes()
    {
        var log = new FileInfo(Path.Combine(Folder, "crmsync.db-wal"));
        return $"{log.Length} {log.LastWriteTimeUtc:O}";
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A small mail, complete with headers.</summary>
    public static string MailText(
        string subject = "Hinges",
        string from = "jane@acme.example",
        string to = "ana@us.example",
        string date = "Mon, 2 Mar 2026 08:00:00 +0000",
        string body = "Hello",
        string? id = null,
        string more = "") =>
        $"From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: "
            + $"{date}\r\n{(id is null ? "" : $"Message-ID: <{id}>\r\n")}{more}\r\n{body}\r\n";
}
