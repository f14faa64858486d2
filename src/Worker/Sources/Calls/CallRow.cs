using CrmSync.Domain.Calls;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>A row of a table of calls: what it says, or what is wrong with it.</summary>
/// <param name="Row">Equal for the same row wherever it stands.</param>
/// <param name="Line">The line of the file.</param>
internal sealed record CallRow(string Row, int Line)
{
    public CallRecord? Record { get; init; }

    /// <summary>What is wrong, and what to do.</summary>
    public (string Reason, string Remedy)? Problem { get; init; }
}
