using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using NodaTime;
using static CrmSync.Worker.Tests.Forgetting.PlantedCompany;

namespace CrmSync.Worker.Tests.Forgetting;

/// <summary>Fifty people with every kind of trace are forgotten, and stay forgotten whatever is read, said or noted later.</summary>
public abstract class BeingForgotten
{
    private const int People = 50;

    private static readonly Instant Wednesday = Tuesday + Duration.FromDays(1);

    /// <summary>A connection string of PostgreSQL; null for an SQLite file.</summary>
    protected abstract Task<string?> NewServer();

    /// <summary>Fails where the files of the database still hold one of the words.</summary>
    private protected abstract Task FilesHoldNothing(PlantedCompany company);

    [Fact]
    public async Task Of_fifty_people_nothing_is_left_and_nothing_comes_back()
    {
        await using var company = await PlantedCompany.Open(await NewServer());
        for (var person = 0; person < People; person++)
            company.Plant(person);

        await using (var program = await company.Begin(Tuesday))
        {
            await HarvestAll(program, Tuesday);
            Assert.Empty((await program.Digests.Send(Tuesday, Duration.Zero, default)).Problems);

            // The next digests are written and cannot leave.
            var everything = await company.Everything();
            Assert.All([InAddress, InName, InText], word => Assert.Contains(word, everything, StringComparison.OrdinalIgnoreCase));
        }

        company.Configure(["ana", "ben"], @out: "blocked");
        await File.WriteAllTextAsync(Path.Combine(company.Folder, "blocked"), "a file in the place of the folder");
        await using (var program = await company.Begin(Wednesday))
        {
            await HarvestAll(program, Wednesday);
            Assert.NotEmpty((await program.Digests.Send(Wednesday, Duration.Zero, default)).Problems);

            for (var person = 0; person < People; person++)
                Assert.True((await Forget(program, person, Wednesday)).Removed > 0);

            await program.Database.Compact(tables: true, default);
            HoldsNothing(await company.Everything());
            await FilesHoldNothing(company);
        }

        // Everything is read anew, more is said and written, and the digests leave that could not.
        for (var person = 0; person < People; person++)
            company.SayMore(person);

        company.Configure(["ana", "ben", "ana-anew", "ben-anew"], @out: "later");
        await using (var program = await company.Begin(Wednesday + Duration.FromHours(1)))
        {
            await HarvestAll(program, Wednesday + Duration.FromHours(1));
            await program.Digests.Send(Wednesday + Duration.FromHours(2), Duration.Zero, default);

            HoldsNothing(await company.Everything());
            await FilesHoldNothing(company);

            // Those who are not them are still there.
            var log = await program.Log.Read(new LogFilter(), default).ToListAsync();
            Assert.Equal(
                People,
                log.SelectMany(line => line.Participants)
                    .Select(one => one.Address.Value)
                    .Where(address => address.StartsWith("dora", StringComparison.Ordinal))
                    .Distinct()
                    .Count());
            Assert.Contains(
                await program.Part<LedgerCounts>().Counts(default),
                count => count is { Reason: ErasedPeople.Reason, Items: > People });
        }

        foreach (var mail in Directory.EnumerateFiles(Path.Combine(company.Folder, "later")))
            HoldsNothing(await File.ReadAllTextAsync(mail, Encoding.UTF8));
    }
}

public sealed class SqliteBeingForgotten : BeingForgotten
{
    protected override Task<string?> NewServer() => Task.FromResult<string?>(null);

    private protected override Task FilesHoldNothing(PlantedCompany company)
    {
        HoldsNothing(company.Files());
        return Task.CompletedTask;
    }
}

public sealed class PostgresBeingForgotten : BeingForgotten, IAsyncLifetime
{
    private PostgresServer? server;

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        await server!.DisposeAsync();
    }

    protected override async Task<string?> NewServer() => await server!.NewDatabase();

    private protected override async Task FilesHoldNothing(PlantedCompany company)
    {
        // What is still in memory is written; files of tables that were written anew go.
        await using var connection = new Npgsql.NpgsqlConnection(server!.ConnectionString("test1"));
        await connection.OpenAsync();
        await using var checkpoint = new Npgsql.NpgsqlCommand("checkpoint", connection);
        await checkpoint.ExecuteNonQueryAsync();
        HoldsNothing(server.TableFiles());
    }
}
