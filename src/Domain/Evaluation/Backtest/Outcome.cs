using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What became of an item by the time it was due, or since.</summary>
public enum OutcomeKind
{
    InTime,
    Late,

    /// <summary>Somebody marked it done: nobody knows whether the customer was answered.</summary>
    ByHand,

    /// <summary>Due has passed and nothing came, or it was given up.</summary>
    NotYet,

    /// <summary>It looks late, but an account that could hold the answer was not read since.</summary>
    Unsure,
}

/// <summary>What became of one item whose due has come (policy-language.md section 15, "numbers").</summary>
/// <param name="Rule">The rule of the item.</param>
/// <param name="Owner">The id of who owned it when it was due.</param>
/// <param name="Due">When it was due.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Taken">From its opening to its end or, where it still waits, so far.</param>
public sealed record Outcome(Rule Rule, string Owner, Instant Due, OutcomeKind Kind, Duration Taken);

/// <summary>How many of some items were done in time.</summary>
public sealed record Figures(int InTime, int Late, int ByHand, int NotYet, int Unsure)
{
    /// <summary>No item at all.</summary>
    public static Figures None { get; } = new(0, 0, 0, 0, 0);

    public int All => InTime + Late + ByHand + NotYet + Unsure;

    /// <summary>
    /// Half of the items took no longer. What was not done counts as waiting so far, or never answering would improve the figure; what was
    /// marked done by hand or is unsure says nothing about time. Null when nothing is left.
    /// </summary>
    public Duration? Median { get; init; }

    /// <summary>Whether the item in the middle still waits: then the median is at least that.</summary>
    public bool IsMedianOpen { get; init; }

    /// <summary>Counts outcomes.</summary>
    public static Figures From(IEnumerable<(OutcomeKind Kind, Duration Taken)> outcomes)
    {
        var counts = new int[Enum.GetValues<OutcomeKind>().Length];
        var timed = new List<(Duration Taken, bool IsOpen)>();
        foreach (var (kind, taken) in outcomes)
        {
            counts[(int)kind]++;
            if (kind is OutcomeKind.InTime or OutcomeKind.Late or OutcomeKind.NotYet)
                timed.Add((taken, kind == OutcomeKind.NotYet));
        }

        timed.Sort();
        var middle = timed.Count == 0 ? default : timed[(timed.Count - 1) / 2];
        return new Figures(
            counts[(int)OutcomeKind.InTime],
            counts[(int)OutcomeKind.Late],
            counts[(int)OutcomeKind.ByHand],
            counts[(int)OutcomeKind.NotYet],
            counts[(int)OutcomeKind.Unsure])
        {
            Median = timed.Count == 0 ? null : middle.Taken,
            IsMedianOpen = middle.IsOpen,
        };
    }
}
