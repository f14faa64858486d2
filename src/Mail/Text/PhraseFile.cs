using System.Text;

namespace CrmSync.Mail.Text;

/// <summary>One phrase of a language.</summary>
/// <param name="Language">The code of the language.</param>
/// <param name="Key">What the phrase is for.</param>
/// <param name="Text">The phrase.</param>
internal sealed record Phrase(string Language, string Key, string Text);

/// <summary>
/// Reads the phrase files beside this class: <c>@de German</c> begins a language, <c>#</c> lines say where its phrases come from, <c>key:
/// one | another</c> gives them.
/// </summary>
internal static class PhraseFile
{
    /// <summary>The phrases of a file, in its order.</summary>
    public static IReadOnlyList<Phrase> Read(string name)
    {
        var phrases = new List<Phrase>();
        var language = "";
        foreach (var raw in Lines(name))
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == '@')
            {
                language = line[1..line.IndexOf(' ', StringComparison.Ordinal)];
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var key = line[..colon];
            foreach (var text in line[(colon + 1)..].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                phrases.Add(new Phrase(language, key, text));
        }

        return phrases;
    }

    /// <summary>The phrases of one key, each once.</summary>
    public static string[] Read(string name, string key) =>
        [.. Read(name).Where(p => p.Key == key).Select(p => p.Text).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The lines of a file as written.</summary>
    public static IReadOnlyList<string> Lines(string name)
    {
        using var stream =
            typeof(PhraseFile).Assembly.GetManifestResourceStream("phrases/" + name)
            ?? throw new InvalidOperationException($"the phrase file {name} is not in the assembly");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n');
    }
}
