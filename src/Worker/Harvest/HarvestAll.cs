using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>Harvests accounts, one after the other or, where a service is what takes the time, side by side; what fails in one never stops another.</summary>
internal sealed class HarvestAll(ContactDatabase database, Accounts accounts, HarvestLedger ledger, CrmSyncConfiguration configuration, CompanyPolicy policy)
{
    /// <summary>Accounts that wait for a service rather than for us, at a time.</summary>
    private const int AtOnce = 16;

    /// <summary>A summary for each account, as soon as it is done.</summary>
    /// <param name="which">The accounts.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="progress">Told about every page and batch, or null.</param>
    /// <param name="ct">Stops after the batch at hand.</param>
    public async IAsyncEnumerable<HarvestSummary> Run(
        IReadOnlyList<ReadableAccount> which, Instant now, IProgress<HarvestProgress>? progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var together = new List<ReadableAccount>();
        foreach (var account in which)
        {
            ct.ThrowIfCancellationRequested();
            if (account.SideBySide)
                together.Add(account);
            else
                yield return await One(account, now, progress, ct);
        }

        await foreach (var summary in Together(together, now, progress, ct))
            yield return summary;
    }

    /// <summary>Accounts whose time is spent waiting for a service, many at a time; a slow one holds up nobody.</summary>
    private async IAsyncEnumerable<HarvestSummary> Together(
        List<ReadableAccount> which, Instant now, IProgress<HarvestProgress>? progress, [EnumeratorCancellation] CancellationToken ct)
    {
        if (which.Count == 0)
            yield break;

        var done = Channel.CreateUnbounded<HarvestSummary>();
        var work = Task.Run(
            async () =>
            {
                try
                {
                    var members = new List<ReadableAccount>(which.Where(account => account.Members is null));
                    foreach (var group in which.Where(account => account.Members is not null))
                        members.AddRange(await MembersOf(group, now, done.Writer, ct));

                    await Parallel.ForEachAsync(
                        members.DistinctBy(account => account.Name, StringComparer.Ordinal),
                        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
                        async (account, cancel) => await done.Writer.WriteAsync(await One(account, now, progress, cancel), CancellationToken.None));
                    done.Writer.Complete();
                }
                catch (Exception failure)
                {
                    done.Writer.Complete(failure);
                }
            },
            CancellationToken.None);
        await foreach (var summary in done.Reader.ReadAllAsync(CancellationToken.None))
            yield return summary;

        await work;
    }

    /// <summary>Who is in a group now. It is an account of its own only for saying whether that can be told; who left is simply not harvested any more.</summary>
    private async Task<IReadOnlyList<ReadableAccount>> MembersOf(ReadableAccount group, Instant now, ChannelWriter<HarvestSummary> done, CancellationToken ct)
    {
        var state = await accounts.Register(group.Name, group.Kind, group.Address.Value, ct);
        try
        {
            var members = await group.Members!(ct);
            await accounts.MoveCursor(state, string.Join('\n', members.Select(m => m.Name)), ct);
            await accounts.Succeeded(state, now, readUntil: now, ct);
            return members;
        }
        catch (SourceException failure)
        {
            await accounts.Failed(state, now, failure.Message, failure.IsPermanent, ct);
            await done.WriteAsync(HarvestSummary.Nothing(group.Name, failure.Message) with { IsPermanent = failure.IsPermanent }, ct);
            return [];
        }
    }

    private async Task<HarvestSummary> One(ReadableAccount account, Instant now, IProgress<HarvestProgress>? progress, CancellationToken ct)
    {
        var classifier = new Classifier(policy);
        var meetings = new MeetingHarvest(new MeetingLog(database), policy, classifier.Ours);
        var since = configuration.Capture.From(now);
        var commands = configuration.Delivery?.Commands is { } mailbox && mailbox.Address == account.Address
            ? new CommandDesk(policy, database, mailbox, account.Name)
            : null;
        var harvest = new AccountHarvest(accounts, ledger, new Capture(policy, configuration.Capture.TextBytes), classifier, meetings, since, commands);
        var state = await accounts.Register(account.Name, account.Kind, account.Address.Value, ct);
        await using var alone = await AccountLock.Take(database, state, ct);
        if (alone is null)
            return HarvestSummary.Nothing(account.Name, "another crmsync is harvesting this account right now; try again when it is done");

        await new SkippedBefore(ledger, new Settings(database)).Reconsider(state, since, policy.Privacy.NoCapture, ct);
        return await harvest.Run(state, () => account.Open(now), now, progress, ct);
    }
}
