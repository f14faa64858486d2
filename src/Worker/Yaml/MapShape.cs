using System.Globalization;
using System.Text.Json.Nodes;

namespace CrmSync.Worker.Yaml;

/// <summary>A key an admin can write: its name, what stands behind it, and what it does.</summary>
internal abstract class Key(string name, string description, bool required)
{
    public string Name { get; } = name;

    /// <summary>Shown by editors and in the schema.</summary>
    public string Description { get; } = description;

    public bool Required { get; } = required;

    public abstract Shape Shape { get; }

    /// <summary>Reads the value and keeps it under this key.</summary>
    internal abstract void Read(YamlEntry entry, string title, ProblemList problems, MapValues into);

    internal JsonObject Schema(SchemaBook book)
    {
        var schema = Shape.Schema(book);
        if (schema.ContainsKey("$ref"))
            schema = new JsonObject { ["allOf"] = new JsonArray(schema) };
        schema["description"] = Description;
        if (DefaultText() is { } text)
            schema["default"] = text;
        return schema;
    }

    /// <summary>The default as the file would write it, or null.</summary>
    private protected abstract JsonNode? DefaultText();
}

/// <summary>A key with the type of its value.</summary>
/// <param name="name">As written.</param>
/// <param name="shape">What stands behind it.</param>
/// <param name="description">One sentence for editors.</param>
/// <param name="required">Whether it must be there.</param>
/// <param name="fallback">The value when it is not.</param>
/// <param name="shown">The default for the schema, when printing <paramref name="fallback"/> would not be what one writes.</param>
internal sealed class Key<T>(
    string name,
    Shape<T> shape,
    string description,
    bool required = false,
    T? fallback = default,
    string? shown = null) : Key(name, description, required)
{
    public override Shape Shape => shape;

    public T? Fallback { get; } = fallback;

    internal override void Read(YamlEntry entry, string title, ProblemList problems, MapValues into)
    {
        if (shape.TryRead(entry.Value, title, problems, out var value))
            into.Keep(this, value);
    }

    private protected override JsonNode? DefaultText() => shown is not null ? JsonValue.Create(shown) : Fallback switch
    {
        null or IReadOnlyList<object> => null,
        bool truth => truth ? JsonValue.Create(truth) : null,
        int number => number == 0 ? null : JsonValue.Create(number),
        Enum => null,
        var other => JsonValue.Create(Convert.ToString(other, CultureInfo.InvariantCulture)),
    };
}

/// <summary>A map with a closed set of keys.</summary>
/// <param name="noun">What the map is called in messages and in "must be ...": "a person".</param>
/// <param name="keys">Every key there is.</param>
internal sealed class MapShape(string noun, params Key[] keys) : Shape<MapValues>
{
    /// <summary>At least one of these keys must be there; empty: none is asked for.</summary>
    public IReadOnlyList<Key> OneOf { get; init; } = [];

    /// <summary>No two of these keys may stand together; empty: all may.</summary>
    public IReadOnlyList<Key> OnlyOneOf { get; init; } = [];

    /// <summary>A key that stands alone among those of <see cref="OneOf"/>.</summary>
    public Key? Apart { get; init; }

    /// <summary>The key that says what this map is and names it (<c>respond: vip</c>), if it has one.</summary>
    public Key? Kind { get; init; }

    /// <summary>Keys that are known elsewhere but mean nothing here: the code and the sentence to say, by name.</summary>
    public IReadOnlyDictionary<string, (string Number, string Why)> Misplaced { get; init; } = new Dictionary<string, (string, string)>();

    /// <summary>When given, the schema is written once under this name.</summary>
    public string? Definition { get; init; }

    public IReadOnlyList<Key> Keys => keys;

    public override string Wanted => noun;

