using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Harvest;

namespace CrmSync.Storage.Tests;

/// <summary>A PostgreSQL that is restarted, and programs that stand still while they hold something in it.</summary>
public sealed class TroubledDatabaseTests : IAsyncLifetime
{
    private static readonly WriteLimits Short = new(Idle: TimeSpan.FromSeconds(1), Lock: TimeSpan.FromSeconds(20));

    private PostgresServer server = null!;

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_program_that_stands_still_in_the_middle_of_a_transaction_is_cut_off_and_the_others_go_on()
    {
        var place = await server.NewDatabase();
        await using var frozen = await ContactDatabase.OpenPostgres(place, TimeProvider.System, Short, default);
        await using var other = await ContactDatabase.OpenPostgres(place, TimeProvider.System, Short, default);
        var (holds, wakes) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = frozen.Write(
            async scope =>
            {
                await scope.Execute("insert into meta (name, value) values ('a', '1')");
                holds.SetResult();
                await wakes.Task;
                await scope.Execute("insert into meta (name, value) values ('b', '2')");
            },
            default);
        await holds.Task;
        await new Settings(other).Set("a", "3", default);
        wakes.SetResult();
        var words = await Assert.ThrowsAsync<DatabaseUnusableException>(() => writing);
        Assert.Contains("stood still", words.Message, StringComparison.Ordinal);
        Assert.Equal("3", await new Settings(frozen).Get("a", default));

        // Awake, it works as before.
        await new Settings(frozen).Set("b", "4", default);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_for_whom_and_claims_and_leases_do_not_wait_at_all()
    {
        var place = await server.NewDatabase();
        await using var busy = await ContactDatabase.OpenPostgres(place, TimeProvider.System, default);
        await using var other = await ContactDatabase.OpenPostgres(
            place, TimeProvider.System, Short with { Lock = TimeSpan.FromSeconds(1) }, default);
        var (holds, ends) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = busy.Write(
            async scope =>
            {
                holds.SetResult();
                await ends.Task;
                await scope.Execute("select 1");
            },
            default);
        await holds.Task;
        var words = await Assert.ThrowsAsync<DatabaseUnusableException>(() => new Settings(other).Set("a", "1", default));
        Assert.Contains($"(process {Environment.ProcessId}) from 127.0.0.1 holds the database", words.Message, StringComparison.Ordinal);

        await using (var account = await AccountLock.Wait(other, "anything", TimeSpan.FromSeconds(5), default))
            Assert.NotNull(account);

        ends.SetResult();
        await writing;
        await new Settings(other).Set("a", "1", default);
    }

    [Fact]
    public async Task A_server_that_is_restarted_costs_words_at_most_and_the_work_goes_on_afterwards()
    {
        var place = await server.NewDatabase();
        await using var database = await ContactDatabase.OpenPostgres(place, TimeProvider.System, default);
        var settings = new Settings(database);
        await settings.Set("a", "1", default);
        await server.Stop();
        var write = await Assert.ThrowsAsync<DatabaseUnusableException>(() => settings.Set("a", "2", default));
        Assert.DoesNotContain("   at ", write.Message, StringComparison.Ordinal);
        Assert.Contains("PostgreSQL 127.0.0.1", write.Message, StringComparison.Ordinal);
        Assert.NotNull(database.Explain(await Assert.ThrowsAnyAsync<Exception>(() => settings.Get("a", default))));
        Assert.NotNull(database.Explain(await Assert.ThrowsAnyAsync<Exception>(() => Leases.Lease.Take(database, "a", default))));

        await server.StartAgain();
        await settings.Set("a", "3", default);
        Assert.Equal("3", await settings.Get("a", default));

        // Idle connections are of no use after a restart; nobody notices.
        await server.Stop();
        await server.StartAgain();
        await settings.Set("a", "4", default);
    }
}
