using System.Text.RegularExpressions;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.PolicyFiles;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Tests.House;

/// <summary>What stands in the documents is true of the program.</summary>
public sealed partial class TheDocuments
{
    public static TheoryData<string> Documents { get; } = new(
        Directory.EnumerateFiles(Path.Combine(Fixture.Repository, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Fixture.Repository, "*.md"))
            .Select(file => Path.GetRelativePath(Fixture.Repository, file)));

    [Theory]
    [InlineData("crmsync-policy.schema.json")]
    [InlineData("crmsync.schema.json")]
    public void The_schemas_beside_the_sample_configuration_are_current(string name)
    {
        var schema = name.StartsWith("crmsync-policy", StringComparison.Ordinal)
            ? PolicyShape.Schema(ofTests: false)
            : ConfigurationShape.Schema();
        var place = Path.Combine(Fixture.Repository, "config", name);
        var current = SchemaBook.Print(schema) + "\n";
        if (File.Exists(place) && File.ReadAllText(place) == current)
            return;

        File.WriteAllText(place + ".received", current);
        Assert.Fail($"{place} is not what the program reads; move {place}.received over it");
    }

    [Theory]
    [InlineData(0, "small-business")]
    [InlineData(1, "support")]
    [InlineData(2, "sales")]
    public void The_complete_examples_of_the_policy_language_are_those_that_are_tested(int place, string name) =>
        Assert.Equal(
            File.ReadAllText(Fixture.Path("examples", name, "policy.yaml")),
            Blocks("docs/policy-language.md").Where(block => Start().IsMatch(block)).ElementAt(place));

    [Fact]
    public void The_worked_timelines_of_the_policy_language_are_those_that_are_tested()
    {
        var written = TimelineRow().Matches(Text("docs/policy-language.md")).Select(row => row.Groups["found"].Value);
        var tested = TimelineTest().Matches(File.ReadAllText(Fixture.Path("timelines.yaml"))).Select(test => test.Groups["found"].Value);

        Assert.Equal(tested, written);
    }

    [Fact]
    public void The_example_of_crmsync_yaml_is_read_without_a_problem()
    {
        var folder = Directory.CreateTempSubdirectory("crmsync-document-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, ConfigurationFile.FileName), Blocks("docs/interface.md").Single());

            var reading = ConfigurationFile.Read(folder.FullName, name => $"the value of {name}");

            Assert.Empty(reading.Problems.InOrder().Select(problem => problem.ToString()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_link_inside_the_repository_leads_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Fixture.Repository, document))!;
        var broken = Link().Matches(Text(document)).Select(link => link.Groups["found"].Value)
            .Where(target => !Path.Exists(Path.Combine(folder, target)));

        Assert.Empty(broken);
    }

    [Fact]
    public void Every_part_that_the_architecture_names_is_there()
    {
        var sources = Path.Combine(Fixture.Repository, "src");
        var there = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateDirectories(sources, "*", SearchOption.AllDirectories))
            .Select(path => "/" + Path.GetRelativePath(sources, path).Replace('\\', '/').Replace(".cs", "", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
        var types = new[] { typeof(CompanyPolicy), typeof(CommandLine), typeof(ContactDatabase), typeof(MimeMessage), typeof(TimeProvider) }
            .SelectMany(one => one.Assembly.GetTypes().Select(type => type.Name))
            .ToHashSet(StringComparer.Ordinal);
        var missing = Part().Matches(Text("docs/architecture.md")).Select(found => found.Groups["found"].Value)
            .Where(part => !types.Contains(part) && !there.Any(path => path.EndsWith("/" + part, StringComparison.Ordinal)));

        Assert.Empty(missing);
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(Fixture.Repository, document)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Blocks(string document) =>
        Block().Matches(Text(document)).Select(block => block.Groups["found"].Value);

    [GeneratedRegex("```yaml\n(?<found>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>A whole policy; the one above the timelines has neither digests nor tests and is part of the fixture beside them.</summary>
    [GeneratedRegex("^(?:#[^\n]*\n)?version: 1\n.*\ntests:\n", RegexOptions.Singleline)]
    private static partial Regex Start();

    [GeneratedRegex(@"^\| (?<found>W\d\d)", RegexOptions.Multiline)]
    private static partial Regex TimelineRow();

    [GeneratedRegex(@"^  - name: (?<found>W\d\d)", RegexOptions.Multiline)]
    private static partial Regex TimelineTest();

    /// <summary>A class, or a folder with or without one.</summary>
    [GeneratedRegex("`(?<found>[A-Z][A-Za-z/]+)`")]
    private static partial Regex Part();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)(?<found>[^)#\s]+)")]
    private static partial Regex Link();
}
