using CrmSync.Domain.Log;

namespace CrmSync.Domain.Digests;

/// <summary>Something known of a contact.</summary>
/// <param name="Words">In one safe line.</param>
/// <param name="From">The line that says so; null where the policy or a directory does.</param>
internal sealed record SaidFact(string Words, Interaction? From)
{
    /// <summary>The directory that says so, or null.</summary>
    public string? Source { get; init; }

    /// <summary>The words with the directory that says so.</summary>
    public string InOneLine => Source is null ? Words : $"{Words} ({Source})";
}
