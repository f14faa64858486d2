using System.Runtime.CompilerServices;

namespace CrmSync.Mail.Tests.Text;

/// <summary>Invented inputs with what must be read from each, from a file of the fixtures.</summary>
internal sealed record LabelledFact(string Name, IReadOnlyDictionary<string, string> Labels, string Text)
{
    public bool IsNearMiss => Labels["expect"] == "none";

    /// <summary>The inputs of a file: a name behind <c>===</c>, labels, the text.</summary>
    public static IReadOnlyList<LabelledFact> Read(string file, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Fixtures", "Facts", file);
        return [.. File.ReadAllText(path).Split("=== ", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static LabelledFact Parse(string entry)
    {
        var lines = entry.Split('\n');
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 1;
        for (; at < lines.Length && lines[at].Split(": ", 2) is [var key, var value] && key is "expect" or "subject" or "from"; at++)
            labels[key] = value;
        return new LabelledFact(lines[0], labels, string.Join('\n', lines[at..]).Trim());
    }
}
