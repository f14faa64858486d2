using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>More accounts than can be read at a time, all on a server that accepts connections and never says a word.</summary>
public sealed class HangingAccounts : IAsyncLifetime
{
    private const int Count = 40;

    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 6, 30);
    private static readonly Instant Digests = Instant.FromUtc(2026, 3, 3, 7, 0);

    private readonly SimulatedTime time = new(Morning);
    private RunningCompany company = null!;

    public async Task InitializeAsync() => company = await RunningCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task They_hold_up_no_digest_and_take_turns()
    {
        using var server = new SilentServer();
        Configure(server.Url);
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);

        // Each is given up after 90 seconds of silence, more than it pauses: with 16 places every account gets its turn all four minutes.
        // Real work takes real time: a little for each step, and as many steps as it needs.
        IReadOnlyList<int> turns = [];
        for (var i = 0; i < 5000 && (time.Now < Digests + Duration.FromMinutes(10) || turns.Min() < 5); i++)
        {
            time.Pass(TimeSpan.FromSeconds(5));
            await Task.Delay(10);
            turns = [.. Enumerable.Range(1, Count).Select(number => server.Questions.GetValueOrDefault($"/{Name(number)}/"))];
        }

        Assert.Contains(Directory.GetFiles(company.PathTo("out"), "*.eml"), file => Matches("my-day", file));
        var states = (await worker.Part<Accounts>().All(default)).ToDictionary(account => account.Name, StringComparer.Ordinal);
        Assert.All(Enumerable.Range(1, Count), number => Assert.NotNull(states[Name(number)].LastError));
        Assert.NotNull(states["ana"].LastSuccess);
        Assert.True(turns.Max() - turns.Min() <= 2, string.Join(' ', turns));
    }

    private static bool Matches(string digest, string file) =>
        File.ReadAllText(file).Contains($"List-Id: <{digest}.", StringComparison.Ordinal);

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"hung{number:00}");

    private void Configure(string server)
    {
        var accounts = Enumerable.Range(1, Count).Select(number =>
            $"  - {{ caldav: {server}{Name(number)}/, user: u, password: p, address: ana@us.example, name: {Name(number)} }}");
        company.Configure(
            string.Join('\n', accounts.Append("  - { eml: ../mail/ana, address: ana@us.example, name: ana }")),
            "2026-01-01");
        File.AppendAllText(company.PathTo("config", "crmsync.yaml"), "schedule: { mail: 1m, calendar: 1m, policy: 1m }\n");
    }

    /// <summary>Reads questions and answers none.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public SilentServer()
        {
            listener.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
            Accepting = Accept();
        }

        public string Url { get; }

        /// <summary>How often each path was asked for.</summary>
        public ConcurrentDictionary<string, int> Questions { get; } = new(StringComparer.Ordinal);

        private Task Accepting { get; }

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
                try
                {
                    if (await reader.ReadLineAsync() is { } question)
                        Questions.AddOrUpdate(question.Split(' ')[1], 1, (_, count) => count + 1);

                    while (await reader.ReadLineAsync() is not null)
                    {
                    }
                }
                catch (IOException)
                {
                    // The other side hung up.
                }
            }
        }
    }
}
