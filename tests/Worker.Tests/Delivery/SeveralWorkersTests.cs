using System.Diagnostics;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Graph;
using NodaTime;
using Xunit.Abstractions;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>A PostgreSQL for the tests with several workers.</summary>
public sealed class SharedDatabase : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
    }
}

/// <summary>
/// Two real programs send from one PostgreSQL. One of them is killed, or stopped (SIGSTOP) at some step of a mail while the other takes its
/// mails over, and then goes on: every reader has exactly one mail in the end.
/// </summary>
public sealed class SeveralWorkersTests(SharedDatabase shared, ITestOutputHelper output) : IClassFixture<SharedDatabase>
{
    private const int Readers = 24;

    /// <summary>How many rounds the campaign has; by default as many as take no time.</summary>
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("CRMSYNC_CAMPAIGN"), out var rounds) ? rounds : 2;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <summary>A program takes seconds, and many times as long on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    [Theory]
    [InlineData("EHLO", 1)]
    [InlineData("MAIL", 3)]
    [InlineData("RCPT", 8)]
    [InlineData("DATA", 4)]
    [InlineData("CONTENT", 5)]
    public async Task A_worker_that_is_stopped_at_a_step_of_SMTP_and_goes_on_doubles_no_mail_and_loses_none(string step, int times)
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "smtp", Readers);
        await PauseAndTakeOver(workers, stop => workers.Smtp.OnStep = Once(step, times, stop));
    }

    [Theory]
    [InlineData("DATA", 4, 5, -3)]
    [InlineData("CONTENT", 4, -3, 5)]
    public async Task So_it_is_when_both_clocks_are_wrong_by_hours(string step, int times, int first, int second)
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "smtp", Readers);
        await PauseAndTakeOver(
            workers, stop => workers.Smtp.OnStep = Once(step, times, stop), TimeSpan.FromHours(first), TimeSpan.FromHours(second));
    }

    [Theory]
    [InlineData("DATA")]
    [InlineData("CONTENT")]
    public async Task A_server_that_drops_who_is_silent_changes_nothing(string step)
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "smtp", Readers);
        workers.Smtp.LongestSilence = TimeSpan.FromSeconds(5);
        await PauseAndTakeOver(workers, stop => workers.Smtp.OnStep = Once(step, 4, stop), pause: TimeSpan.FromSeconds(6));
    }

    [Theory]
    [InlineData("sentitems", 7)]
    [InlineData("sendMail", 5)]
    public async Task A_worker_that_is_stopped_while_it_sends_through_Graph_doubles_no_mail_and_loses_none(string request, int times)
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "graph", Readers);
        await PauseAndTakeOver(workers, stop => workers.Graph.Faults = OnceAsked(request, times, stop));
    }

    [Theory]
    [InlineData("*.mark")]
    [InlineData("*.eml")]
    public async Task A_worker_that_is_stopped_while_it_writes_files_writes_none_twice_though_they_are_fetched_meanwhile(string seen)
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "folder", Readers);
        await PauseAndTakeOver(workers, stop => workers.Watch(seen, stop));
    }

    [Fact]
    public async Task Two_workers_share_the_mails_and_three_do()
    {
        foreach (var count in new[] { 2, 3 })
        {
            await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "smtp", 90);

            // Nobody goes ahead before all are there, and the server takes its time.
            var connected = 0;
            var all = new TaskCompletionSource();
            workers.Smtp.OnStep = async line =>
            {
                if (line.StartsWith("EHLO", StringComparison.Ordinal) && Interlocked.Increment(ref connected) == count)
                    all.SetResult();

                await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromMinutes(1)));
                if (line == "CONTENT")
                    await Task.Delay(10);
            };
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => workers.Send()));
            Assert.Equal(workers.Expected(), workers.Delivered());
            Assert.Equal(count, await workers.CountSenders());
        }
    }

    [Fact]
    public async Task What_a_killed_worker_left_is_taken_over_after_fifteen_minutes_of_the_database_and_not_before()
    {
        await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), "smtp", Readers);
        Process? killed = null;
        workers.Smtp.OnStep = Once("RCPT", 9, () => killed!.Kill());
        killed = workers.Start();
        await killed.WaitForExitAsync();
        workers.Smtp.OnStep = null;

        // The twenty of its group are out of reach; the others leave at once.
        await workers.Pass(Lease - TimeSpan.FromSeconds(30));
        await workers.Send(TimeSpan.FromHours(5));
        Assert.InRange(await workers.Ledger.CountUnsent(default), 1, 20);

        await workers.Pass(TimeSpan.FromMinutes(1));
        await workers.Send(TimeSpan.FromHours(-3));
        Assert.Equal(0, await workers.Ledger.CountUnsent(default));
        Assert.Equal(workers.Expected(), workers.Delivered());
    }

    [Fact]
    public async Task However_workers_are_stopped_and_killed_each_reader_has_exactly_one()
    {
        const int Many = 60;
        var random = new Random(17);
        string[] steps = ["EHLO", "MAIL", "RCPT", "DATA", "CONTENT"];
        for (var round = 0; round < Rounds; round++)
        {
            var way = random.Next(4) switch { 0 => "folder", 1 => "graph", _ => "smtp" };
            await using var workers = await SendingWorkers.Open(await shared.Server.NewDatabase(), way, Many);
            var (step, times, clocks) = (steps[random.Next(steps.Length)], random.Next(1, 40), random.Next(-5, 6));
            if (step == "EHLO")
                times = 1;

            var isKilled = random.Next(4) == 0;
            await PauseAndTakeOver(
                workers,
                stop =>
                {
                    workers.Smtp.OnStep = Once(step, times, stop);
                    workers.Graph.Faults = OnceAsked(times % 2 == 0 ? "sentitems" : "sendMail", times, stop);
                    workers.Watch(times % 2 == 0 ? "*.mark" : "*.eml", stop, random.Next(1, Many));
                },
                TimeSpan.FromHours(clocks),
                TimeSpan.FromHours(-clocks),
                isKilled: isKilled);
            var end = isKilled ? "killed" : "paused";
            output.WriteLine(
                $"round {round + 1}: {way}, {end} at {step} {times}, clocks wrong by {clocks} h: {Many} mails, 0 doubled, 0 lost");
        }
    }

    /// <summary>
    /// One program is stopped by what the test watches; a quarter of an hour passes, another one takes over; the first goes on. What is in
    /// doubt then is settled by a third.
    /// </summary>
    private static async Task PauseAndTakeOver(
        SendingWorkers workers,
        Action<Action> watch,
        TimeSpan first = default,
        TimeSpan second = default,
        TimeSpan pause = default,
        bool isKilled = false)
    {
        Process? paused = null;
        var isStopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isStarted = new ManualResetEventSlim();
        watch(() =>
        {
            isStarted.Wait();
            SendingWorkers.Signal(paused!, "STOP");
            isStopped.TrySetResult();
        });
        paused = workers.Start(first);
        isStarted.Set();
        await Task.WhenAny(isStopped.Task, paused.WaitForExitAsync()).WaitAsync(Patience);
        Assert.True(isStopped.Task.IsCompleted, "The program was done before it could be stopped.");

        workers.Fetch();
        await workers.Pass(Lease + TimeSpan.FromMinutes(1));
        await workers.Send(second);
        workers.Fetch();
        await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.FromSeconds(1.5));
        SendingWorkers.Signal(paused, isKilled ? "KILL" : "CONT");
        await paused.WaitForExitAsync().WaitAsync(Patience);
        for (var i = 0; i < 2 && await workers.Ledger.CountUnsent(default) > 0; i++)
        {
            await workers.Pass(Lease + TimeSpan.FromMinutes(1));
            await workers.Send();
        }

        Assert.Equal(workers.Expected(), workers.Delivered());
        Assert.Equal(0, await workers.Ledger.CountUnsent(default));
        Assert.Empty(await workers.Ledger.Refused(Instant.MinValue, default));
    }

    private static Func<int, string, Fault> OnceAsked(string request, int times, Action stop)
    {
        var left = times;
        return (_, asked) =>
        {
            if (asked.Contains(request, StringComparison.OrdinalIgnoreCase) && Interlocked.Decrement(ref left) == 0)
                stop();

            return Fault.None;
        };
    }

    private static Func<string, Task> Once(string step, int times, Action stop)
    {
        var left = times;
        return line =>
        {
            if (line.StartsWith(step, StringComparison.Ordinal) && Interlocked.Decrement(ref left) == 0)
                stop();

            return Task.CompletedTask;
        };
    }
}
