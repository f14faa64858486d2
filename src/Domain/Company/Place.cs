namespace CrmSync.Domain.Company;

/// <summary>Where something stands in the policy files: file name as the author knows it, line and column from 1.</summary>
public sealed record Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}
