using System.Text;

namespace CrmSync.Domain.Log;

/// <summary>
/// Reads the phrase files beside this class: <c>@de German</c> begins a language, <c>#</c> lines say where its phrases come from, <c>key:
/// one | another</c> gives them.
/// </summary>
internal static class PhraseFile
{
    /// <summary>The phrases of one key in a file, each once, in its order.</summary>
    public static string[] Read(string name, string key)
    {
        using var stream = typeof(PhraseFile).Assembly.GetManifestResourceStream("phrases/" + name)
            ?? throw new InvalidOperationException($"the phrase file {name} is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var opening = key + ":";
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n')
                .Where(line => line.StartsWith(opening, StringComparison.Ordinal))
                .SelectMany(line =>
                    line[opening.Length..].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                )
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
    }
}
