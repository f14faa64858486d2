using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CrmSync.Worker.Yaml;

/// <summary>A word from a file with its place, so that a name can be looked up later and still be pointed at.</summary>
internal sealed record Word(string Text, YamlNode Node)
{
    public override string ToString() => Text;
}

/// <summary>Turns a text that matched its pattern into a value; false when it is none after all.</summary>
internal delegate bool Parse<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>
/// A text in a form of its own: a pattern (which the schema shows too) and what it parses to. Numbers, truth values and nothing are no
/// texts unless they are put into quotes.
/// </summary>
/// <param name="wanted">What is wanted, in words.</param>
/// <param name="pattern">Matches every text that parses; null: anything. Our own, short and plain, so that no text of the greatest length
/// can stall it.</param>
/// <param name="parse">Makes the value.</param>
/// <param name="number">The code of a text that is none.</param>
/// <param name="hint">A better sentence for a known mistake, or null.</param>
/// <param name="max">The longest text taken.</param>
internal sealed class TextShape<T>(
    string wanted,
    string? pattern,
    Parse<T> parse,
    string number = "012",
    Func<string, string?>? hint = null,
    int max = 320) : Shape<T>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // The engine without backtracking keeps megabytes for the few dozen patterns of the files, for as long as the program runs.
    private readonly Regex? regex = pattern is null ? null : new Regex(pattern, RegexOptions.CultureInvariant, Patience);

    public override string Wanted => wanted;

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text };

    public override JsonObject Schema(SchemaBook book)
    {
        var schema = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = max };
        if (pattern is not null)
            schema["pattern"] = pattern;
        return schema;
    }

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out T value)
    {
        if (node is not YamlScalar scalar || scalar.Kind is ScalarKind.Empty or ScalarKind.Truth)
            return Wrong(node, title, problems, out value);

        if (scalar.Kind == ScalarKind.Text && scalar.Text.Length > 0 && scalar.Text.Length <= max
            && (regex?.IsMatch(scalar.Text) ?? true) && parse(scalar.Text, out var parsed))
        {
            value = parsed;
            return true;
        }

        var better = scalar.Origin is null ? hint?.Invoke(scalar.Text) : null;
        if (better is null && scalar.Kind == ScalarKind.Number)
            better = $"write it in quotes: \"{scalar.Text}\"";
        if (scalar.Text.Length > max)
            better = $"{scalar.Text.Length} characters are too many; at most {max} are taken";
        problems.Error(
            node,
            number,
            better is null ? $"{title} must be {wanted}, not {scalar.Noun}" : $"{title} must be {wanted}, not {scalar.Noun}; {better}");
        value = default!;
        return false;
    }
}

/// <summary><c>true</c> or <c>false</c>; nothing else is a truth value (YAML 1.2).</summary>
internal sealed class TruthShape : Shape<bool>
{
    public override string Wanted => "true or false";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Truth };

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "boolean" };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out bool value)
    {
        if (node is not YamlScalar scalar || scalar.Truth() is not { } truth)
        {
            value = false;
            if (node is not YamlScalar { Origin: null } written || Meant(written.Text) is not { } meant)
                return Wrong(node, title, problems, out value);

            problems.Error(node, "012", $"{title} must be {Wanted}, not {written.Noun}; write {meant}");
            return false;
        }

        value = truth;
        return true;
    }

    /// <summary>The truth value that a word of YAML 1.1 stood for.</summary>
    private static string? Meant(string word) => word.ToUpperInvariant() switch
    {
        "YES" or "Y" or "ON" or "TRUE" => "true",
        "NO" or "N" or "OFF" or "FALSE" => "false",
        _ => null,
    };
}

/// <summary>A whole number in a range, both ends included.</summary>
internal sealed class WholeShape(int least, int most) : Shape<int>
{
    public override string Wanted =>
        least == most ? least.ToString(CultureInfo.InvariantCulture) : $"a whole number from {least} to {most}";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Number };

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out int value)
    {
        if (node is not YamlScalar scalar || scalar.WholeNumber() is not { } number || number < least || number > most)
            return Wrong(node, title, problems, out value);

        value = (int)number;
        return true;
    }
}

/// <summary>One of a few words, each standing for a value.</summary>
internal sealed class ChoiceShape<T>(IReadOnlyList<(string Word, T Value)> choices, string? noun = null, string number = "012") : Shape<T>
{
    public override string Wanted => noun ?? choices.Count switch
    {
        1 => choices[0].Word,
        _ => string.Join(", ", choices.SkipLast(1).Select(c => c.Word)) + " or " + choices[^1].Word,
    };

    public override bool Fits(YamlNode node) =>
        node is YamlScalar { Kind: ScalarKind.Text } scalar && choices.Any(c => c.Word == scalar.Text);

    public override JsonObject Schema(SchemaBook book) =>
        new() { ["enum"] = new JsonArray([.. choices.Select(c => (JsonNode)c.Word)]) };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out T value)
    {
        if (node is not YamlScalar { Kind: ScalarKind.Text } scalar)
            return Wrong(node, title, problems, out value);

        foreach (var (word, chosen) in choices)
        {
            if (word == scalar.Text)
            {
                value = chosen;
                return true;
            }
        }

        problems.Error(
            node,
            number,
            $"{title} must be {Wanted}, not {scalar.Noun}",
            Spelling.Closest(scalar.Text, choices.Select(c => c.Word)));
        value = default!;
        return false;
    }
}

