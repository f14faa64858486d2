using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Recomputes what the configuration makes of the log (class, direction, threads, merged meetings) when what that rests on has changed
/// (<see cref="Domain.Policy.ReadingRules"/>): an edited rule, limit or digest leaves the log as it is. One program does it at a time,
/// and another goes on where it was broken off.
/// </summary>
internal sealed class LogDerivation(
    PolicyInForce policy,
    CrmSyncConfiguration configuration,
    ContactDatabase database,
    Derivation derivation,
    MeetingLog meetings)
{
    /// <summary>A log of years takes minutes; whoever comes meanwhile needs the result as well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Recomputes the log unless it was already derived with the configuration of now.</summary>
    /// <exception cref="DatabaseUnusableException">Another program has been at it for an hour, or took it over.</exception>
    public async Task DeriveWhatChanged(CancellationToken ct)
    {
        var rules = policy.Edition.Reading;
        var hash = Hash(rules);
        if (await derivation.IsCurrent(hash, ct))
            return;

        await using var alone = await AccountLock.Wait(database, "derivation", Patience, ct)
            ?? throw new DatabaseUnusableException(
                "another crmsync has been deriving the log under the new policy for an hour; check what it is doing, and try again");
        if (await derivation.IsCurrent(hash, ct))
            return;

        using var held = CancellationTokenSource.CreateLinkedTokenSource(ct, alone.Lost);
        try
        {
            var classifier = new Classifier(rules);
            await derivation.Run(classifier, hash, progress: null, held.Token);
            await meetings.Derive(MeetingHarvest.MergeFor(rules), classifier.Ours, held.Token);
            await derivation.Finish(hash, held.Token);
        }
        catch (OperationCanceledException lost) when (!ct.IsCancellationRequested && alone.Lost.IsCancellationRequested)
        {
            throw new DatabaseUnusableException(
                "this program stood still for so long that another one may go on deriving the log; what it has done is kept: try again",
                lost);
        }
    }

    /// <summary>Whether there are lines that were derived with another configuration than that of now.</summary>
    public Task<bool> IsOutdated(CancellationToken ct) => derivation.IsOutdated(Hash(policy.Edition.Reading), ct);

    /// <summary>Recomputes the log although it seems current: something was written meanwhile under an earlier policy.</summary>
    public async Task DeriveAnew(CancellationToken ct)
    {
        await derivation.Forget(ct);
        await DeriveWhatChanged(ct);
    }

    private string Hash(ReadingRules rules)
    {
        var accounts = string.Join(' ', configuration.Addresses.Select(address => address.Value).Order(StringComparer.Ordinal));
        return $"{Derivation.Version} {rules.Fingerprint} {accounts}";
    }
}
