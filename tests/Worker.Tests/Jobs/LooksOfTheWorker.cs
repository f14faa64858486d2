using CrmSync.Storage.Log;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>What a worker knows of the log when there is nothing to write.</summary>
public sealed class LooksOfTheWorker : IAsyncLifetime
{
    /// <summary>Tuesday; digests leave at 8:00 in Berlin.</summary>
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 3, 4, 0);

    private readonly SimulatedTime time = new(Morning);
    private RunningCompany company = null!;

    public async Task InitializeAsync() => company = await RunningCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Fact]
    public async Task Items_are_kept_by_organisation_and_what_is_due_is_written()
    {
        await using var worker = await StartedWorker.In(company.PathTo("config"), time);
        var units = worker.Part<Units>();
        await Pass(() => units.All(default).Result.Count > 0, TimeSpan.FromSeconds(5));
        Assert.Equal("acme.example", Assert.Single(await units.All(default)).Organisation);
        Assert.True((await units.State(default))!.IsComplete);
        await Pass(() => Count("digest") > 0, TimeSpan.FromMinutes(1));
    }

    private async Task Pass(Func<bool> until, TimeSpan step)
    {
        for (var i = 0; i < 2000 && !until(); i++)
        {
            // Real work takes real time: a little for each step.
            time.Pass(step);
            await Task.Delay(20);
        }

        Assert.True(until(), "it did not happen");
    }

    private long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={company.PathTo("config", "data", "crmsync.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from {table}";
        return (long)command.ExecuteScalar()!;
    }
}
