using System.Globalization;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Jobs;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>
/// The worker while its database goes away, or another wants it.
/// </summary>
public sealed class DatabaseOfTheWorker : IAsyncLifetime
{
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 6, 50);

    private readonly SimulatedTime time = new(Morning);
    private RunningCompany company = null!;

    public async Task InitializeAsync() => company = await RunningCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task A_database_file_that_is_deleted_ends_the_worker_with_words()
    {
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await Pass(() => worker.Part<Accounts>().All(default).Result is [{ LastSuccess: not null }]);
        File.Delete(company.PathTo("config", "data", "crmsync.db"));
        for (var i = 0; i < 3; i++)
            await Passed(TimeSpan.FromSeconds(20));

        await Pass(() => worker.IsStopping);
        Assert.Contains("was deleted, moved or replaced", worker.Part<WorkerEnd>().Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_does_one_that_is_replaced()
    {
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        await Pass(() => worker.Part<Accounts>().All(default).Result is [{ LastSuccess: not null }]);
        var file = company.PathTo("config", "data", "crmsync.db");
        File.Copy(file, file + ".copy");
        File.Move(file + ".copy", file, overwrite: true);
        await Pass(() => worker.IsStopping);
        Assert.Contains("was deleted, moved or replaced", worker.Part<WorkerEnd>().Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_worker_on_one_file_is_refused_with_the_process_of_the_first()
    {
        var file = company.PathTo("config", "data", "crmsync.db");
        using (OneWorker.Claim(file))
        {
            File.CreateSymbolicLink(company.PathTo("other.db"), file);
            var refused = Assert.Throws<DatabaseUnusableException>(() => OneWorker.Claim(company.PathTo("other.db")));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"(process {Environment.ProcessId})"),
                refused.Message,
                StringComparison.Ordinal);
        }

        OneWorker.Claim(file).Dispose();
    }

    /// <summary>Lets time pass second by second until something has happened.</summary>
    private async Task Pass(Func<bool> until, TimeSpan? step = null)
    {
        for (var i = 0; i < 2000 && !until(); i++)
            await Passed(step ?? TimeSpan.FromSeconds(1));

        Assert.True(until());
    }

    /// <summary>Real work takes real time: a little for each step.</summary>
    private async Task Passed(TimeSpan step)
    {
        time.Pass(step);
        await Task.Delay(20);
    }
}
