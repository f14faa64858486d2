using CrmSync.Storage;
using CrmSync.Storage.Log;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>Keeps what the policy files say of people who were erased out of the policy in force, whoever erased them when.</summary>
internal sealed class ErasedEntries(PolicyInForce policy, ContactDatabase database)
{
    private long? known;

    /// <summary>Looks whether somebody was erased, or an erasure was lifted, and changes the policy in force accordingly.</summary>
    /// <returns>How often that has happened so far.</returns>
    public async Task<long> LeaveOut(CancellationToken ct)
    {
        var count = await ErasedPeople.Count(database, ct);
        if (count == known || (count == 0 && known is null))
            return count;

        policy.LeaveOut((await ErasedPeople.Load(database, ct)).Contains);
        known = count;
        return count;
    }
}
