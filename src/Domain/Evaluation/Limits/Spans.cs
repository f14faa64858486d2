using System.Runtime.InteropServices;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// A stretch of time in which something holds; the end is excluded, and <see cref="long.MaxValue"/> when nobody knows it.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Span(long From, long To)
{
    public static Span Always { get; } = new(long.MinValue, long.MaxValue);
}

/// <summary>Stretches of time in order, without overlap.</summary>
internal static class Spans
{
    /// <summary>Sorts and joins what overlaps or touches.</summary>
    public static List<Span> Join(List<Span> spans)
    {
        if (spans.Count < 2)
            return spans;

        spans.Sort((one, other) => one.From.CompareTo(other.From));
        var joined = new List<Span>(spans.Count);
        foreach (var span in spans)
        {
            if (joined.Count > 0 && span.From <= joined[^1].To)
                joined[^1] = joined[^1] with { To = Math.Max(joined[^1].To, span.To) };
            else
                joined.Add(span);
        }

        return joined;
    }
}
