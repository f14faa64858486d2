using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Status;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>What <c>privacy.retain</c> says, done by the job of the running worker.</summary>
public sealed class RetentionInTheWorker : IAsyncLifetime
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 3, 3, 6, 50);

    private readonly SimulatedTime time = new(Begin);
    private RunningCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await RunningCompany.Open();
        company.Write(RunningCompany.Policy + "privacy: { retain: 1d }\n");
    }

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    [Fact]
    public async Task It_drops_once_a_day_what_has_become_too_old()
    {
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await PassUntil(worker, async () => await Text(worker) is not null && await Last(worker) is not null);
        var first = (await Last(worker))!;
        Assert.Equal((0, "When do they come?"), (first.Dropped.Total, await Text(worker)));

        time.PassTo(first.At + Duration.FromDays(1) - Duration.FromMinutes(1));
        await PassUntil(worker, async () => (await Last(worker))!.At > first.At);

        Assert.InRange((await Last(worker))!.At - first.At, Duration.FromHours(24), Duration.FromHours(25));
        Assert.Null(await Text(worker));
        Assert.Equal(1, (await Last(worker))!.Dropped.Texts);
    }

    [Fact]
    public async Task What_keeps_it_from_dropping_is_told_in_status_until_it_drops_again()
    {
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await PassUntil(worker, async () => await Text(worker) is not null && await Last(worker) is not null);
        await Change("create trigger stuck before update on interaction begin select raise(abort, 'stuck'); end");
        time.PassTo((await Last(worker))!.At + Duration.FromDays(1) - Duration.FromMinutes(1));
        await PassUntil(worker, async () => (await Told(worker)).Count > 0);
        Assert.StartsWith("retention, since ", Assert.Single(await Told(worker)), StringComparison.Ordinal);

        await Change("drop trigger stuck");
        time.PassTo((await Last(worker))!.At + Duration.FromDays(2) - Duration.FromMinutes(1));
        await PassUntil(worker, async () => await Text(worker) is null);
        await PassUntil(worker, async () => (await Told(worker)).Count == 0);
    }

    private async Task<IReadOnlyList<string>> Told(StartedWorker worker) =>
        [
            .. (await worker.Part<StatusReader>().Read(time.Now, default))
                .Jobs.Where(job => job.StartsWith("retention", StringComparison.Ordinal)),
        ];

    private async Task Change(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={company.PathTo("config", "data", "crmsync.db")};Pooling=False");
        await connection.ExecuteAsync(sql);
    }

    private async Task PassUntil(StartedWorker worker, Func<Task<bool>> isDone)
    {
        for (var i = 0; i < 3000 && !await isDone(); i++)
        {
            Assert.False(worker.IsStopping);
            time.Pass(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }

        Assert.True(await isDone());
    }

    private static Task<RetentionRun?> Last(StartedWorker worker) => worker.Part<Retention>().Last(default);

    private static async Task<string?> Text(StartedWorker worker) =>
        (await worker.Part<ContactLog>().Read(new LogFilter(), default).ToListAsync()).SingleOrDefault()?.Text;
}
