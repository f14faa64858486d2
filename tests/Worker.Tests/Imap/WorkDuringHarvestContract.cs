using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>
/// Harvests of mailboxes that people work in meanwhile, through connections that are cut, from a server that is restarted, by a program
/// that is killed. After a last harvest in quiet the log holds every mail that is there exactly once, and everything it ever held.
/// </summary>
public abstract class WorkDuringHarvestContract(MailboxServer server)
{
    /// <summary>How many seeds are tried; more for a long night.</summary>
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("CRMSYNC_TEST_ROUNDS"), out var rounds)
        ? rounds
        : 2;

    private static readonly int FirstSeed = int.TryParse(Environment.GetEnvironmentVariable("CRMSYNC_TEST_SEED"), out var seed) ? seed : 1;

    [Fact]
    public async Task Whatever_happens_in_the_mailbox_and_on_the_way_every_mail_is_in_the_log_once()
    {
        for (var seed = FirstSeed; seed < FirstSeed + Rounds; seed++)
            await Round(seed);
    }

    [Fact]
    public async Task A_program_that_is_killed_while_people_work_in_the_mailbox_finds_every_mail_once_in_the_end()
    {
        var random = new Random(FirstSeed);
        await using var company = await TestCompany.Open();
        var user = server.NewUser();
        using var busy = new BusyUser(server, user, new Random(FirstSeed));
        busy.MoveIn(1000);
        var config = TheProgram.Configuration(
            company,
            $"  - {{ imap: ana@us.example, name: ana, host: localhost, port: {server.TlsPort}, ca: {server.CaFile}, user: {user}, "
                + $"password: {MailboxServer.Password} }}"
        );

        using var stop = new CancellationTokenSource();
        var working = Task.Run(() => busy.Work(stop.Token));
        for (var i = 0; i < 3; i++)
        {
            using var process = TheProgram.Start(["sync", "--config", config]);
            await Task.Delay(400 + random.Next(1600));
            process.Kill();
            await process.WaitForExitAsync();
        }

        await stop.CancelAsync();
        await working;
        var sync = await TheProgram.Run("sync", "--config", config);
        var log = (await TheProgram.Run("log", "--config", config, "--format", "json", "--class", "all"))
            .Json.Select(line => line.GetProperty("subject").GetString()!)
            .ToList();

        Assert.True(sync.Status == 0, sync.Error);
        Assert.Empty((await TheProgram.Run("quarantine", "--config", config, "--format", "json")).Output);
        Complete(log, busy, [], $"seed {FirstSeed}", []);
    }

    private async Task Round(int seed)
    {
        var random = new Random(seed);
        var user = server.NewUser();
        using var busy = new BusyUser(server, user, new Random(seed + 1000));
        busy.MoveIn(300);
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var working = Task.Run(() => busy.Work(stop.Token));
        await using (
            var proxy = new TcpProxy(server.TlsPort)
            {
                CutAfter = () =>
                {
                    lock (random)
                        return random.Next(3) == 0 ? long.MaxValue : random.Next(2_000, 400_000);
                },
            })
        await using (var sources = RealMailbox.Sources(clock))
        {
            for (var harvest = 0; harvest < 6; harvest++)
            {
                var restart =
                    random.Next(4) == 0
                        ? Task.Run(async () =>
                        {
                            await Task.Delay(100);
                            server.Restart();
                        })
                        : Task.CompletedTask;
                await company.Harvest(
                    "ana",
                    sources.CreateSource(RealMailbox.CreateAccount(server, user, proxy.Port), company.Since),
                    clock.GetCurrentInstant());
                await restart;
                clock.AdvanceMinutes(20);
                seen.UnionWith((await company.Log()).Select(line => line.Subject!));
            }
        }

        await stop.CancelAsync();
        await working;
        await using var quiet = RealMailbox.Sources(clock);
        var last = await company.Harvest(
            "ana",
            quiet.CreateSource(RealMailbox.CreateAccount(server, user), company.Since),
            clock.GetCurrentInstant());

        Assert.True(last.Problem is null, $"seed {seed}: {last.Problem}");
        var aside = await company.Ledger.Quarantine(null, CancellationToken.None);
        Assert.True(aside.Count == 0, $"seed {seed}: set aside {string.Join(", ", aside.Select(item => $"{item.Place}: {item.Reason}"))}");
        var folders = await company.Ledger.Folders((await company.Accounts.All(CancellationToken.None)).Single(), CancellationToken.None);
        Complete(
            [.. (await company.Log()).Select(line => line.Subject!)],
            busy,
            seen,
            $"seed {seed}",
            [.. folders.Select(folder => folder.ToString())]);
    }

    private static void Complete(List<string> log, BusyUser busy, HashSet<string> seen, string seed, IEnumerable<string> folders)
    {
        var there = busy.Holds();
        var lost = there.Except(log).Concat(seen.Except(log)).ToList();
        var twice = log.GroupBy(subject => subject).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        Assert.True(lost.Count == 0, $"{seed}: lost {string.Join(", ", lost)}\n{string.Join('\n', busy.Diary.Concat(folders))}");
        Assert.True(twice.Count == 0, $"{seed}: twice {string.Join(", ", twice)}");
        Assert.True(there.Count > 50, $"{seed}: only {there.Count} mails were left");
    }
}

public sealed class DovecotWorkTests(DovecotServer server) : WorkDuringHarvestContract(server), IClassFixture<DovecotServer>;

public sealed class CyrusWorkTests(CyrusServer server) : WorkDuringHarvestContract(server), IClassFixture<CyrusServer>;
