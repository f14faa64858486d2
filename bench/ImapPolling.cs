using System.Diagnostics;
using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Worker;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Imap;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Many accounts of one Dovecot, harvested once and then polled on their kept connections with nothing new, as the worker does it, database
/// included. Processor time is told for this process and for all of Dovecot's.
/// </summary>
internal static class ImapPolling
{
    public static void Run(Options options) => Measure(options).GetAwaiter().GetResult();

    private static async Task Measure(Options options)
    {
        using var server = new DovecotServer();
        var users = Enumerable.Range(0, options.Number("accounts", 200)).Select(i => $"user{i}@bright.example").ToList();
        var mailbox = new InventedMailbox(1, 6_000);
        foreach (var user in users)
        {
            for (var i = 0; i < 20; i++)
            {
                var mail = mailbox.Next();
                server.Deliver(user, mail.Bytes.Span, i % 5 == 0 ? "Sent" : i % 7 == 0 ? "Customers" : null, mail.Sent, "S");
            }
        }

        var folder = Directory.CreateTempSubdirectory("crmsync-bench-").FullName;
        var ca = Path.Combine(folder, "ca.pem");
        await File.WriteAllTextAsync(ca, server.Authority.Pem);
        await using var database = await ContactDatabase.OpenSqlite(
            Path.Combine(folder, "crmsync.db"), TimeProvider.System, CancellationToken.None);
        var policy = Storing.Company();
        using var logins = new MailLogins(SystemClock.Instance, TimeProvider.System, Storing.CreateLoginStores(database));
        var lessons = new ServerLessons(SystemClock.Instance, new Settings(database));
        await using var imap = new ImapSources(SystemClock.Instance, logins, lessons);
        var capture = new CaptureSettings { SinceDate = new LocalDate(2000, 1, 1) };
        var configuration = new CrmSyncConfiguration { Storage = new StorageChoice.Sqlite("open already"), Capture = capture };
        var services = new ServiceCollection().AddCrmSync(
            new LoadedConfiguration("bench", configuration, policy),
            database,
            TimeProvider.System);
        await using var parts = services.BuildServiceProvider();
        var harvest = parts.GetRequiredService<HarvestAll>();
        var accounts = users.ConvertAll(user => new ImapAccount(
            user,
            default,
            EmailAddress.Parse(user),
            new Server("localhost", server.TlsPort, Encryption.Required, ca),
            user,
            new Login.Password(new Secret(DovecotServer.Password))));
        var readable = accounts.ConvertAll(account => new ReadableAccount(
            account.Name,
            "imap",
            account.Address,
            now => imap.CreateSource(account, capture.From(now))));

        var watch = Stopwatch.StartNew();
        await foreach (var summary in harvest.Run(readable, SystemClock.Instance.GetCurrentInstant(), null, CancellationToken.None))
        {
            if (summary.Problem is { } problem)
                Console.WriteLine(problem);
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{accounts.Count} accounts harvested in {watch.Elapsed.TotalSeconds:N1} s"));
        await Poll(server, harvest, readable, options);
        var turns = await imap.RoundTrips(accounts[0]);
        await harvest.Once(readable[0], SystemClock.Instance.GetCurrentInstant(), news: null, CancellationToken.None);
        turns = await imap.RoundTrips(accounts[0]) - turns;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{turns} round trip a poll; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB with all connections "
                    + $"kept"
            ));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task Poll(DovecotServer server, HarvestAll harvest, List<ReadableAccount> accounts, Options options)
    {
        var (every, length) = (TimeSpan.FromSeconds(options.Number("every", 1)), TimeSpan.FromSeconds(options.Number("for", 20)));
        var (ours, dovecots) = (Process.GetCurrentProcess().TotalProcessorTime, Time(server.Session));
        var times = new List<double>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(accounts.Select(async (account, i) =>
        {
            // Spread over the interval, as the timetable does it.
            await Task.Delay(every * i / accounts.Count);
            using var timer = new PeriodicTimer(every);
            do
            {
                var begin = watch.Elapsed;
                await harvest.Once(account, SystemClock.Instance.GetCurrentInstant(), news: null, CancellationToken.None);
                lock (times)
                    times.Add((watch.Elapsed - begin).TotalMilliseconds);
            }
            while (watch.Elapsed < length && await timer.WaitForNextTickAsync());
        }));
        var elapsed = watch.Elapsed;
        var (us, them) = (Process.GetCurrentProcess().TotalProcessorTime - ours, Time(server.Session) - dovecots);
        times.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{times.Count:N0} polls in {elapsed.TotalSeconds:N1} s ({accounts.Count / every.TotalSeconds:N0} a second asked, "
                    + $"{times.Count / elapsed.TotalSeconds:N0} done), median {times[times.Count / 2]:N1} ms, 99 of 100 within "
                    + $"{times[times.Count * 99 / 100]:N1} ms; processor time a poll {us.TotalMilliseconds / times.Count:N2} ms ours, "
                    + $"{them.TotalMilliseconds / times.Count:N2} ms Dovecot's; {(us + them) / elapsed / Environment.ProcessorCount:P0} "
                    + $"of {Environment.ProcessorCount} cores"
            ));
    }

    /// <summary>The processor time of a session of processes, with those that have ended.</summary>
    private static TimeSpan Time(int session)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                if (int.Parse(fields[3], CultureInfo.InvariantCulture) == session)
                    ticks += fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }
}
