using System.Diagnostics;
using System.Globalization;
using CrmSync.Domain.Company;
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
using CrmSync.Worker.Sources.Files;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Harvests a maildir, as <see cref="Generate"/> writes it, into an empty database the way <c>crmsync sync</c> does: listing, reading,
/// storing; then once more, when there is nothing new. Processor time is that of this process alone, without a PostgreSQL server's.
/// </summary>
internal static class Harvesting
{
    public static void Run(Options options) =>
        Run(options.At(0, "the maildir"), options.At(1, "the SQLite file or PostgreSQL connection string")).GetAwaiter().GetResult();

    private static async Task Run(string maildir, string place)
    {
        var policy = Storing.Company();
        await using var database = await Storing.Open(place);
        var configuration = new CrmSyncConfiguration
        {
            Storage = new StorageChoice.Sqlite(place),
            Capture = new CaptureSettings { SinceDate = new LocalDate(1990, 1, 1) },
        };
        using var harvest = new HarvestAll(
            database,
            new Accounts(database),
            new HarvestLedger(database),
            new MeetingLog(database),
            new CallLog(database),
            new CommandInbox(database),
            CreateCommandExecutions(database),
            new PrivateThreads(database, OwnMailText.Read),
            new Settings(database),
            configuration,
            new PolicyInForce(policy),
            TimeProvider.System);
        var account = new ReadableAccount("ana", "maildir", EmailAddress.Parse("ana@bright.example"), _ => new MaildirSource(maildir))
        {
            IsLocal = true,
        };
        foreach (var round in (string[])["first", "again"])
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            var summary = await harvest
                .Run([account], SystemClock.Instance.GetCurrentInstant(), progress: null, CancellationToken.None)
                .SingleAsync();
            var (time, cpu) = (watch.Elapsed, Process.GetCurrentProcess().TotalProcessorTime - before);
            var items = Math.Max(1, summary.New + summary.Known + summary.Skipped + summary.Quarantined + summary.Failed);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{round}: {summary.New:N0} new, {summary.Known:N0} known, {summary.Skipped:N0} skipped, "
                        + $"{summary.Quarantined + summary.Failed:N0} not read in {time.TotalSeconds:N1} s: "
                        + $"{items / time.TotalSeconds:N0}/s, {cpu.TotalMicroseconds / items:N0} us of processor time each; peak memory "
                        + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB"
                ));
            if (summary.Problem is { } problem)
                Console.WriteLine("  " + problem);
        }
    }

    private static CommandExecutions CreateCommandExecutions(ContactDatabase database) => new(
        new CommandStores(
            database,
            new CommandInbox(database),
            new CommandLog(database),
            new ContactLog(database),
            new Accounts(database),
            new DigestLedger(database),
            new ToldItems(database),
            new StoppedDigests(database, new Settings(database)),
            new PrivateThreads(database, OwnMailText.Read)),
        new DkimCheck(() => throw new InvalidOperationException("no command is read here")));
}
