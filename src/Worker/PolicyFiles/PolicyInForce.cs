using CrmSync.Domain.Policy;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The policy in force, for everybody who asks it. A running worker may exchange it: whoever needs it twice takes an <see cref="Edition"/>
/// once.
/// </summary>
internal sealed class PolicyInForce(CompanyPolicy policy)
{
    private volatile PolicyEdition edition = new(policy, 1);

    public CompanyPolicy Policy => edition.Policy;

    /// <summary>The policy with its number; what was derived or kept under another number follows from another policy.</summary>
    public PolicyEdition Edition => edition;

    /// <summary>Puts another policy in force. Deriving the log from it is up to the caller.</summary>
    public void Exchange(CompanyPolicy next) => edition = new PolicyEdition(next, edition.Number + 1);
}

/// <summary>A policy that is or was in force.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Number">Counts the exchanges since the program started.</param>
internal sealed record PolicyEdition(CompanyPolicy Policy, int Number);
