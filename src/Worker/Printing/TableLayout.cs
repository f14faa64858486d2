namespace CrmSync.Worker.Printing;

/// <summary>Puts rows of cells under each other. A cell that is too long for its column goes on in the next line; nothing is cut.</summary>
internal static class TableLayout
{
    private const int Gap = 2;

    /// <summary>Below this a column is not worth reading; a table of many columns is then wider than the terminal.</summary>
    private const int Narrowest = 8;

    /// <param name="rows">The cells, each without line breaks; the same number in every row, the head first.</param>
    /// <param name="most">The characters of a line; null: as many as it takes.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string[]> rows, int? most)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        if (most is { } width)
        {
            // Words are kept whole where that is possible: addresses and ids are there to be copied.
            Narrow(widths, [.. rows[0].Select((_, column) => rows.Max(row => row[column].Split(' ').Max(word => word.Length)))], width);
            Narrow(widths, [.. widths.Select(_ => Narrowest)], width);
        }

        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => Wrapped(cell, widths[column])).ToArray();
            for (var line = 0; line < cells.Max(cell => cell.Count); line++)
            {
                yield return string.Join(
                        new string(' ', Gap),
                        cells.Select((cell, column) => (line < cell.Count ? cell[line] : "").PadRight(widths[column])))
                    .TrimEnd();
            }
        }
    }

    /// <summary>Takes from the widest column as long as the line is too long, from none below its floor.</summary>
    private static void Narrow(int[] widths, int[] floors, int most)
    {
        for (var over = widths.Sum() + (Gap * (widths.Length - 1)) - most; over > 0;)
        {
            var able = Enumerable.Range(0, widths.Length).Where(column => widths[column] > floors[column]).ToList();
            if (able.Count == 0)
                return;

            var widest = able.MaxBy(column => widths[column]);
            var next = able.Where(column => column != widest).Select(column => widths[column]).DefaultIfEmpty(0).Max();
            var step = Math.Clamp(widths[widest] - Math.Max(next, floors[widest]), 1, over);
            widths[widest] -= step;
            over -= step;
        }
    }

    private static List<string> Wrapped(string cell, int width)
    {
        var lines = new List<string>();
        var rest = cell.AsSpan();
        while (rest.Length > width)
        {
            var space = rest[..(width + 1)].LastIndexOf(' ');
            var end = space > 0 ? space : KeepsPairs(rest, width);
            lines.Add(rest[..end].TrimEnd().ToString());
            rest = rest[end..].TrimStart(' ');
        }

        if (rest.Length > 0 || lines.Count == 0)
            lines.Add(rest.ToString());

        return lines;
    }

    /// <summary>Two halves of one character stay together.</summary>
    private static int KeepsPairs(ReadOnlySpan<char> text, int end) => end > 1 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
}
