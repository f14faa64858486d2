using System.Net.Sockets;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.Status;
using CrmSync.Worker.Tests.Harvest;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Quartz;

namespace CrmSync.Worker.Tests.Jobs;

public sealed class JobRunnerTests : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly SimulatedTime time = new(TestCompany.Monday);
    private TestCompany company = null!;
    private JobBook book = null!;
    private JobRunner runner = null!;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        book = new JobBook(time);
        runner = new JobRunner(
            time,
            book,
            new JobFailures(company.Database, NullLogger<JobFailures>.Instance),
            NullLogger<JobRunner>.Instance);
    }

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task Work_that_does_not_end_in_its_longest_time_is_told_to_stop_and_given_up_in_words()
    {
        var run = runner.Run("account ana", Longest, ct => Task.Delay(Timeout.Infinite, ct), default);
        await Waiting();
        Assert.Empty(book.OverdueAt(time.Now));
        time.Pass(Longest);

        Assert.Contains("it was given up after 15 minutes", await run, StringComparison.Ordinal);
        Assert.Null(book.Find("account ana"));
    }

    [Fact]
    public async Task Work_that_does_not_stop_when_told_is_left_behind_and_keeps_its_job_from_running_twice()
    {
        var never = new TaskCompletionSource();
        var run = runner.Run("account ana", Longest, _ => never.Task, default);
        await Waiting();
        time.Pass(Longest);
        await Waiting();
        time.Pass(TimeSpan.FromSeconds(10));

        Assert.Contains("restart crmsync if this stays so", await run, StringComparison.Ordinal);
        Assert.Equal("account ana", Assert.Single(book.OverdueAt(time.Now)).Name);
        var again = await runner.Run("account ana", Longest, _ => Task.CompletedTask, default);
        Assert.Contains("an earlier run does not end although it was told to (it began at 2026-03-02", again, StringComparison.Ordinal);

        never.SetResult();
        await Ended();
        Assert.Null(await runner.Run("account ana", Longest, _ => Task.CompletedTask, default));
    }

    [Fact]
    public async Task Work_that_stops_when_a_machine_wakes_from_a_sleep_of_hours_is_not_said_to_hang()
    {
        var run = runner.Run("account ana", Longest, ct => Task.Delay(Timeout.Infinite, ct), default);
        await Waiting();
        time.Pass(TimeSpan.FromHours(9));

        Assert.DoesNotContain("restart crmsync", await run, StringComparison.Ordinal);
        Assert.Null(book.Find("account ana"));
    }

    [Fact]
    public async Task Work_that_blocks_its_thread_holds_nobody_up()
    {
        using var never = new ManualResetEventSlim();
        var run = runner.Run("account ana", Longest, _ => { never.Wait(default(CancellationToken)); return Task.CompletedTask; }, default);
        await Waiting();
        time.Pass(Longest);
        await Waiting();
        time.Pass(TimeSpan.FromSeconds(10));
        Assert.NotNull(await run);
        never.Set();
    }

    [Fact]
    public async Task Whatever_work_throws_becomes_words()
    {
        var words = await runner.Run("account ana", Longest, _ => throw new InvalidTimeZoneException("odd"), default);
        Assert.Contains("InvalidTimeZoneException: odd", words, StringComparison.Ordinal);
        Assert.Null(await runner.Run("account ana", Longest, _ => Task.CompletedTask, default));
    }

    [Fact]
    public async Task A_server_of_the_database_that_is_away_is_told_as_that_whoever_met_it()
    {
        var away = new JobPersistenceException("no connection", new NpgsqlException("failed", new SocketException(111)));
        var words = await runner.Run("account ana", Longest, _ => throw away, default);
        Assert.Contains("the server cannot be reached", words, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody expected", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Being_asked_to_stop_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var run = runner.Run("account ana", Longest, ct => Task.Delay(Timeout.Infinite, ct), stop.Token);
        await stop.CancelAsync();
        Assert.Null(await run);
    }

    /// <summary>Until the limit of the run, or that of its farewell, is set.</summary>
    private async Task Waiting()
    {
        while (time.CountWaiting(_ => true) < 1)
            await Task.Yield();
    }

    private async Task Ended()
    {
        while (book.Find("account ana") is not null)
            await Task.Yield();
    }
}
