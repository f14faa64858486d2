using System.Text;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Configuration;

/// <summary>
/// Puts values from outside into the tree: <c>${NAME}</c> from the environment, also inside a longer text, and <c>{file: PATH}</c>, the
/// first line of a file. Such values are never printed. A secret that is missing is no error yet.
/// </summary>
internal sealed class OutsideValues(Func<string, string?> environment, ProblemList problems)
{
    // These maps have a `file` of their own.
    private static readonly HashSet<string> OwnFile = ["certificate", "service_account"];

    public YamlNode Filled(YamlNode node) => Filled(node, addressesAreSecret: false);

    private YamlNode Filled(YamlNode node, bool addressesAreSecret) => node switch
    {
        YamlScalar scalar => Filled(scalar, isSecret: false),
        YamlList list => new YamlList(list.Spot, [.. list.Items.Select(item => Filled(item, addressesAreSecret))]),
        YamlMap map => new YamlMap(
            map.Spot, [.. map.Entries.Select(e => e with { Value = Filled(e.Key.Text, e.Value, addressesAreSecret) })]),
        _ => node,
    };

    /// <summary>The secret a text writes or names.</summary>
    public Secret Secret(string text, Spot spot)
    {
        var filled = Filled(text, out var unset);
        return unset is null ? new Secret(filled) : new Secret(problems.MissingSecret(spot, "070", NotSet(unset)));
    }

    /// <summary>
    /// A text with the values of the environment in place of <c>${NAME}</c>; null after reporting a name that is not set.
    /// </summary>
    public string? Filled(string text, Spot spot)
    {
        var filled = Filled(text, out var unset);
        if (unset is null)
            return filled;

        problems.Error(spot, "070", NotSet(unset));
        return null;
    }

    private static string NotSet(string name) => $"the environment variable {name} is not set";

    /// <summary>The text with its values, or the first name that is not set.</summary>
    private string Filled(string text, out string? unset)
    {
        unset = null;
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
                unset = name;
                return "";
            }

            filled.Append(text, at, start - at).Append(value);
            at = end + 1;
        }

        return filled.ToString();
    }

    private YamlNode Filled(string key, YamlNode value, bool addressesAreSecret) => value switch
    {
        YamlMap { Entries: [{ Key.Text: "file", Value: YamlScalar file }] } when !OwnFile.Contains(key) =>
            FirstLine(file, IsSecret(key, addressesAreSecret)),
        YamlScalar scalar => Filled(scalar, IsSecret(key, addressesAreSecret)),
        _ => Filled(value, addressesAreSecret || Concealment.HoldsSecretAddresses(key)),
    };

    private static bool IsSecret(string key, bool addressesAreSecret) =>
        Concealment.IsSecret(key) || (addressesAreSecret && key == ConfigurationShape.WebhookUrl.Name);

    private YamlScalar Filled(YamlScalar scalar, bool isSecret)
    {
        if (!scalar.Text.Contains("${", StringComparison.Ordinal))
            return scalar;

        var filled = Filled(scalar.Text, out var unset);
        return unset is null
            ? new YamlScalar(scalar.Spot, filled, scalar.Plain, Names(scalar.Text))
            : Missing(scalar, Names(scalar.Text), "070", NotSet(unset), isSecret);
    }

    private YamlScalar FirstLine(YamlScalar file, bool isSecret)
    {
        var path = Path.GetFullPath(Path.Combine(file.Spot.File.Folder, file.Text));
        var origin = $"{{file: {file.Text}}}";
        try
        {
            if (!File.Exists(path))
                return Missing(file, origin, "071", $"there is no file {path}", isSecret);

            var line = File.ReadLines(path).FirstOrDefault("");
            return line.Length == 0
                ? Missing(file, origin, "071", $"the first line of {path} is empty", isSecret)
                : new YamlScalar(file.Spot, line, plain: false, origin);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Missing(file, origin, "071", $"{path} cannot be read: {e.Message}", isSecret);
        }
    }

    /// <summary>A placeholder keeps what has been reported from becoming a second problem.</summary>
    private YamlScalar Missing(YamlScalar written, string origin, string number, string words, bool isSecret)
    {
        if (isSecret)
            return new YamlScalar(written.Spot, "unset", plain: false, origin)
            {
                Missing = problems.MissingSecret(written.Spot, number, words),
            };

        problems.Error(written, number, words);
        return new YamlScalar(written.Spot, "unset", plain: false, origin);
    }

    /// <summary>The names alone, so that text around them is not printed either.</summary>
    private static string Names(string text)
    {
        var start = text.IndexOf("${", StringComparison.Ordinal);
        var end = text.IndexOf('}', start);
        return end < 0 ? "${...}" : text[start..(end + 1)];
    }
}
