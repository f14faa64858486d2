using CrmSync.Domain.Company;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Policy;

/// <summary><c>cases.&lt;name&gt;</c> (policy-language.md section 9).</summary>
public sealed record CaseDefinition(string Name, Condition OpensOn, Place Place)
{
    /// <summary>Whether the <c>resolved</c> command closes it.</summary>
    public bool ClosesOnResolved { get; init; }

    public LengthOfTime? QuietFor { get; init; }
}
