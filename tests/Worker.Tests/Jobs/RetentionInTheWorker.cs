using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
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
