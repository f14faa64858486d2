namespace CrmSync.Domain.Harvest;

/// <summary>What went wrong, or was left out, for the person who must do something about it.</summary>
/// <param name="Place">Where: a file, a folder, a UID.</param>
/// <param name="Reason">What was found.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Trouble(string Place, string Reason, string Remedy)
{
    /// <summary>The three in one sentence.</summary>
    public override string ToString() => $"{Place}: {Reason}; {Remedy}";
}
