using System.Collections.Concurrent;

namespace CrmSync.Worker.Status;

/// <summary>Whether the loops of the worker turn, for watchdogs: measured on the clock that does not jump.</summary>
internal sealed class Loops(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (long At, TimeSpan Longest)> rounds = new(StringComparer.Ordinal);

    /// <summary>A loop came round.</summary>
    /// <param name="loop">Which.</param>
    /// <param name="longest">How long the next round may take.</param>
    public void NoteRound(string loop, TimeSpan longest) => rounds[loop] = (time.GetTimestamp(), longest);

    /// <summary>The loops that stand still, in words.</summary>
    public IReadOnlyList<string> Stalled() =>
        [
            .. rounds
                .Where(round => time.GetElapsedTime(round.Value.At) > round.Value.Longest)
                .Select(round =>
                    $"the loop \"{round.Key}\" has not turned for {(int)time.GetElapsedTime(round.Value.At).TotalMinutes} minutes")
                .Order(StringComparer.Ordinal),
        ];
}
