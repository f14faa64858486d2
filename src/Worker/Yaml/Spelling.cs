namespace CrmSync.Worker.Yaml;

/// <summary>Finds the words somebody may have meant.</summary>
internal static class Spelling
{
    /// <summary>
    /// The valid words closest to what was written: edit distance (swapped neighbours count once) at most 2 and at most a third of the
    /// length of the written word; the best three, closest first.
    /// </summary>
    public static IReadOnlyList<string> Closest(string written, IEnumerable<string> valid)
    {
        var most = Math.Min(2, written.Length / 3);
        return most == 0
            ? []
            : [.. valid.Distinct(StringComparer.Ordinal)
                .Select(word => (Word: word, Distance: Distance(written, word, most)))
                .Where(pair => pair.Distance <= most)
                .OrderBy(pair => pair.Distance)
                .ThenBy(pair => pair.Word, StringComparer.Ordinal)
                .Take(3)
                .Select(pair => pair.Word)];
    }

    /// <summary>
    /// The optimal string alignment distance, without regard to case; <paramref name="most"/> + 1 when the lengths alone exceed it.
    /// </summary>
    internal static int Distance(string a, string b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most)
            return most + 1;

        var twoAbove = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            above[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                row[j] = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
            }

            (twoAbove, above, row) = (above, row, twoAbove);
        }

        return above[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