/// <summary>A list whose entries are alike. Wrong entries are reported and left out.</summary>
internal sealed class ListShape<T>(Shape<T> item, int least = 0, int most = 100_000) : Shape<IReadOnlyList<T>>
{
    public override string Wanted => $"a list, each entry {item.Wanted}";

    public override bool Fits(YamlNode node) => node is YamlList;

    public override JsonObject Schema(SchemaBook book)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = item.Schema(book), ["maxItems"] = most };
        if (least > 0)
            schema["minItems"] = least;
        return schema;
    }

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out IReadOnlyList<T> value)
    {
        if (node is not YamlList list)
        {
            value = [];
            if (node is not YamlMap)
                return Wrong(node, title, problems, out value);

            problems.Error(node, "012", $"{title} must be {Wanted}, not {node.Noun}; begin each entry with '- '");
            return false;
        }

        value = Entries(list, item, title, problems);
        if (list.Items.Count >= least && list.Items.Count <= most)
            return true;

        problems.Error(node, "012", list.Items.Count < least
            ? $"{title} needs at least {least} {(least == 1 ? "entry" : "entries")}"
            : $"{title} has {list.Items.Count} entries; at most {most} are taken");
        return false;
    }

    internal static IReadOnlyList<T> Entries(YamlList list, Shape<T> item, string title, ProblemList problems)
    {
        var entries = new List<T>(list.Items.Count);
        foreach (var entry in list.Items)
        {
            if (item.TryRead(entry, $"an entry of {title}", problems, out var read))
                entries.Add(read);
        }

        return entries;
    }
}

/// <summary>One value, or a list of at least one of them.</summary>
internal sealed class OneOrMoreShape<T>(Shape<T> item) : Shape<IReadOnlyList<T>>
{
    private readonly ListShape<T> list = new(item, least: 1);

    public override string Wanted => $"{item.Wanted}, or a list of such";

    public override bool Fits(YamlNode node) => node is YamlList || item.Fits(node);

    public override JsonObject Schema(SchemaBook book) => new() { ["anyOf"] = new JsonArray(item.Schema(book), list.Schema(book)) };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out IReadOnlyList<T> value)
    {
        if (node is YamlList)
            return list.TryRead(node, title, problems, out value);

        var read = item.TryRead(node, title, problems, out var one);
        value = read ? [one] : [];
        return read;
    }
}

/// <summary>The first alternative that a node fits; the last one complains when there is none.</summary>
internal sealed class EitherShape<T>(string? wanted, params Shape<T>[] alternatives) : Shape<T>
{
    public override string Wanted => wanted ?? string.Join(" or ", alternatives.Select(a => a.Wanted));

    public override bool Fits(YamlNode node) => alternatives.Any(a => a.Fits(node));

    public override JsonObject Schema(SchemaBook book) =>
        new() { ["anyOf"] = new JsonArray([.. alternatives.Select(a => (JsonNode)a.Schema(book))]) };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out T value)
    {
        foreach (var alternative in alternatives)
        {
            if (alternative.Fits(node))
                return alternative.TryRead(node, title, problems, out value);
        }

        return Wrong(node, title, problems, out value);
    }
}

/// <summary>A map from free keys (names, dates, addresses) to values that are alike, in the order of the file.</summary>
/// <param name="key">What a key must look like.</param>
/// <param name="value">What stands behind each.</param>
/// <param name="noun">What an entry is called: "person".</param>
internal sealed class NamedShape<TKey, T>(Shape<TKey> key, Shape<T> value, string noun, int least = 0)
    : Shape<IReadOnlyList<Named<TKey, T>>>
{
    public override string Wanted => $"a map, each entry a {noun}";

    public override bool Fits(YamlNode node) => node is YamlMap;

    public override JsonObject Schema(SchemaBook book)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["propertyNames"] = key.Schema(book),
            ["additionalProperties"] = value.Schema(book),
        };
        if (least > 0)
            schema["minProperties"] = least;
        return schema;
    }

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out IReadOnlyList<Named<TKey, T>> value1)
    {
        if (node is not YamlMap map)
            return Wrong(node, title, problems, out value1);

        var entries = new List<Named<TKey, T>>();
        foreach (var entry in map.Entries)
        {
            var name = key.TryRead(entry.Key, $"the name of a {noun}", problems, out var readKey);
            if (value.TryRead(entry.Value, $"{noun} '{entry.Key.Text}'", problems, out var read) && name)
                entries.Add(new Named<TKey, T>(readKey, entry.Key, read));
        }

        value1 = entries;
        if (map.Entries.Count >= least)
            return true;

        problems.Error(node, "012", $"{title} needs at least {least} {noun}");
        return false;
    }
}

/// <summary>An entry of a map with free keys.</summary>
internal sealed record Named<TKey, T>(TKey Key, YamlScalar KeyNode, T Value);
