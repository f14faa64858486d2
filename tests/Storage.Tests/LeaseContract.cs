using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Leases;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Tests;

/// <summary>
/// What only one program may do at a time, on PostgreSQL and behind a pooler that gives every transaction another session.
/// </summary>
public abstract class LeaseContract(IDatabases databases)
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 3, 2, 12, 0);

    [Fact]
    public async Task One_program_holds_it_and_the_others_are_told_who()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        await using (var held = await Lease.Take(database, "harvest-1", default))
        {
            Assert.NotNull(held);
            Assert.Null(await Lease.Take(other, "harvest-1", default));
            Assert.Contains($"process {Environment.ProcessId}", await Lease.Holder(other, "harvest-1", default), StringComparison.Ordinal);
            await using var another = await Lease.Take(other, "harvest-2", default);
            Assert.NotNull(another);
        }

        Assert.Null(await Lease.Holder(other, "harvest-1", default));
        await using var next = await Lease.Take(other, "harvest-1", default);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Whoever_gives_no_sign_of_life_loses_it_by_the_time_of_the_database()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        await databases.SetTime(Noon);
        await using var frozen = await Lease.Take(database, "harvest-1", default);
        await databases.SetTime(Noon + Duration.FromTimeSpan(Lease.Length) - Duration.FromSeconds(1));
        Assert.Null(await Lease.Take(other, "harvest-1", default));

        await databases.SetTime(Noon + Duration.FromTimeSpan(Lease.Length));
        await using var next = await Lease.Take(other, "harvest-1", default);
        Assert.NotNull(next);

        // The first one wakes up and gives back what it has no more.
        await frozen!.DisposeAsync();
        Assert.NotNull(await Lease.Holder(other, "harvest-1", default));
        Assert.Null(await Lease.Take(database, "harvest-1", default));
    }

    [Fact]
    public async Task A_program_that_was_killed_on_this_machine_keeps_nobody_waiting()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        await using var held = await Lease.Take(database, "harvest-1", default);
        Assert.Null(await Lease.Take(other, "harvest-1", default));

        // As if it had been another process, which is no more.
        await using (var connection = await other.Connect(default))
        {
            await connection.ExecuteAsync(
                "update lease set process = regexp_replace(process, '[0-9]+$', '1') where name = 'harvest-1'");
        }

        await using var next = await Lease.Take(other, "harvest-1", default);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task One_of_another_machine_is_waited_for()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        await using var held = await Lease.Take(database, "harvest-1", default);
        await using (var connection = await other.Connect(default))
        {
            await connection.ExecuteAsync("update lease set process = 'elsewhere pid:[1] 1 1' where name = 'harvest-1'");
        }

        Assert.Null(await Lease.Take(other, "harvest-1", default));
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_one_gets_it()
    {
        await using var database = await databases.New();
        await using var other = await databases.Again();
        var taken = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => Lease.Take(i % 2 == 0 ? database : other, "harvest-1", default))));
        await using var one = Assert.Single(taken, lease => lease is not null);
    }
}

[Collection(PostgresTests.Name)]
public sealed class PostgresLeaseTests(PostgresDatabases databases) : LeaseContract(databases);

public sealed class PooledLeaseTests(PooledDatabases databases) : LeaseContract(databases), IClassFixture<PooledDatabases>;

public sealed class PooledDigestTests(PooledDatabases databases) : DigestContract(databases), IClassFixture<PooledDatabases>;

public sealed class PooledHarvestTests(PooledDatabases databases) : HarvestContract(databases), IClassFixture<PooledDatabases>;

/// <summary>Databases that are reached through a pooler in transaction mode alone.</summary>
public sealed class PooledDatabases : IDatabases, IAsyncLifetime
{
    private readonly PostgresDatabases direct = new();
    private PoolerServer? pooler;
    private string last = "";

    public async Task InitializeAsync()
    {
        await direct.InitializeAsync();
        pooler = await PoolerServer.Start(direct.Server);
    }

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        if (pooler is not null)
            await pooler.DisposeAsync();

        await direct.DisposeAsync();
    }

    public async Task<ContactDatabase> New()
    {
        last = new Npgsql.NpgsqlConnectionStringBuilder(await direct.Server.NewDatabase()).Database!;
        return await Again();
    }

    public Task<ContactDatabase> Again() => ContactDatabase.OpenPostgres(pooler!.ConnectionString(last), TimeProvider.System, default);

    public Task SetTime(Instant now) => PostgresServer.SetTime(direct.Server.ConnectionString(last), now.ToDateTimeOffset());
}
