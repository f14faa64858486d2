using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Stores invented mails with three participants each through the harvest ledger, nothing parsed: discovery, batches of 500, lines,
/// threads, items; then reads the log. "rows" counts every row of every table that was written.
/// </summary>
internal static class Storing
{
    private static readonly string[] Tables = ["interaction", "participant", "sighting", "mail_identity", "thread_key", "remote_item"];

    public static void Run(Options options) =>
        Run(options.Number("lines", 200_000), options.At(0, "the SQLite file or PostgreSQL connection string")).GetAwaiter().GetResult();

    public static LoginStores CreateLoginStores(ContactDatabase database) =>
        new(database, new Settings(database), new LoginFailures(database));

    private static async Task Run(int lines, string place)
    {
        var policy = Company();
        var (classifier, capture) = (new Classifier(policy), new Capture(policy, Capture.DefaultTextLimit));
        await using var database = await Open(place);
        var ledger = new HarvestLedger(database);
        var account = await new Accounts(database).Register("ana", "bench", "ana@bright.example", CancellationToken.None);
        var inbox = await ledger.Folder(account, "INBOX", "Inbox", "inbox", CancellationToken.None);

        var start = Instant.FromUtc(2025, 1, 1, 0, 0);
        var watch = Stopwatch.StartNew();
        await ledger.Discover(
            inbox,
            [
                .. Enumerable
                    .Range(0, lines)
                    .Select(i => new Locator(i.ToString(CultureInfo.InvariantCulture), 1000, start + Duration.FromMinutes(i))),
            ],
            new FolderCursor(),
            CancellationToken.None);
        Say("discover", lines, watch.Elapsed);

        var made = new TimeSpan();
        var taken = new TimeSpan();
        var counts = StoreCounts.Zero;
        watch.Restart();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        while (true)
        {
            var before = watch.Elapsed;
            var items = await ledger.Take(account, HarvestLedger.LargestBatch, start, CancellationToken.None);
            taken += watch.Elapsed - before;
            if (items.Count == 0)
                break;

            before = watch.Elapsed;
            var results = items
                .Select(item => new ItemResult.Mail(
                    item.Number,
                    MailLine.FromObservation(
                        new MailObservation("ana", Mail(int.Parse(item.Key, CultureInfo.InvariantCulture), item.Dated!.Value), null),
                        capture,
                        start + Duration.FromDays(1000))))
                .ToArray();
            made += watch.Elapsed - before;
            counts += await ledger.Store(account, results, classifier, CancellationToken.None);
        }

        var storing = watch.Elapsed - made;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu - made;
        Say($"store ({counts.New:N0} new; of it taking items {taken.TotalSeconds:N1} s)", lines, storing);
        var rows = await Rows(database);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {rows:N0} rows, {rows / storing.TotalSeconds:N0} rows/s; {cpu.TotalMicroseconds / lines:N1} us of processor time "
                    + $"each; invented in {made.TotalSeconds:N1} s, not counted"
            ));

        watch.Restart();
        var read = 0;
        await foreach (var line in new ContactLog(database).Read(new LogFilter { WithoutText = true }, CancellationToken.None))
            read += line.Participants.Count > 0 ? 1 : 0;

        Say("read", read, watch.Elapsed);
        watch.Restart();
        var keys = await ledger.KnownKeys(inbox, CancellationToken.None);
        Say("known keys", keys.Count, watch.Elapsed);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB"));
    }

    /// <summary>An SQLite file, or PostgreSQL when the place looks like a connection string.</summary>
    public static Task<ContactDatabase> Open(string place) => place.Contains('=', StringComparison.Ordinal)
        ? ContactDatabase.OpenPostgres(place, TimeProvider.System, CancellationToken.None)
        : ContactDatabase.OpenSqlite(place, TimeProvider.System, CancellationToken.None);

    private static void Say(string what, int lines, TimeSpan time) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {lines:N0} in {time.TotalSeconds:N2} s, {lines / time.TotalSeconds:N0}/s, {time.TotalMicroseconds / lines:N1} "
                    + $"us each"
            ));

    private static async Task<long> Rows(ContactDatabase database)
    {
        long rows = 0;
        foreach (var table in Tables)
            rows += await database.CountRows(table, CancellationToken.None);

        return rows;
    }

    private static MailFacts Mail(int i, Instant at)
    {
        var customer = $"person{i % 5000}@customer{i % 700}.example";
        var ana = new NamedAddress(EmailAddress.Parse("ana@bright.example"), "Ana Sample");
        var them = new NamedAddress(EmailAddress.Parse(customer), "Some Customer " + (i % 5000).ToString(CultureInfo.InvariantCulture));
        var other = new NamedAddress(EmailAddress.Parse($"colleague{i % 50}@bright.example"), null);
        var inbound = i % 2 == 0;
        return new MailFacts
        {
            MessageId = $"{i}.{i * 7919L}@mail.customer.example",
            References = i % 3 == 0 || i < 700 ? [] : [$"{i - 700}.{(i - 700) * 7919L}@mail.customer.example"],
            InReplyTo = i % 3 == 0 || i < 700 ? null : $"{i - 700}.{(i - 700) * 7919L}@mail.customer.example",
            From = inbound ? them : ana,
            To = [inbound ? ana : them],
            Cc = [other],
            Subject = $"{(i % 3 == 0 ? "" : "Re: ")}Order {i % 1500} and the delivery of it",
            Date = at,
            Received = at + Duration.FromSeconds(3),
            BodyDigest = SHA256.HashData(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture))),
            OwnText = Words,
            Excerpt = Words,
            Question = i % 4 == 0,
        };
    }

    private static string Words { get; } = string.Join(' ', Enumerable.Repeat("We would like to know how far our order has come.", 8));

    /// <summary>One person at bright.example.</summary>
    public static CompanyPolicy Company()
    {
        var ana = new Person("ana", EmailAddress.Parse("ana@bright.example"));
        return new CompanyPolicy
        {
            Version = "bench",
            Us = new OurSide(["bright.example"], []),
            DefaultCalendar = new BusinessCalendar(
                "office",
                DateTimeZone.Utc,
                new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>(),
                new Dictionary<LocalDate, Holiday>()),
            DefaultOwner = ana,
            Calendars = new Dictionary<string, BusinessCalendar>(),
            People = [ana],
        };
    }
}
