namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The order of the log (policy-language.md section 6): by time, then inbound, meeting, outbound, then id; and a mail never precedes the
/// mail it answers, because clocks are wrong more often than people reply early.
/// </summary>
internal static class Order
{
    /// <summary>Longer chains of replies at one instant do not happen; a chain that bites its own tail ends here.</summary>
    private const int LongestChain = 256;

    /// <summary>Order without regard to replies: how lines are kept.</summary>
    public static int Plain(Line one, Line other)
    {
        var order = one.At.CompareTo(other.At);
        if (order == 0)
            order = one.Rank.CompareTo(other.Rank);

        return order == 0 ? string.CompareOrdinal(one.Id, other.Id) : order;
    }

    /// <summary>The time that counts: its own or, if later, that of the mail it answers, as far as that is known by now.</summary>
    public static long At(View view, Line line)
    {
        if (!line.Entangled)
            return line.At;

        var at = line.At;
        var steps = 0;
        for (
            var parent = line.Parent;
            parent is not null && parent != line && steps++ < LongestChain && view.Reached(parent.Seen);
            parent = parent.Parent)
            at = Math.Max(at, parent.At);

        return at;
    }

    /// <summary>How many mails at the same instant it answers, one by one: it comes after them.</summary>
    public static int Depth(View view, Line line)
    {
        var depth = 0;
        if (!line.Entangled)
            return depth;

        var at = At(view, line);
        for (
            var parent = line.Parent;
            parent is not null && parent != line && depth < LongestChain && view.Reached(parent.Seen) && At(view, parent) == at;
            parent = parent.Parent)
            depth++;

        return depth;
    }

    /// <summary>Inserts where the plain order wants it; nearly always at the end.</summary>
    public static void Insert(List<Line> lines, Line line)
    {
        var at = lines.Count;
        while (at > 0 && at > lines.Count - 4 && Plain(lines[at - 1], line) > 0)
            at--;

        if (at > 0 && Plain(lines[at - 1], line) > 0)
        {
            at = lines.BinarySearch(line, PlainComparer);
            if (at < 0)
                at = ~at;
        }

        lines.Insert(at, line);
    }

    private static readonly Comparer<Line> PlainComparer = Comparer<Line>.Create(Plain);
}

/// <summary>A place in the order of the log.</summary>
internal readonly record struct Position(long At, int Depth, int Rank, string Id)
{
    public static Position From(View view, Line line) => new(Order.At(view, line), Order.Depth(view, line), line.Rank, line.Id);

    /// <summary>Negative when this comes before the other.</summary>
    public int ComparedTo(Position other)
    {
        var order = At.CompareTo(other.At);
        if (order == 0)
            order = Depth.CompareTo(other.Depth);
        if (order == 0)
            order = Rank.CompareTo(other.Rank);

        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }
}
