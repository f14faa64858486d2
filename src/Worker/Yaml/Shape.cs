using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrmSync.Worker.Yaml;

/// <summary>What may stand at a place of a file. One description both reads the value and makes the JSON Schema for editors.</summary>
internal abstract class Shape
{
    /// <summary>What is wanted, in the words of a message: "a length of time such as 2h".</summary>
    public abstract string Wanted { get; }

    /// <summary>The draft-07 schema that accepts what this shape reads.</summary>
    public abstract JsonObject Schema(SchemaBook book);

    /// <summary>Whether a node is of the right sort at all; the first alternative that says so reads it.</summary>
    public abstract bool Fits(YamlNode node);
}

/// <summary>A shape that yields a value.</summary>
internal abstract class Shape<T> : Shape
{
    /// <summary>Reads a node. Returns false after reporting what is wrong.</summary>
    /// <param name="node">The value in the file.</param>
    /// <param name="title">The place in the words of a message: "'within' in rule 'vip'".</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="value">What was read.</param>
    public abstract bool TryRead(YamlNode node, string title, ProblemList problems, out T value);

    /// <summary>The same shape, its value turned into another one; the turning cannot fail.</summary>
    public Shape<TOther> As<TOther>(Func<T, YamlNode, TOther> convert) => new Converted<T, TOther>(this, convert);

    /// <summary>The same shape, taking part in a choice only for nodes that pass the test.</summary>
    public Shape<T> FitsWhen(Func<YamlNode, bool> test) => new Picky(this, test);

    protected bool Wrong(YamlNode node, string title, ProblemList problems, out T value)
    {
        var what = node is YamlScalar { Kind: ScalarKind.Empty, Text: "" } ? "; it is empty" : $", not {node.Noun}";
        problems.Error(node, "012", $"{title} must be {Wanted}{what}");
        value = default!;
        return false;
    }

    private sealed class Picky(Shape<T> inner, Func<YamlNode, bool> test) : Shape<T>
    {
        public override string Wanted => inner.Wanted;

        public override JsonObject Schema(SchemaBook book) => inner.Schema(book);

        public override bool Fits(YamlNode node) => test(node);

        public override bool TryRead(YamlNode node, string title, ProblemList problems, out T value) =>
            inner.TryRead(node, title, problems, out value);
    }

    private sealed class Converted<TFrom, TTo>(Shape<TFrom> inner, Func<TFrom, YamlNode, TTo> convert) : Shape<TTo>
    {
        public override string Wanted => inner.Wanted;

        public override JsonObject Schema(SchemaBook book) => inner.Schema(book);

        public override bool Fits(YamlNode node) => inner.Fits(node);

        public override bool TryRead(YamlNode node, string title, ProblemList problems, out TTo value)
        {
            var read = inner.TryRead(node, title, problems, out var found);
            value = read ? convert(found, node) : default!;
            return read;
        }
    }
}

/// <summary>The shared definitions of a schema: each named shape is written once and referred to.</summary>
internal sealed class SchemaBook
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The whole draft-07 schema of a kind of file.</summary>
    /// <param name="title">What editors call it.</param>
    /// <param name="file">What may stand in the file.</param>
    public static JsonObject Create(string title, Shape file)
    {
        var book = new SchemaBook();
        var root = file.Schema(book);
        var schema = new JsonObject { ["$schema"] = "http://json-schema.org/draft-07/schema#", ["title"] = title };
        foreach (var (name, value) in root.ToList())
        {
            root.Remove(name);
            schema[name] = value;
        }

        schema["definitions"] = book.Definitions.DeepClone();
        return schema;
    }

    /// <summary>As it stands in a file: indented, without the last line break.</summary>
    public static string Print(JsonObject schema) => schema.ToJsonString(Indented);

    public JsonObject Definitions { get; } = [];

    /// <summary>A reference to the definition of that name, which is made on first use.</summary>
    public JsonObject Reference(string name, Func<JsonObject> make)
    {
        if (!Definitions.ContainsKey(name))
        {
            Definitions[name] = new JsonObject();
            Definitions[name] = make();
        }

        return new JsonObject { ["$ref"] = $"#/definitions/{name}" };
    }
}
