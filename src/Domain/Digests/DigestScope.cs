using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>Whose items a digest tells of.</summary>
public static class DigestScope
{
    /// <summary>
    /// Whether an item can stand in a digest: what its reader is to do, and what managers are told about the people below them.
    /// </summary>
    public static Func<Item, bool> ItemsIn(CompanyPolicy policy, DueDigest run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var reader = run.Reader.Id;
        if (DigestComposer.Sections(run.Definition).All(SectionNames.ForOwners.Contains))
            return item => IsToDo(item) && item.Owner == reader;

        var scope = Owners(policy, run);
        return item => IsToDo(item) && (scope.Contains(item.Owner) || item.Steps.Any(step => step.To == reader));
    }

    /// <summary>
    /// Whose items a reader may see: their own and those of the people below them, and of whoever they stand in for. Who manages nobody but
    /// is named as a reader of the digest was meant to see everything.
    /// </summary>
    internal static HashSet<string> Owners(CompanyPolicy policy, DueDigest run)
    {
        var id = run.Reader.Id;
        var everybody = run.Definition.Readers == DigestReaders.People && !Chain.IsManager(policy, id);
        return everybody ? policy.People.Select(person => person.Id).ToHashSet(StringComparer.Ordinal)
            : run.MeantFor.Append(id).SelectMany(person => Chain.Below(policy, person)).ToHashSet(StringComparer.Ordinal);
    }

    private static bool IsToDo(Item item) => item.State is ItemState.Open or ItemState.Overdue;
}
