using CrmSync.Storage.Harvest;

namespace CrmSync.Storage.Tests;

/// <summary>The lock of an account beside an embedded database; on a shared one it is a lease, which has its own tests.</summary>
public sealed class AccountLockTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-lock-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nobody_holds_it_with_another_however_many_take_it_and_let_go()
    {
        await using var scene = await Scene.On(
            await ContactDatabase.OpenSqlite(Path.Combine(folder, "crmsync.db"), TimeProvider.System, default));
        var account = scene.Account();
        var (holders, most, taken) = (0, 0, 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 4000),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (_, ct) =>
            {
                await using var held = await AccountLock.Wait(scene.Database, account, TimeSpan.Zero, ct);
                if (held is null)
                    return;

                most = Math.Max(most, Interlocked.Increment(ref holders));
                Interlocked.Increment(ref taken);
                await Task.Yield();
                Interlocked.Decrement(ref holders);
            });

        Assert.Equal(1, most);
        Assert.InRange(taken, 1, 4000);
    }
}
