using System.Runtime.CompilerServices;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>Harvests accounts one after the other; what fails in one never stops another.</summary>
internal sealed class HarvestAll(ContactDatabase database, Accounts accounts, HarvestLedger ledger, CrmSyncConfiguration configuration, CompanyPolicy policy)
{
    /// <summary>A summary for each account, as soon as it is done.</summary>
    /// <param name="which">The accounts.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="progress">Told about every page and batch, or null.</param>
    /// <param name="ct">Stops after the batch at hand.</param>
    public async IAsyncEnumerable<HarvestSummary> Run(
        IReadOnlyList<ReadableAccount> which, Instant now, IProgress<HarvestProgress>? progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var classifier = new Classifier(policy);
        var meetings = new MeetingHarvest(new MeetingLog(database), policy, classifier.Ours);
        var harvest = new AccountHarvest(
            accounts, ledger, new Capture(policy, configuration.Capture.TextBytes), classifier, meetings, configuration.Capture.From(now));

        foreach (var account in which)
        {
            ct.ThrowIfCancellationRequested();
            var state = await accounts.Register(account.Name, account.Kind, account.Address.Value, ct);
            await using var alone = await AccountLock.Take(database, state, ct);
            yield return alone is null
                ? HarvestSummary.Nothing(account.Name, "another crmsync is harvesting this account right now; try again when it is done")
                : await harvest.Run(state, () => account.Open(now), now, progress, ct);
        }
    }
}
