using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Jobs;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>More accounts than can be read at a time, all on a server that accepts connections and never says a word.</summary>
public sealed class HangingAccounts : IAsyncLifetime
{
    private const int Count = 40;

    /// <summary>How many are read at a time.</summary>
    private const int Places = 16;

    private const int MostWaits = 10_000;

    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 6, 30);
    private static readonly Instant Digests = Instant.FromUtc(2026, 3, 3, 7, 0);

    private readonly SimulatedTime time = new(Morning);
    private RunningCompany company = null!;
    private int waits;

    public async Task InitializeAsync() => company = await RunningCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task They_hold_up_no_digest_and_take_turns()
    {
        using var server = new SilentServer(time);
        Configure(server.Url);
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        var policy = new LastEnd(PolicyJob.Key, time);
        (await worker.Part<ISchedulerFactory>().GetScheduler()).ListenerManager.AddJobListener(policy, []);

        // Each is given up after 90 seconds of silence, more than it pauses: with 16 places every account gets its turn in the second or
        // the third round of 90 seconds.
        var enough = Digests + Duration.FromMinutes(10);
        for (var i = 0; i < 5000 && (time.Now < enough || Names().Any(name => server.Turns(name).Count < 5)); i++)
        {
            time.Pass(TimeSpan.FromSeconds(5));
            await DoRealWork(server, policy);
        }

        Assert.Contains(Directory.GetFiles(company.PathTo("out"), "*.eml"), file => Matches("my-day", file));
        var states = (await worker.Part<Accounts>().All(default)).ToDictionary(account => account.Name, StringComparer.Ordinal);
        Assert.All(Names(), name => Assert.NotNull(states[name].LastError));
        Assert.NotNull(states["ana"].LastSuccess);
        Assert.All(Names(), name => Assert.InRange(LongestWait(server.Turns(name)), Duration.Zero, Duration.FromMinutes(6)));
    }

    private static Duration LongestWait(ImmutableList<Instant> turns) => turns.Zip(turns.Skip(1), (turn, next) => next - turn).Max();

    /// <summary>Real work takes real time, and more beside other work: time stands still for it, but not for ever.</summary>
    private async Task DoRealWork(SilentServer server, LastEnd policy)
    {
        do
            await Task.Delay(10);
        while ((server.Hanging < Places || policy.At < time.Now - Duration.FromMinutes(5)) && waits++ < MostWaits);
    }

    private static bool Matches(string digest, string file) =>
        File.ReadAllText(file).Contains($"List-Id: <{digest}.", StringComparison.Ordinal);

    private static IEnumerable<string> Names() => Enumerable.Range(1, Count).Select(Name);

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"hung{number:00}");

    private void Configure(string server)
    {
        var accounts = Names().Select(name =>
            $"  - {{ caldav: {server}{name}/, user: u, password: p, address: ana@us.example, name: {name} }}");
        company.Configure(
            string.Join('\n', accounts.Append("  - { eml: ../mail/ana, address: ana@us.example, name: ana }")),
            "2026-01-01");
        File.AppendAllText(company.PathTo("config", "crmsync.yaml"), "schedule: { mail: 1m, calendar: 1m, policy: 1m }\n");
    }

    /// <summary>When a job ended last.</summary>
    private sealed class LastEnd(JobKey job, SimulatedTime time) : IJobListener
    {
        private long at = time.Now.ToUnixTimeTicks();

        public string Name => "last end";

        public Instant At => Instant.FromUnixTimeTicks(Volatile.Read(ref at));

        public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;

        public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            ValueTask.CompletedTask;

        public ValueTask JobWasExecuted(
            IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken = default)
        {
            if (context.JobDetail.Key.Equals(job))
                Volatile.Write(ref at, time.Now.ToUnixTimeTicks());

            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Reads questions and answers none.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentDictionary<string, ImmutableList<Instant>> turns = new(StringComparer.Ordinal);
        private readonly SimulatedTime time;
        private int hanging;

        public SilentServer(SimulatedTime time)
        {
            this.time = time;
            listener.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
            Accepting = Accept();
        }

        public string Url { get; }

        /// <summary>How many questions wait for an answer.</summary>
        public int Hanging => Volatile.Read(ref hanging);

        private Task Accepting { get; }

        /// <summary>When an account was asked for.</summary>
        public ImmutableList<Instant> Turns(string account) => turns.GetValueOrDefault($"/{account}/", []);

        public void Dispose()
        {
            listener.Dispose();
            Accepting.Wait();
        }

        private async Task Accept()
        {
            var talks = new List<Task>();
            try
            {
                while (true)
                    talks.Add(Listen(await listener.AcceptTcpClientAsync()));
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(talks);
            }
        }

        private async Task Listen(TcpClient client)
        {
            using (client)
            using (var reader = new StreamReader(client.GetStream()))
            {
                Interlocked.Increment(ref hanging);
                try
                {
                    if (await reader.ReadLineAsync() is { } question)
                        turns.AddOrUpdate(question.Split(' ')[1], [time.Now], (_, before) => before.Add(time.Now));

                    while (await reader.ReadLineAsync() is not null)
                    {
                    }
                }
                catch (IOException)
                {
                    // The other side hung up.
                }
                finally
                {
                    Interlocked.Decrement(ref hanging);
                }
            }
        }
    }
}
