using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>What goes wrong, for a while.</summary>
internal enum FaultKind
{
    /// <summary>A worker is killed, and started again at the end.</summary>
    Kill,

    /// <summary>A worker is stopped as it stands, and goes on at the end.</summary>
    Pause,

    /// <summary>The clock of a worker's machine is wrong.</summary>
    Clock,

    /// <summary>The mail server refuses the login of whoever sends.</summary>
    SendingRefused,

    /// <summary>The mail server cuts connections of whoever sends.</summary>
    SendingCut,

    /// <summary>Tim's mailbox refuses the login.</summary>
    ReadingRefused,

    /// <summary>Connections to Tim's mailbox are cut.</summary>
    ReadingCut,

    /// <summary>The disk of the database is full.</summary>
    FullDisk,

    /// <summary>Connections to the database are cut.</summary>
    DatabaseCut,

    /// <summary>The database is stopped, and started again at the end.</summary>
    DatabaseRestart,
}

/// <summary>A fault of a month.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Draw">Decides the rest: which worker, at which step.</param>
internal sealed record Fault(FaultKind Kind, Instant From, Instant Until, int Draw)
{
    public static IReadOnlyList<FaultKind> OnFile { get; } =
    [
        FaultKind.Kill, FaultKind.Pause, FaultKind.Clock, FaultKind.SendingRefused, FaultKind.SendingCut, FaultKind.ReadingRefused,
        FaultKind.ReadingCut, FaultKind.FullDisk,
    ];

    public static IReadOnlyList<FaultKind> OnServer { get; } =
    [
        FaultKind.Kill, FaultKind.Kill, FaultKind.Pause, FaultKind.Pause, FaultKind.Clock, FaultKind.SendingRefused, FaultKind.SendingCut,
        FaultKind.ReadingRefused, FaultKind.ReadingCut, FaultKind.DatabaseCut, FaultKind.DatabaseRestart,
    ];

    /// <summary>Draws the faults of a month: one about the time of the digests of every working day, and one later on.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="kinds">What can go wrong.</param>
    /// <param name="days">The days.</param>
    public static IEnumerable<Fault> Choose(Random random, IReadOnlyList<FaultKind> kinds, Days days)
    {
        foreach (var day in days.Working())
        {
            foreach (var (from, span) in new[] { ((7 * 60) + 50, 70), (11 * 60, 270) })
            {
                var begin = day.AtMidnight().PlusSeconds((from * 60) + random.Next(span * 60)).InUtc().ToInstant();
                yield return new Fault(
                    kinds[random.Next(kinds.Count)], begin, begin + Duration.FromSeconds(random.Next(60, 45 * 60)), random.Next());
            }
        }
    }
}
