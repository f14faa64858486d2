using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Tests.Yaml;

/// <summary>As much of a draft-07 validator as the generated schema uses; a keyword it does not know is a failure.</summary>
internal sealed class JsonSchema(JsonObject root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "title", "description", "default", "definitions"];

    public bool Accepts(JsonNode? value) => Accepts(root, value);

    /// <summary>A tree as an editor sees it: core types, no places.</summary>
    public static JsonNode? From(YamlNode node) =>
        node switch
        {
            YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, From(e.Value)))),
            YamlList list => new JsonArray([.. list.Items.Select(From)]),
            YamlScalar { Kind: ScalarKind.Empty } => null,
            YamlScalar { Kind: ScalarKind.Truth } scalar => JsonValue.Create(scalar.Truth()!.Value),
            YamlScalar { Kind: ScalarKind.Number } scalar => scalar.WholeNumber() is { } whole
                ? JsonValue.Create(whole)
                : JsonValue.Create(double.Parse(scalar.Text, CultureInfo.InvariantCulture)),
            YamlScalar scalar => JsonValue.Create(scalar.Text),
            _ => throw new NotSupportedException(),
        };

    private bool Accepts(JsonNode schema, JsonNode? value) =>
        schema
            .AsObject()
            .All(keyword =>
                keyword.Key switch
                {
                    "$ref" => Accepts(root["definitions"]![keyword.Value!.GetValue<string>()["#/definitions/".Length..]]!, value),
                    "type" => IsA(keyword.Value!.GetValue<string>(), value),
                    "enum" => keyword.Value!.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)),
                    "anyOf" => keyword.Value!.AsArray().Any(alternative => Accepts(alternative!, value)),
                    "allOf" => keyword.Value!.AsArray().All(part => Accepts(part!, value)),
                    "not" => !Accepts(keyword.Value!, value),
                    "required" => value is not JsonObject map
                        || keyword.Value!.AsArray().All(key => map.ContainsKey(key!.GetValue<string>())),
                    "properties" => value is not JsonObject map
                        || map.All(p => keyword.Value![p.Key] is not { } inner || Accepts(inner, p.Value)),
                    "additionalProperties" => value is not JsonObject map
                        || map.Where(p => schema["properties"]?[p.Key] is null)
                            .All(p => keyword.Value!.GetValueKind() == JsonValueKind.False ? false : Accepts(keyword.Value, p.Value)),
                    "propertyNames" => value is not JsonObject map || map.All(p => Accepts(keyword.Value!, JsonValue.Create(p.Key))),
                    "minProperties" => value is not JsonObject map || map.Count >= keyword.Value!.GetValue<int>(),
                    "items" => value is not JsonArray list || list.All(item => Accepts(keyword.Value!, item)),
                    "minItems" => value is not JsonArray list || list.Count >= keyword.Value!.GetValue<int>(),
                    "maxItems" => value is not JsonArray list || list.Count <= keyword.Value!.GetValue<int>(),
                    "pattern" => !IsA("string", value)
                        || Regex.IsMatch(
                            value!.GetValue<string>(),
                            keyword.Value!.GetValue<string>(),
                            RegexOptions.ECMAScript,
                            TimeSpan.FromSeconds(1)),
                    "minLength" => !IsA("string", value) || value!.GetValue<string>().Length >= keyword.Value!.GetValue<int>(),
                    "maxLength" => !IsA("string", value) || value!.GetValue<string>().Length <= keyword.Value!.GetValue<int>(),
                    "minimum" => !IsA("number", value) || Number(value) >= keyword.Value!.GetValue<int>(),
                    "maximum" => !IsA("number", value) || Number(value) <= keyword.Value!.GetValue<int>(),
                    var annotation when Annotations.Contains(annotation) => true,
                    var other => throw new NotSupportedException($"The schema uses {other}."),
                });

    private static bool IsA(string type, JsonNode? value) =>
        (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
        {

            ("object", JsonValueKind.Object)
            or
            ("array", JsonValueKind.Array)
            or
            ("string", JsonValueKind.String)
            or ("null", JsonValueKind.Null) => true,
            ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("integer", JsonValueKind.Number) => Number(value) == Math.Floor(Number(value)),
            _ => false,
        };

    private static double Number(JsonNode? value) => value!.AsValue().TryGetValue<long>(out var whole) ? whole : value.GetValue<double>();
}
