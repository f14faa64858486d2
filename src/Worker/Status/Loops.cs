using System.Collections.Concurrent;

namespace CrmSync.Worker.Status;

/// <summary>Whether the loops of the worker turn, for watchdogs: measured on the clock that does not jump.</summary>
internal sealed class Loops(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (long Turned, TimeSpan Longest)> turns = new(StringComparer.Ordinal);

    /// <summary>A loop came round.</summary>
    /// <param name="loop">Which.</param>
    /// <param name="longest">How long the next round may take.</param>
    public void NoteTurn(string loop, TimeSpan longest) => turns[loop] = (time.GetTimestamp(), longest);

    /// <summary>The loops that stand still, in words.</summary>
    public IReadOnlyList<string> Stalled() =>
        [
            .. turns
                .Where(turn => time.GetElapsedTime(turn.Value.Turned) > turn.Value.Longest)
                .Select(turn =>
                    $"the loop \"{turn.Key}\" has not turned for {(int)time.GetElapsedTime(turn.Value.Turned).TotalMinutes} minutes")
                .Order(StringComparer.Ordinal),
        ];
}
