using CrmSync.Domain.Company;
using CrmSync.Storage.Directories;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>Keeps what directories say of people in the policy in force, whoever read them when.</summary>
internal sealed class ImportedPeople(PolicyInForce policy, DirectoryCards cards, CrmSyncConfiguration configuration)
{
    private long known;

    /// <summary>Looks whether directories say something else by now, and changes the policy in force accordingly.</summary>
    public async Task TakeOver(CancellationToken ct)
    {
        var count = await cards.Count(ct);
        if (count == known)
            return;

        var names = configuration.Directories.Select(directory => directory.Name).ToList();
        policy.Know(new PeopleDirectory(await cards.Read(names, ct)));
        known = count;
    }
}
