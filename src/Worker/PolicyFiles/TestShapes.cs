using System.Text.Json.Nodes;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>A text that may be empty, as subjects and bodies may.</summary>
internal sealed class EmptyableText : Shape<string>
{
    private const int Max = 100_000;

    public override string Wanted => "a text";

    public override bool Fits(YamlNode node) => node is YamlScalar { Kind: ScalarKind.Text };

    public override JsonObject Schema(SchemaBook book) => new() { ["type"] = "string", ["maxLength"] = Max };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out string value)
    {
        if (node is not YamlScalar { Kind: ScalarKind.Text, Text.Length: <= Max } scalar)
            return Wrong(node, title, problems, out value);

        value = scalar.Text;
        return true;
    }
}

/// <summary>A value, or <c>null</c> to say that there is none.</summary>
internal sealed class OrNullShape<T>(Shape<T> inner) : Shape<Answer<T>>
{
    public override string Wanted => $"{inner.Wanted}, or null";

    public override bool Fits(YamlNode node) => inner.Fits(node) || node is YamlScalar { Kind: ScalarKind.Empty };

    public override JsonObject Schema(SchemaBook book) =>
        new() { ["anyOf"] = new JsonArray(inner.Schema(book), new JsonObject { ["type"] = "null" }) };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out Answer<T> value)
    {
        value = new Answer<T>(default);
        if (node is YamlScalar { Kind: ScalarKind.Empty })
            return true;

        if (!inner.TryRead(node, title, problems, out var read))
            return false;

        value = new Answer<T>(read);
        return true;
    }
}

/// <summary>An event of a test; <c>kind</c> says which keys it has.</summary>
internal sealed class EventShape : Shape<MapValues>
{
    private static readonly (string Kind, MapShape Shape)[] Kinds =
    [
        (
            "mail",
            Create(
                "mail",
                TestSection.From,
                TestSection.ReplyTo,
                TestSection.To,
                TestSection.Cc,
                TestSection.Bcc,
                TestSection.Thread,
                TestSection.InReplyTo,
                TestSection.Subject,
                TestSection.Text,
                TestSection.Attachments,
                TestSection.Headers)),
        (
            "meeting",
            Create(
                "meeting",
                TestSection.Start,
                TestSection.End,
                TestSection.Organizer,
                TestSection.Attendees,
                TestSection.Status,
                TestSection.AllDay,
                TestSection.OutOfOffice,
                TestSection.Subject)),
        ("call", Create("call", TestSection.Caller, TestSection.Called, TestSection.Seconds)),
        ("bounce", Create("bounce", TestSection.BounceOf, TestSection.Failed)),
        (
            "command",
            Create(
                "command",
                TestSection.By,
                TestSection.Do,
                TestSection.About,
                TestSection.Contact,
                TestSection.Other,
                TestSection.Until,
                TestSection.Tag,
                TestSection.Rule,
                TestSection.Taker,
                TestSection.Text)),
    ];

    public override string Wanted => "an event {id, at, from, to, ...}";

    public override bool Fits(YamlNode node) => node is YamlMap;

    public override JsonObject Schema(SchemaBook book) =>
        new()
        {
            ["anyOf"] = new JsonArray([
                .. Kinds.Select(k => (JsonNode)book.Reference(k.Kind + "Event", () => Schema(k.Kind, k.Shape, book))),
            ]),
        };

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out MapValues value)
    {
        if (node is not YamlMap map)
            return Wrong(node, title, problems, out value);

        var written = map.Find(TestSection.KindKey.Name)?.Value is YamlScalar scalar ? scalar.Text : "mail";
        var (kind, shape) = Array.Find(Kinds, k => k.Kind == written) is { Shape: not null } found ? found : Kinds[0];
        var id = map.Find(TestSection.EventId.Name)?.Value is YamlScalar name ? $" '{name.Text}'" : "";
        return shape.TryRead(node, $"{kind}{id}", problems, out value);
    }

    /// <summary>Without <c>kind</c> an event is a mail; every other kind must say so.</summary>
    private static JsonObject Schema(string kind, MapShape shape, SchemaBook book)
    {
        var schema = shape.Schema(book);
        schema["properties"]!["kind"] = new JsonObject
        {
            ["enum"] = new JsonArray(kind),
            ["description"] = TestSection.KindKey.Description,
        };
        if (kind != "mail")
        {
            var required = schema["required"] as JsonArray ?? [];
            required.Add("kind");
            schema["required"] = required;
        }

        return schema;
    }

    private static MapShape Create(string kind, params Key[] own) =>
        new($"a {kind}", [TestSection.KindKey, TestSection.EventId, TestSection.At, TestSection.Seen, .. own]);
}

/// <summary>Whole top-level sections by name. What is in them is read with the policy they become part of.</summary>
internal sealed class SectionsShape : Shape<IReadOnlyList<Named<string, YamlNode>>>
{
    public override string Wanted => "a map of top-level sections";

    public override bool Fits(YamlNode node) => node is YamlMap;

    public override JsonObject Schema(SchemaBook book) => PolicyShape.SchemaOfSections(book);

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out IReadOnlyList<Named<string, YamlNode>> value)
    {
        if (node is not YamlMap map)
            return Wrong(node, title, problems, out value);

        var sections = new List<Named<string, YamlNode>>();
        foreach (var entry in map.Entries)
        {
            if (PolicyShape.SectionNames.Contains(entry.Key.Text))
                sections.Add(new Named<string, YamlNode>(entry.Key.Text, entry.Key, entry.Value));
            else
                problems.Error(
                    entry.Key,
                    "010",
                    $"unknown section '{entry.Key.Text}' in {title}",
                    Spelling.Closest(entry.Key.Text, PolicyShape.SectionNames));
        }

        value = sections;
        return true;
    }
}
