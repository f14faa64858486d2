namespace CrmSync.Domain.Company;

/// <summary>Phrases looked for on word boundaries without case.</summary>
public sealed record Marker(string Name, IReadOnlyList<string> AnyOf, Place Place)
{
    public bool InSubject { get; init; } = true;

    public bool InText { get; init; } = true;

    /// <summary>Null: both directions.</summary>
    public Direction? Direction { get; init; }
}
