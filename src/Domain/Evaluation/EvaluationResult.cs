using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What the policy makes of the log at one moment.</summary>
/// <param name="Now">The moment.</param>
public sealed record EvaluationResult(Instant Now)
{
    /// <summary>
    /// The items in a state that is not closed, ordered by owner-independent urgency: due (none last), opened, rule, about.
    /// </summary>
    public required IReadOnlyList<Item> Items { get; init; }

    /// <summary>The items that came to their end, those with the latest end last.</summary>
    public required IReadOnlyList<ClosedItem> Closed { get; init; }

    /// <summary>What rules with <c>mode: observe</c> would have listed; nobody is notified of these.</summary>
    public IReadOnlyList<Item> Observed { get; init; } = [];

    /// <summary>What rules with <c>mode: observe</c> would have closed.</summary>
    public IReadOnlyList<ClosedItem> ObservedClosed { get; init; } = [];

    /// <summary>The earliest moment at which the result can change though the log does not; null if it never does.</summary>
    public Instant? NextChange { get; init; }

    /// <summary>How far each account has been read; empty where everything is taken to have been.</summary>
    public IReadOnlyList<AccountCoverage> Coverage { get; init; } = [];
}

/// <summary>The contact log as the policy reads it.</summary>
/// <param name="Interactions">In any order; each once. Those with a <c>seen</c> after the moment of evaluation do not exist yet.</param>
public sealed record ContactLogSnapshot(IReadOnlyCollection<Interaction> Interactions)
{
    /// <summary>How far each account has been read; null means everything has been read (tests, backtest).</summary>
    public IReadOnlyList<AccountCoverage>? Coverage { get; init; }

    /// <summary>The same without the commands that were taken back, where every line of it is known by now.</summary>
    public ContactLogSnapshot WithoutUndone()
    {
        var undone = Interactions.SelectMany(line => line.Command?.Undoes ?? []).ToHashSet(StringComparer.Ordinal);
        return undone.Count == 0 ? this : this with { Interactions = [.. Interactions.Where(line => !undone.Contains(line.Id))] };
    }
}

/// <summary>How far an account has been read (policy-language.md section 11, "Coverage").</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="Address">Whose account it is.</param>
/// <param name="ReadUpTo">The start of the last successful reading: what had arrived by then is in the log. Null: never read.</param>
public sealed record AccountCoverage(string Account, EmailAddress Address, Instant? ReadUpTo)
{
    private static readonly Duration LeastGrace = Duration.FromMinutes(5);

    /// <summary>How long ago it may have been read without making anything unsure.</summary>
    public Duration Grace { get; init; } = LeastGrace;

    /// <summary>Whether it holds meetings and no mail.</summary>
    public bool IsCalendar { get; init; }

    /// <summary>Whether it holds the calls of a telephone system: anybody's, and no mail.</summary>
    public bool IsCalls { get; init; }

    /// <summary>The grace of an account that is read at an interval: a reading may be missed once.</summary>
    public static Duration GraceFor(Duration interval) => Duration.Max(LeastGrace, interval + interval);
}
