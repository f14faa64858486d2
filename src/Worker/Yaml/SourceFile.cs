using System.Text;

namespace CrmSync.Worker.Yaml;

/// <summary>A text file an admin wrote, with the name it goes by in problems.</summary>
/// <param name="name">As shown: relative to the configuration folder, or as given on the command line.</param>
/// <param name="path">The full path; paths inside the file are relative to its folder.</param>
/// <param name="text">The whole text, without a byte order mark.</param>
internal sealed class SourceFile(string name, string path, string text)
{
    private readonly List<(int Line, int From, int To)> concealed = [];

    /// <summary>Larger files are refused: no policy is that long, and everything is kept in memory.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private string[]? lines;

    public string Name { get; } = name;

    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>Whether values of it must not be quoted in problems before it is known which ones are secrets.</summary>
    public bool HoldsSecrets { get; init; }

    /// <summary>The folder that paths written in the file are relative to.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path) ?? ".";

    /// <summary>The line with the given number (from 1), without its end; empty beyond the last one.</summary>
    public string Line(int number) => number >= 1 && number <= LineCount ? Lines[number - 1] : "";

    public int LineCount => Lines.Length;

    private string[] Lines => lines ??= Text.ReplaceLineEndings("\n").Split('\n');

    /// <summary>The line as it may be printed: what is concealed shows as stars.</summary>
    public string ShownLine(int number)
    {
        var line = Line(number);
        foreach (var (_, from, to) in concealed.Where(c => c.Line == number && c.From <= line.Length))
        {
            var end = Math.Min(to, line.Length);
            line = $"{line.AsSpan(0, from - 1)}{new string('*', end - from + 1)}{line.AsSpan(end)}";
        }

        return line;
    }

    /// <summary>Keeps the lines of a value from being printed, whatever problem is found there.</summary>
    public void Conceal(Spot from, int throughLine)
    {
        concealed.Add((from.Line, from.Column, throughLine > from.Line ? int.MaxValue : from.Column + Math.Max(1, from.Length) - 1));
        for (var line = from.Line + 1; line <= throughLine; line++)
            concealed.Add((line, 1, int.MaxValue));
    }

    /// <summary>Keeps a whole line from being printed.</summary>
    public void ConcealLine(int number) => concealed.Add((number, 1, int.MaxValue));

    /// <summary>
    /// Reads a file as UTF-8. When it cannot be opened, is too large, or is not text, the problem is reported and the answer is null.
    /// </summary>
    public static SourceFile? Read(string name, string path, ProblemList problems, bool holdsSecrets = false)
    {
        var nothing = new SourceFile(name, System.IO.Path.GetFullPath(path), "") { HoldsSecrets = holdsSecrets };
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes } large)
            {
                problems.Error(
                    nothing,
                    "001",
                    $"the file has {large.Length / 1024 / 1024} MB; at most {MaxBytes / 1024 / 1024} MB are read");
                return null;
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(nothing, "001", $"the file cannot be read: {e.Message}");
            return null;
        }

        return Decode(nothing, bytes, problems);
    }

    private static SourceFile? Decode(SourceFile file, byte[] bytes, ProblemList problems)
    {
        var start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(
                bytes,
                start,
                bytes.Length - start);
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(start + e.Index, 0, bytes.Length)).Count((byte)'\n');
            var readable = new SourceFile(file.Name, file.Path, file.HoldsSecrets ? "" : Encoding.UTF8.GetString(bytes));
            problems.Error(new Spot(readable, line, 1, 1), "001", "the line is not UTF-8; save the file as UTF-8");
            return null;
        }

        var read = new SourceFile(file.Name, file.Path, text) { HoldsSecrets = file.HoldsSecrets };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' and not ('\t' or '\n' or '\r') or '\x7f')
            {
                var line = 1 + text.AsSpan(0, i).Count('\n');
                var column = i - text.LastIndexOf('\n', i);
                problems.Error(
                    new Spot(read, line, column, 1),
                    "001",
                    $"the control character U+{(int)text[i]:X4} does not belong into a text file; remove it");
                return null;
            }
        }

        return read;
    }
}

/// <summary>A place in a file: line and column from 1, and how many characters there are meant.</summary>
internal readonly record struct Spot(SourceFile File, int Line, int Column, int Length)
{
    public override string ToString() => $"{File.Name}:{Line}:{Column}";
}
