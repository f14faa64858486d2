using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>One mailbox or calendar that is harvested on its own.</summary>
/// <param name="Name">As the log and <c>status</c> call it.</param>
/// <param name="Kind">The key it is written with.</param>
/// <param name="Address">Whose it is.</param>
/// <param name="Open">Makes its source for a harvest at some moment; throws <see cref="SourceException"/> when it cannot be read.</param>
internal sealed record ReadableAccount(string Name, string Kind, EmailAddress Address, Func<Instant, ISource> Open)
{
    /// <summary>For a group whose members are accounts of their own: who they are now. It holds nothing itself.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<ReadableAccount>>>? Members { get; init; }

    /// <summary>When its server allows the next try after a failure; null when that is now.</summary>
    public Func<CancellationToken, Task<Instant?>> NotBefore { get; init; } = _ => Task.FromResult<Instant?>(null);

    /// <summary>Lets its server tell of news until it is harvested again; null where it has no way to.</summary>
    public Action<Func<Task>>? Watch { get; init; }

    /// <summary>Whether it lies on this machine, so that reading it waits for nobody.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether it holds meetings and no mail.</summary>
    public bool IsCalendar => Kind is "ics" or "caldav";

    /// <summary>Whether it holds calls and nothing else.</summary>
    public bool IsCalls => Kind == "calls";
}
