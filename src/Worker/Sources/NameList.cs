using System.Text;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Reads lists of names by language: <c>@de German</c> begins a language, <c>#</c> lines say where its names come from, <c>key: one |
/// another</c> gives them.
/// </summary>
internal static class NameList
{
    /// <summary>The names of one key in all languages.</summary>
    public static IReadOnlyList<string> Read(string file, string key)
    {
        using var stream = typeof(NameList).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"the list {file} is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var opening = key + ":";
        return
        [
            .. reader.ReadToEnd().Split('\n')
                .Where(line => line.StartsWith(opening, StringComparison.Ordinal))
                .SelectMany(line => line[opening.Length..].Split('|'))
                .Select(name => name.Trim())
                .Where(name => name.Length > 0),
        ];
    }
}
