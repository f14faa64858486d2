using System.Globalization;
using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>A set of UIDs as commands want it: ascending (some servers refuse other orders), in ranges, short.</summary>
public sealed class UidSet
{
    private UidSet(string text, uint first, uint last, int? count) => (Text, First, Last, Count) = (text, first, last, count);

    /// <summary>The lowest UID of the set.</summary>
    public uint First { get; }

    /// <summary>The highest UID of the set.</summary>
    public uint Last { get; }

    /// <summary>How many UIDs were named; null for a range, which may have gaps.</summary>
    public int? Count { get; }

    internal string Text { get; }

    /// <summary>Everything between two UIDs, both included.</summary>
    public static UidSet Between(uint first, uint last) => first == 0 || last < first
        ? throw new ArgumentOutOfRangeException(nameof(first), $"{first} to {last} is not a range of UIDs")
        : new UidSet(first == last ? Print(first) : $"{Print(first)}:{Print(last)}", first, last, first == last ? 1 : null);

    /// <summary>Exactly these UIDs, cut into as many sets as are needed for short commands.</summary>
    /// <param name="uids">Any order, repetitions allowed; 0 is left out.</param>
    /// <param name="most">How many UIDs one set may hold.</param>
    /// <param name="longest">How many characters one set may have.</param>
    public static IReadOnlyList<UidSet> Of(IEnumerable<uint> uids, int most = 500, int longest = 900)
    {
        var sets = new List<UidSet>();
        var text = new StringBuilder();
        var (count, first, last) = (0, 0u, 0u);
        foreach (var (from, to) in Ranges(Ascending(uids), most))
        {
            var piece = from == to ? Print(from) : $"{Print(from)}:{Print(to)}";
            var size = (int)(to - from) + 1;
            if (count > 0 && (count + size > most || text.Length + 1 + piece.Length > longest))
            {
                sets.Add(new UidSet(text.ToString(), first, last, count));
                text.Clear();
                count = 0;
            }

            if (count == 0)
                first = from;
            else
                text.Append(',');

            text.Append(piece);
            last = to;
            count += size;
        }

        if (count > 0)
            sets.Add(new UidSet(text.ToString(), first, last, count));

        return sets;
    }

    /// <inheritdoc />
    public override string ToString() => Text;

    internal static List<uint> Ascending(IEnumerable<uint> uids)
    {
        var list = uids.ToList();
        list.Sort();
        var length = 0;
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] > 0 && (length == 0 || list[length - 1] != list[i]))
                list[length++] = list[i];
        }

        list.RemoveRange(length, list.Count - length);
        return list;
    }

    /// <summary>
    /// Adds the numbers of a sequence set such as <c>1:3,7</c>; returns how many of its pieces made no sense or went beyond the limit.
    /// </summary>
    internal static int Expand(ReadOnlySpan<byte> text, List<uint> numbers, int limit)
    {
        var nonsense = 0;
        foreach (var range in text.Split((byte)','))
        {
            var piece = text[range];
            var colon = piece.IndexOf((byte)':');
            var from = ResponseScanner.NumberOf(colon < 0 ? piece : piece[..colon]);
            var to = colon < 0 ? from : ResponseScanner.NumberOf(piece[(colon + 1)..]);
            if (from is null or 0 or > uint.MaxValue || to is null or 0 or > uint.MaxValue)
            {
                nonsense++;
                continue;
            }

            var (low, high) = (Math.Min(from.Value, to.Value), Math.Max(from.Value, to.Value));
            if (high - low >= (ulong)(limit - numbers.Count))
            {
                nonsense++;
                continue;
            }

            for (var number = low; number <= high; number++)
                numbers.Add((uint)number);
        }

        return nonsense;
    }

    private static IEnumerable<(uint From, uint To)> Ranges(List<uint> ascending, int most)
    {
        for (var i = 0; i < ascending.Count;)
        {
            var end = i;
            while (end + 1 < ascending.Count && ascending[end + 1] == ascending[end] + 1 && end + 1 - i < most)
                end++;

            yield return (ascending[i], ascending[end]);
            i = end + 1;
        }
    }

    private static string Print(uint uid) => uid.ToString(CultureInfo.InvariantCulture);
}
