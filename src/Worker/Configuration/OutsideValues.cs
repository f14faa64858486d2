using System.Text;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>
/// Puts values from outside into the tree: <c>${NAME}</c> from the environment, also inside a longer text, and <c>{file: PATH}</c>, the
/// first line of a file. Such values are never printed.
/// </summary>
internal sealed class OutsideValues(Func<string, string?> environment, ProblemList problems)
{
    // These maps have a `file` of their own.
    private static readonly HashSet<string> OwnFile = ["certificate", "service_account"];

    public YamlNode Filled(YamlNode node) => node switch
    {
        YamlScalar scalar => Filled(scalar),
        YamlList list => new YamlList(list.Spot, [.. list.Items.Select(Filled)]),
        YamlMap map => new YamlMap(map.Spot, [.. map.Entries.Select(e => e with { Value = Filled(e.Key.Text, e.Value) })]),
        _ => node,
    };

    /// <summary>
    /// A text with the values of the environment in place of <c>${NAME}</c>; null after reporting a name that is not set.
    /// </summary>
    public string? Filled(string text, Spot spot)
    {
        var filled = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var start = text.IndexOf("${", at, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf('}', start);
            if (end < 0)
                return filled.Append(text, at, text.Length - at).ToString();

            var name = text[(start + 2)..end];
            if (environment(name) is not { } value)
            {
                problems.Error(spot, "070", $"the environment variable {name} is not set");
                return null;
            }

            filled.Append(text, at, start - at).Append(value);
            at = end + 1;
        }

        return filled.ToString();
    }

    private YamlNode Filled(string key, YamlNode value) =>
        value is YamlMap { Entries: [{ Key.Text: "file", Value: YamlScalar file }] } && !OwnFile.Contains(key)
            ? FirstLine(file)
            : Filled(value);

    private YamlScalar Filled(YamlScalar scalar)
    {
        if (!scalar.Text.Contains("${", StringComparison.Ordinal))
            return scalar;

        // A name that is not set has been reported; a placeholder keeps that from becoming a second problem.
        return new YamlScalar(scalar.Spot, Filled(scalar.Text, scalar.Spot) ?? "unset", scalar.Plain, Names(scalar.Text));
    }

    private YamlScalar FirstLine(YamlScalar file)
    {
        var path = Path.GetFullPath(Path.Combine(file.Spot.File.Folder, file.Text));
        var line = "unread";
        try
        {
            line = File.ReadLines(path).FirstOrDefault("");
            if (line.Length == 0)
                problems.Error(file, "071", $"the first line of {path} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(file, "071", $"{path} cannot be read: {e.Message}");
        }

        return new YamlScalar(file.Spot, line, plain: false, $"{{file: {file.Text}}}");
    }

    /// <summary>The names alone, so that text around them is not printed either.</summary>
    private static string Names(string text)
    {
        var start = text.IndexOf("${", StringComparison.Ordinal);
        var end = text.IndexOf('}', start);
        return end < 0 ? "${...}" : text[start..(end + 1)];
    }
}
