using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>How the people below a manager keep what customers were promised.</summary>
public sealed record TeamPage
{
    /// <summary>
    /// What the rows are: <c>Who</c> or <c>Team</c>; null when the policy wants no figures about people (<c>numbers: off</c>).
    /// </summary>
    public required string? RowsAre { get; init; }

    /// <summary>The last 4, 12 and 52 weeks; empty without figures.</summary>
    public required IReadOnlyList<TeamPeriod> Periods { get; init; }

    /// <summary>What is promised and not done yet, by owner, whoever has most first.</summary>
    public required IReadOnlyList<OpenPromises> Open { get; init; }
}

/// <summary>What fell due in some weeks.</summary>
/// <param name="Weeks">How many.</param>
/// <param name="Rows">All of them first, where there are several.</param>
/// <param name="Each">Week by week, the oldest first; the last one is the week that runs.</param>
public sealed record TeamPeriod(int Weeks, IReadOnlyList<TeamRow> Rows, IReadOnlyList<TeamWeek> Each);

/// <param name="Who">A person, a team, or <c>All</c>.</param>
/// <param name="Figures">What became of what fell due to them.</param>
public sealed record TeamRow(string Who, Figures Figures);

/// <summary>What fell due in a week.</summary>
/// <param name="Monday">The day it begins on.</param>
/// <param name="Figures">What became of it.</param>
public sealed record TeamWeek(LocalDate Monday, Figures Figures);

/// <summary>What somebody has promised and not done yet.</summary>
/// <param name="Who">The owner.</param>
/// <param name="InTime">What is not due yet, or waits for the customer.</param>
/// <param name="Overdue">What should be done.</param>
public sealed record OpenPromises(string Who, int InTime, int Overdue);
