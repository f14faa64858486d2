using CrmSync.Domain.Company;

namespace CrmSync.Domain.Evaluation;

/// <summary>Lines to read from the log: every one that fits any of these.</summary>
public sealed record LinesWanted
{
    /// <summary>Lines with somebody at one of these domains or below.</summary>
    public IReadOnlyCollection<string> Domains { get; init; } = [];

    /// <summary>Lines with somebody who has one of these addresses.</summary>
    public IReadOnlyCollection<EmailAddress> Addresses { get; init; } = [];

    /// <summary>Lines of one of these threads.</summary>
    public IReadOnlyCollection<string> Threads { get; init; } = [];

    /// <summary>
    /// Lines that are about one of these without having it among their people (<see cref="Log.LineTargets"/>): commands about a thread,
    /// line or organisation, and what takes a command back.
    /// </summary>
    public IReadOnlyCollection<string> Targets { get; init; } = [];
}