    public override bool Fits(YamlNode node) => node is YamlMap map && (Kind is null || map.Find(Kind.Name) is not null);

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out MapValues value)
    {
        if (node is not YamlMap map)
            return Wrong(node, title, problems, out value);

        if (Kind is not null && map.Find(Kind.Name)?.Value is YamlScalar name)
            title = name.Text.Contains("://", StringComparison.Ordinal)
                ? Kind.Name
                : $"{noun[(noun.IndexOf(' ', StringComparison.Ordinal) + 1)..]} '{name.Text}'";

        value = new MapValues(map, title);
        var meant = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (Array.Find(keys, k => k.Name == entry.Key.Text) is { } key)
                key.Read(entry, $"'{key.Name}' in {title}", problems, value);
            else if (Misplaced.TryGetValue(entry.Key.Text, out var why))
                problems.Error(entry.Key, why.Number, $"'{entry.Key.Text}' has no meaning in {title}: {why.Why}");
            else
                meant.UnionWith(Unknown(entry.Key, title, problems));
        }

        Complete(map, meant, title, problems);
        return true;
    }

    public override JsonObject Schema(SchemaBook book) => Definition is null ? Own(book) : book.Reference(Definition, () => Own(book));

    private IReadOnlyList<string> Unknown(YamlScalar key, string title, ProblemList problems)
    {
        var closest = Spelling.Closest(key.Text, keys.Select(k => k.Name));
        if (closest.Count == 0 && problems.Misnomers.TryGetValue(key.Text, out var name) && keys.Any(k => k.Name == name))
            closest = [name];

        // Where secrets stand, what is no word of ours may be one in the wrong place.
        var named = closest.Count == 0 && key.Spot.File.HoldsSecrets ? "unknown key" : $"unknown key '{key.Text}'";
        problems.Error(key, "010", $"{named} in {title}", closest);
        return closest;
    }

    /// <param name="map">The map.</param>
    /// <param name="meant">Keys that misspelt ones probably stand for; saying that they are missing would be noise.</param>
    /// <param name="title">The map in the words of a message.</param>
    /// <param name="problems">Where problems go.</param>
    private void Complete(YamlMap map, HashSet<string> meant, string title, ProblemList problems)
    {
        foreach (var key in keys.Where(k => k.Required && map.Find(k.Name) is null && !meant.Contains(k.Name)))
            problems.Error(map, "011", $"'{key.Name}' is missing in {title}: {Uncapitalised(key.Description).TrimEnd('.')}");

        if (OneOf.Count > 0 && !OneOf.Any(k => map.Find(k.Name) is not null || meant.Contains(k.Name)))
            problems.Error(map, "011", $"{title} needs one of {Listed(OneOf)}");

        foreach (var second in map.Entries.Where(e => OnlyOneOf.Any(k => k.Name == e.Key.Text)).Skip(1))
            problems.Error(second.Key, "012", $"only one of {Listed(OnlyOneOf)} is allowed in {title}");

        if (
            Apart is not null
            && map.Find(Apart.Name) is { } apart
            && OneOf.FirstOrDefault(k => k != Apart && map.Find(k.Name) is not null) is { } other)
            problems.Error(apart.Key, "012", $"'{Apart.Name}' stands alone in {title}; take it or '{other.Name}'");
    }

    private JsonObject Own(SchemaBook book)
    {
        var properties = new JsonObject();
        foreach (var key in keys)
            properties[key.Name] = key.Schema(book);

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (keys.Any(k => k.Required))
            schema["required"] = new JsonArray([.. keys.Where(k => k.Required).Select(k => (JsonNode)k.Name)]);
        if (OneOf.Count > 0)
            schema["anyOf"] = new JsonArray([.. OneOf.Select(k => (JsonNode)Needs(k))]);
        var apart = Apart is null ? [] : OneOf.Where(k => k != Apart).Select(k => (First: k, Second: Apart));
        var pairs = OnlyOneOf.SelectMany((a, i) => OnlyOneOf.Skip(i + 1).Select(b => (First: a, Second: b))).Concat(apart).ToList();
        if (pairs.Count > 0)
            schema["allOf"] = new JsonArray([
                .. pairs.Select(pair => (JsonNode)new JsonObject { ["not"] = Needs(pair.First, pair.Second) }),
            ]);

        return schema;
    }

    private static JsonObject Needs(params Key[] needed) =>
        new() { ["required"] = new JsonArray([.. needed.Select(k => (JsonNode)k.Name)]) };

    private static string Listed(IReadOnlyList<Key> listed) => string.Join(", ", listed.Select(k => $"'{k.Name}'"));

    private static string Uncapitalised(string sentence) =>
        sentence.Length > 1 && char.IsUpper(sentence[0]) && !char.IsUpper(sentence[1])
            ? char.ToLowerInvariant(sentence[0]) + sentence[1..]
            : sentence;
}

/// <summary>What was read from a map: the values that were right, by key.</summary>
internal sealed class MapValues(YamlMap node, string title)
{
    private readonly Dictionary<Key, object?> values = [];

    public YamlMap Node { get; } = node;

    /// <summary>What the map is called in messages.</summary>
    public string Title { get; } = title;

    /// <summary>The value of a key, or its default.</summary>
    public T? Value<T>(Key<T> key) => values.TryGetValue(key, out var value) ? (T?)value : key.Fallback;

    /// <summary>The value of a key that must be there; only after reading succeeded without errors is it sure to be.</summary>
    public T ValueOr<T>(Key<T> key, T otherwise) => values.TryGetValue(key, out var value) ? (T)value! : otherwise;

    /// <summary>The value of a key, or null when the file does not have it.</summary>
    public T? Optional<T>(Key<T> key)
        where T : struct =>
        values.TryGetValue(key, out var value) ? (T)value! : null;

    /// <summary>The node behind a key, when the file has the key at all.</summary>
    public YamlNode? FindNode(Key key) => Node.Find(key.Name)?.Value;

    /// <summary>Where to point for a key: its value, else the map.</summary>
    public YamlNode Place(Key key) => FindNode(key) ?? Node;

    internal void Keep<T>(Key<T> key, T value) => values[key] = value;
}
