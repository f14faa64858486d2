using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Recomputes what the configuration makes of the log (class, direction, threads, merged meetings) when the configuration has changed.
/// </summary>
internal sealed class LogDerivation(
    PolicyInForce policy,
    CrmSyncConfiguration configuration,
    Derivation derivation,
    ContactLog log,
    MeetingLog meetings)
{
    /// <summary>Recomputes the log unless it was already derived with the configuration of now.</summary>
    public async Task DeriveWhatChanged(CancellationToken ct)
    {
        var current = policy.Policy;
        var hash =
            $"{Derivation.Version} {current.Version} "
                + $"{string.Join(' ', configuration.Addresses.Select(a => a.Value).Order(StringComparer.Ordinal))}";
        if (await derivation.IsCurrent(hash, ct) && await log.Count(ct) > 0)
            return;

        var classifier = new Classifier(current);
        await derivation.Run(classifier, hash, progress: null, ct);
        await meetings.Derive(MeetingHarvest.MergeFor(current), classifier.Ours, ct);
    }

    /// <summary>Recomputes the log although it seems current: something was written meanwhile under an earlier policy.</summary>
    public async Task DeriveAnew(CancellationToken ct)
    {
        await derivation.Forget(ct);
        await DeriveWhatChanged(ct);
    }
}
