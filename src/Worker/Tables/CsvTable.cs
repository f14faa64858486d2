using System.Globalization;
using System.Text;
using CsvHelper;

namespace CrmSync.Worker.Tables;

/// <summary>
/// A table as programs export it: comma, semicolon, tab or bar between the fields, UTF-8, UTF-16 or what Windows wrote before, a first line
/// that names the columns. A row that cannot be read is a problem of its own and stops no other.
/// </summary>
internal sealed class CsvTable
{
    private const string NotClosed = "a quotation mark is opened and never closed";

    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    private CsvTable(IReadOnlyList<string> head, IReadOnlyList<CsvRow> rows, IReadOnlyList<CsvProblem> problems, bool isCutShort)
    {
        (Head, Rows, Problems, IsCutShort) = (head, rows, problems, isCutShort);
    }

    /// <summary>The names of the columns, as written; empty for an empty file.</summary>
    public IReadOnlyList<string> Head { get; }

    public IReadOnlyList<CsvRow> Rows { get; }

    public IReadOnlyList<CsvProblem> Problems { get; }

    /// <summary>Whether it ends inside of a row, as a file does that somebody is still writing.</summary>
    public bool IsCutShort { get; }

    public static CsvTable Read(ReadOnlySpan<byte> bytes)
    {
        var text = TextIn(bytes);
        var records = new CsvRecords(text);
        if (records.Good.Count == 0)
            return new CsvTable([], [], records.Problems, records.IsCutShort);

        var parsed = Parse(records.Good);
        var head = parsed[0].Select(name => name.Trim()).ToArray();
        while (head.Length > 0 && head[^1].Length == 0)
            head = head[..^1];

        var rows = new List<CsvRow>();
        var problems = records.Problems.ToList();
        for (var i = 1; i < parsed.Count; i++)
        {
            var (line, fields) = (records.Good[i].Line, parsed[i]);
            if (fields.Skip(head.Length).Any(field => !string.IsNullOrWhiteSpace(field)))
                problems.Add(
                    new CsvProblem(
                        line,
                        $"the row has {Count(fields.Length)} fields and the first line names {Count(head.Length)} columns",
                        "put a field that holds the character between fields into quotation marks"));
            else
                rows.Add(new CsvRow(line, fields) { IsEnded = records.Good[i].IsEnded });
        }

        return new CsvTable(head, rows, problems, records.IsCutShort);
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string TextIn(ReadOnlySpan<byte> bytes)
    {
        var text =
            bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(bytes[2..])
            : bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode.GetString(bytes[2..])
            : bytes.StartsWith(Encoding.UTF8.Preamble) ? Decode(bytes[3..])
            : Decode(bytes);

        // Excel takes the character between fields from a line of its own.
        return text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase)
            && text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end
            ? "\n" + text[(end + 1)..]
            : text;
    }

    private static string Decode(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);

    private static List<string[]> Parse(IReadOnlyList<CsvRecord> records)
    {
        var options = new CsvReaderOptions
        {
            Separator = DelimiterIn(records[0].Text),
            HasHeader = false,
            TrimWhitespace = true,
            IncludeValuesInExceptions = false,
        };
        using var reader = CsvReader.FromText(string.Join('\n', records.Select(record => record.Text)) + "\n", options);
        var rows = new List<string[]>(records.Count);
        while (reader.Read())
        {
            var fields = new string[reader.FieldCount];
            for (var i = 0; i < fields.Length; i++)
                fields[i] = reader.GetString(i);

            rows.Add(fields);
        }

        return rows;
    }

    /// <summary>The character that stands most often in the first line, outside of quotation marks.</summary>
    private static char DelimiterIn(string head)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        foreach (var letter in head)
        {
            if (letter == '"')
                quoted = !quoted;
            else if (!quoted && Array.IndexOf(Delimiters, letter) is >= 0 and var which)
                counts[which]++;
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }

    /// <summary>A record as it stands in the file.</summary>
    /// <param name="Line">Its first line.</param>
    /// <param name="Text">Without the line end.</param>
    /// <param name="IsEnded">Whether a line end stands behind it.</param>
    private sealed record CsvRecord(int Line, string Text, bool IsEnded);

    /// <summary>Cuts a text into records. A quotation mark that is never closed spoils its own line and none after it.</summary>
    private sealed class CsvRecords
    {
        /// <summary>A field with more lines than this is one whose quotation mark was forgotten.</summary>
        private const int MostLines = 200;

        private readonly char delimiter;

        public CsvRecords(string text)
        {
            var lines = text.ReplaceLineEndings("\n").Split('\n');
            delimiter = DelimiterIn(lines.FirstOrDefault(line => line.Trim().Length > 0) ?? "");
            var isEnded = lines[^1].Length == 0;
            for (var i = 0; i < lines.Length; i++)
            {
                if (lines[i].Trim().Length == 0)
                    continue;

                var last = End(lines, i);
                if (last < 0)
                {
                    var isLast = lines.Length - i <= MostLines
                        && !lines.Skip(i + 1).Any(line => line.Contains('"', StringComparison.Ordinal));
                    IsCutShort |= isLast && i >= lines.Length - 2 && !isEnded;
                    Problems.Add(new CsvProblem(i + 1, NotClosed, "close it in that line, or write two for one that is meant"));
                    continue;
                }

                Good.Add(new CsvRecord(i + 1, string.Join('\n', lines[i..(last + 1)]), last < lines.Length - 1 || isEnded));
                i = last;
            }
        }

        public List<CsvRecord> Good { get; } = [];

        public List<CsvProblem> Problems { get; } = [];

        public bool IsCutShort { get; }

        /// <summary>The last line of the record that begins with a line; -1 where a quotation mark is never closed.</summary>
        private int End(string[] lines, int first)
        {
            var quoted = false;
            for (var i = first; i < lines.Length && i - first < MostLines; i++)
            {
                quoted = IsOpenAfter(lines[i], quoted);
                if (!quoted)
                    return i;
            }

            return -1;
        }

        /// <summary>Whether a quotation mark is open at the end of a line; one inside of a field without any is a letter.</summary>
        private bool IsOpenAfter(string line, bool quoted)
        {
            var atStart = !quoted;
            for (var i = 0; i < line.Length; i++)
            {
                if (quoted && line[i] == '"')
                {
                    if (i + 1 < line.Length && line[i + 1] == '"')
                        i++;
                    else
                        quoted = false;
                }
                else if (!quoted && line[i] == '"' && atStart)
                {
                    quoted = true;
                }

                atStart = !quoted && (line[i] == delimiter || (atStart && line[i] == ' '));
            }

            return quoted;
        }
    }
}

/// <summary>A row of a table.</summary>
/// <param name="Line">The line of the file it begins on.</param>
/// <param name="Fields">In the order of the columns; there may be fewer.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields)
{
    /// <summary>Whether a line end stands behind it.</summary>
    public bool IsEnded { get; init; } = true;

    /// <summary>A field without blanks around it; empty where the row ends before it.</summary>
    public string Field(int column) => column >= 0 && column < Fields.Count ? Fields[column].Trim() : "";
}

/// <summary>A row that cannot be read.</summary>
/// <param name="Line">The line of the file.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record CsvProblem(int Line, string Reason, string Remedy);
