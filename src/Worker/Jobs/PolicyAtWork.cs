using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// The policy in force over the log, kept from one evaluation to the next: the log is read whole once, and then only what changed, whoever
/// changed it. One use at a time; the policy changes between two.
/// </summary>
internal sealed class PolicyAtWork(
    PolicyInForce policy,
    ErasedEntries erased,
    ImportedPeople imported,
    KnownAbsences absences,
    LogDerivation derivation,
    ContactLog log,
    HarvestedLog harvested,
    ContactCards contactCards,
    ChangedLines changes) : IDisposable
{
    private const int Batch = 2000;

    /// <summary>
    /// How many contacts change owner or organisation between two looks hardly matters to a report; writing them all at every look would.
    /// </summary>
    private static readonly Duration CardsEvery = Duration.FromMinutes(15);

    private readonly SemaphoreSlim gate = new(1, 1);
    private RunningPolicy? running;
    private int runningEdition;
    private bool cardsAreStale = true;
    private Instant cardsWrittenAt = Instant.MinValue;

    /// <summary>How often people had been erased when the last look began; what it gave may name whoever was erased since.</summary>
    public long Erasures { get; private set; }

    /// <summary>How many lines the last look had to read.</summary>
    public int LinesRead { get; private set; }

    /// <summary>Does something with the policy over the log as it is now; nothing changes the policy meanwhile.</summary>
    public async Task<T> Use<T>(Instant now, Func<RunningPolicy, Task<T>> work, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            return await work(await CaughtUp(now, ct));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Puts another policy in force: the log is derived anew and everything evaluated again.</summary>
    /// <param name="next">The new one.</param>
    /// <param name="now">The moment.</param>
    /// <param name="tell">Told how many items it opens that the policy before did not have, before anybody can use it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Swap(CompanyPolicy next, Instant now, Func<int, Task> tell, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            var before = (await CaughtUp(now, ct)).Evaluate(now);
            await Exchange(next, ct);
            await tell(PolicyChanges.NewlyOpened(before, (await CaughtUp(now, ct)).Evaluate(now)));
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Writes owner and organisation of every contact for reports, when they may have changed.</summary>
    public async Task WriteCards(RunningPolicy whole, Instant now, CancellationToken ct)
    {
        if (!cardsAreStale || now - cardsWrittenAt < CardsEvery)
            return;

        await contactCards.Replace([.. KnownContact.At(whole, now).SelectMany(ContactCard.For)], ct);
        (cardsAreStale, cardsWrittenAt) = (false, now);
    }

    /// <summary>Stops listening to the log.</summary>
    public Task Leave(CancellationToken ct) => changes.Leave(ct);

    public void Dispose() => gate.Dispose();

    /// <summary>A policy whose consequences cannot be worked out is not in force: the next look tries it again.</summary>
    private async Task Exchange(CompanyPolicy next, CancellationToken ct)
    {
        var before = policy.Written;
        policy.Exchange(next);
        running = null;
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

    private async Task<RunningPolicy> CaughtUp(Instant now, CancellationToken ct)
    {
        // What was told as changed is not told again: unless all of it gets here, the whole log is read the next time.
        var known = running;
        running = null;
        Erasures = await erased.LeaveOut(ct);
        await imported.TakeOver(ct);
        var changed = await changes.Next(now, ct);
        await absences.TakeIn(now, ct);
        var edition = policy.Edition;
        if (known is null || changed is null || runningEdition != edition.Number)
            known = await Whole(edition.Policy, now, ct);
        else if (changed.Count > 0)
            known = await Put(known, edition.Policy, changed, ct) ? known : await Whole(edition.Policy, now, ct);
        else
            LinesRead = 0;

        if (!SeenAbsences.AreEqual(known.Policy, edition.Policy))
            known.Replace(edition.Policy.People);

        known.Cover(await harvested.Coverage(ct));
        runningEdition = edition.Number;
        return running = known;
    }

    private async Task<RunningPolicy> Whole(CompanyPolicy current, Instant now, CancellationToken ct)
    {
        var commands = await log.Read(new LogFilter { Kinds = [InteractionKind.Command], WithoutText = true }, ct).ToListAsync(ct);
        var whole = new RunningPolicy(JoinedPeople.Apply(current, commands, now));
        LinesRead = 0;
        await foreach (var line in log.Read(new LogFilter { WithoutText = true }, ct))
        {
            whole.Put([line]);
            LinesRead++;
        }

        (cardsAreStale, cardsWrittenAt) = (true, Instant.MinValue);
        return whole;
    }

    /// <summary>Takes in what changed; false where that may change who is one person, and the whole log has to be read.</summary>
    private async Task<bool> Put(RunningPolicy known, CompanyPolicy current, IReadOnlyList<string> changed, CancellationToken ct)
    {
        var joins = !ReferenceEquals(known.Policy.Contacts, current.Contacts);
        LinesRead = 0;
        foreach (var ids in changed.Chunk(Batch))
        {
            var lines = await log.Read(new LogFilter { Ids = ids, WithoutText = true }, ct).ToListAsync(ct);
            if (lines.Exists(JoinedPeople.IsJoin) || joins && (lines.Count < ids.Length || lines.Exists(JoinedPeople.IsParting)))
                return false;

            known.Put(lines);
            known.Remove(ids.Except(lines.Select(line => line.Id), StringComparer.Ordinal));
            LinesRead += lines.Count;
        }

        cardsAreStale = true;
        return true;
    }
}
