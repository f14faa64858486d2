namespace CrmSync.Worker.Commands;

/// <summary>A mail or a line that changes nothing, with the reason the sender is told.</summary>
/// <param name="words">What is wrong and what would work.</param>
internal sealed class RefusedCommandException(string words) : Exception(words)
{
    /// <summary>Whether nothing was asked for, so that nobody needs to be told.</summary>
    public bool IsOfNoConcern { get; init; }
}
