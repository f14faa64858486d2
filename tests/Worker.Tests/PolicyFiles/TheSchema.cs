using System.Text.Json.Nodes;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.Yaml;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>The schema for editors and the reader say the same of every file, but for what only the reader can see.</summary>
public sealed class TheSchema
{
    /// <summary>Names looked up, and values that must fit one another.</summary>
    private static readonly string[] OnlyTheReaderSees = ["P023", "P024", "P030", "P031", "P033", "P050", "P080"];

    private static readonly JsonSchema Policy = new(PolicyShape.Schema(ofTests: false));

    private static readonly JsonSchema Tests = new(PolicyShape.Schema(ofTests: true));

    [Theory]
    [InlineData("tests/Fixtures/policy/examples/small-business/policy.yaml")]
    [InlineData("tests/Fixtures/policy/examples/support/policy.yaml")]
    [InlineData("tests/Fixtures/policy/examples/sales/policy.yaml")]
    [InlineData("config/policy.yaml")]
    public void What_the_reader_accepts_the_schema_accepts(string path) => Assert.True(Policy.Accepts(JsonSchema.From(Tree(path))));

    [Theory]
    [InlineData("timelines.yaml")]
    [InlineData("more-timelines.yaml")]
    [InlineData("give-and-undo.yaml")]
    public void Test_files_have_a_schema_too(string name) =>
        Assert.True(Tests.Accepts(JsonSchema.From(Tree($"tests/Fixtures/policy/{name}"))));

    [Fact]
    public void The_schema_refuses_exactly_what_the_reader_refuses_by_form()
    {
        var compared = 0;
        foreach (
            var folder in Directory.EnumerateDirectories(Fixture.Path("problems")).Where(d => File.Exists(Path.Combine(d, "policy.yaml"))))
        {
            var problems = ProblemList.ForPolicy();
            if (
                SourceFile.Read("policy.yaml", Path.Combine(folder, "policy.yaml"), problems) is not { } file
                || YamlTree.Read(file, problems) is not { } tree
                || problems.InOrder().Any(p => p.Code == "P001"))
                continue;

            compared++;
            Assert.True(RefusedByForm((YamlMap)tree) == !Policy.Accepts(JsonSchema.From(tree)), folder);
        }

        Assert.True(compared > 15);
    }

    [Theory]
    [InlineData("tests/Fixtures/policy/examples/small-business/policy.yaml")]
    [InlineData("tests/Fixtures/policy/examples/support/policy.yaml")]
    [InlineData("tests/Fixtures/policy/examples/sales/policy.yaml")]
    public void After_any_small_change_schema_and_reader_still_agree(string path)
    {
        var root = (YamlMap)Tree(path);
        var (changed, refused) = (0, 0);
        foreach (var mutant in Mutants(root).OfType<YamlMap>())
        {
            changed++;
            var byForm = RefusedByForm(mutant);
            refused += byForm ? 1 : 0;
            var json = JsonSchema.From(mutant);
            Assert.True(
                byForm == !Policy.Accepts(json),
                $"reader {(byForm ? "refuses" : "accepts")}, schema does not: {json!.ToJsonString()}");
        }

        Assert.True(changed > 300 && refused > 100 && refused < changed, $"{refused} of {changed}");
    }

    [Fact]
    public void Every_key_has_a_description()
    {
        var schema = PolicyShape.Schema(ofTests: true);

        Assert.All(
            Properties(schema),
            property => Assert.False(string.IsNullOrWhiteSpace(property.Value!["description"]?.GetValue<string>()), property.Key));
    }

    [Fact]
    public void The_verb_prints_the_schema()
    {
        var (status, output, error) = TheProgram.Does("policy", "schema");

        Assert.Equal((0, ""), (status, error));
        Assert.Equal("http://json-schema.org/draft-07/schema#", JsonNode.Parse(output)!["$schema"]!.GetValue<string>());
    }

    private static YamlNode Tree(string path)
    {
        var problems = ProblemList.ForPolicy();
        var tree = YamlTree.Read(SourceFile.Read(Path.GetFileName(path), Path.Combine(Fixture.Repository, path), problems)!, problems)!;
        Assert.Empty(problems.InOrder());
        return tree;
    }

    private static bool RefusedByForm(YamlMap root)
    {
        var problems = ProblemList.ForPolicy();
        PolicyReader.Read(
            root,
            new ListFiles(problems, File.Exists, (name, path) => SourceFile.Read(name, path, problems)),
            new ReadingOptions(new LocalDate(2026, 1, 5), []),
            problems);
        return problems
            .InOrder()
            .Any(p =>
                p.Severity == Severity.Error
                && p.Spot.File.Name == "policy.yaml"
                && !OnlyTheReaderSees.Contains(p.Code)
                && !IsReservedName(p));
    }

    private static bool IsReservedName(Problem problem) => problem.Message.Contains("stands for a role", StringComparison.Ordinal);

    /// <summary>The tree with one value or key changed, one after the other.</summary>
    private static IEnumerable<YamlNode> Mutants(YamlNode node)
    {
        string[] values =
        [
            "7",
            "true",
            "",
            "4bh",
            "3bd",
            "0d",
            "12",
            "1d4h",
            "2026-02-29",
            "09:00-17:00",
            "first_contact",
            "owners",
            "jane@acme.example",
            "acme.example",
            "Name",
            "a name",
        ];
        if (node is YamlScalar scalar)
        {
            // A different sort of value at every place, chosen by the place so that all are met.
            var pick = values[(scalar.Spot.Line + scalar.Spot.Column) % values.Length];
            if (!YamlTreeWouldComplain(pick))
                yield return new YamlScalar(scalar.Spot, pick, plain: true);
            yield return new YamlList(scalar.Spot, [scalar]);
        }
        else if (node is YamlList list)
        {
            yield return new YamlList(list.Spot, []);
            for (var i = 0; i < list.Items.Count; i++)
            {
                foreach (var mutant in Mutants(list.Items[i]))
                    yield return new YamlList(list.Spot, [.. list.Items.Take(i), mutant, .. list.Items.Skip(i + 1)]);
            }
        }
        else if (node is YamlMap map)
        {
            for (var i = 0; i < map.Entries.Count; i++)
            {
                var entry = map.Entries[i];
                yield return new YamlMap(map.Spot, [.. map.Entries.Where(e => e != entry)]);
                yield return new YamlMap(
                    map.Spot,
                    [
                        .. map.Entries.Select(e =>
                            e == entry ? e with { Key = new YamlScalar(e.Key.Spot, e.Key.Text + "x", plain: true) } : e),
                    ]);
                foreach (var mutant in Mutants(entry.Value))
                    yield return new YamlMap(map.Spot, [.. map.Entries.Select(e => e == entry ? e with { Value = mutant } : e)]);
            }
        }
    }

    private static bool YamlTreeWouldComplain(string text) =>
        text.Contains(':', StringComparison.Ordinal) && !text.Contains('-', StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode? node) =>
        node switch
        {
            JsonObject map => map.SelectMany(p =>
                p.Key == "properties"
                    ? p.Value!.AsObject()
                        .Where(q => q.Value!["$ref"] is null)
                        .Concat(p.Value.AsObject().SelectMany(q => Properties(q.Value)))
                    : Properties(p.Value)),
            JsonArray list => list.SelectMany(Properties),
            _ => [],
        };
}
