using System.Text.Json.Nodes;

namespace CrmSync.Worker.Yaml;

/// <summary>A map that names its kind and itself with its first key: <c>- respond: vip-reply</c>.</summary>
internal sealed class KindedShape(string noun, IReadOnlyList<(MapShape Shape, string Description)> kinds) : Shape<MapValues>
{
    private readonly string[] names = [.. kinds.Select(k => k.Shape.Kind!.Name)];

    public override string Wanted => $"{(noun[0] is 'a' ? "an" : "a")} {noun} such as `{names[0]}: name`";

    public override bool Fits(YamlNode node) => node is YamlMap;

    public override JsonObject Schema(SchemaBook book) =>
        new() { ["anyOf"] = new JsonArray([.. kinds.Select(k => (JsonNode)k.Shape.Schema(book))]) };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out MapValues value)
    {
        if (node is not YamlMap map || map.Entries.Count == 0)
            return Wrong(node, title, problems, out value);

        foreach (var (shape, _) in kinds)
        {
            if (shape.Fits(node))
                return shape.TryRead(node, title, problems, out value);
        }

        var first = map.Entries[0].Key;
        problems.Error(
            first,
            "010",
            $"unknown kind of {noun} '{first.Text}'; the first key names the kind and the {noun}: {string.Join(", ", names)}",
            Spelling.Closest(first.Text, names));
        value = default!;
        return false;
    }
}
