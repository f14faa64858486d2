using CrmSync.Domain.Policy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Jobs;

/// <summary>The policy in force in the running worker: one look at a time, and the policy changes between two.</summary>
internal sealed class PolicyAtWork(PolicyInForce policy, UnitLook look, LogDerivation derivation) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);

    /// <summary>As <see cref="UnitLook.CatchUp"/>.</summary>
    public Task<JudgedLog?> CatchUp(Instant now, CancellationToken ct) => Alone(() => look.CatchUp(now, ct), ct);

    /// <summary>As <see cref="UnitLook.Complete"/>.</summary>
    public Task<JudgedLog> Complete(Instant now, CancellationToken ct) => Alone(() => look.Complete(now, ct), ct);

    /// <summary>Puts another policy in force: what of the log rests on it is derived again, and everybody is judged again.</summary>
    /// <param name="next">The new one.</param>
    /// <param name="now">The moment.</param>
    /// <param name="tell">Told how many items it opens that the policy before did not have, before anything is written by it.</param>
    /// <param name="ct">Cancels.</param>
    public Task Swap(CompanyPolicy next, Instant now, Func<int, Task> tell, CancellationToken ct) => Alone(
        async () =>
        {
            var before = (await look.ReadAll(now, ct)).Evaluation;
            await Exchange(next, ct);
            await tell(PolicyChanges.NewlyOpened(before, (await look.Complete(now, ct)).Evaluation));
            return true;
        },
        ct);

    public void Dispose() => gate.Dispose();

    private async Task<T> Alone<T>(Func<Task<T>> work, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>A policy whose consequences cannot be worked out is not in force: the next look tries it again.</summary>
    private async Task Exchange(CompanyPolicy next, CancellationToken ct)
    {
        var before = policy.Written;
        policy.Exchange(next);
        try
        {
            await derivation.DeriveWhatChanged(ct);
        }
        catch
        {
            policy.Exchange(before);
            throw;
        }
    }
}
