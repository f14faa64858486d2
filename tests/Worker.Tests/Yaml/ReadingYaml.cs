using CrmSync.Worker.Yaml;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Worker.Tests.Yaml;

public sealed class ReadingYaml
{
    [Theory]
    [InlineData("true", ScalarKind.Truth)]
    [InlineData("yes", ScalarKind.Text)]
    [InlineData("on", ScalarKind.Text)]
    [InlineData("~", ScalarKind.Empty)]
    [InlineData("12", ScalarKind.Number)]
    [InlineData("-1.5e3", ScalarKind.Number)]
    [InlineData("0x1F", ScalarKind.Number)]
    [InlineData("0o17", ScalarKind.Number)]
    [InlineData("1_000", ScalarKind.Text)]
    [InlineData("2026-03-01", ScalarKind.Text)]
    [InlineData("\"12\"", ScalarKind.Text)]
    [InlineData("'true'", ScalarKind.Text)]
    [InlineData(".", ScalarKind.Text)]
    public void Only_the_core_types_of_yaml_1_2_are_known(string text, object kind)
    {
        var (tree, problems) = Read($"a: {text}\n");

        Assert.Empty(problems);
        Assert.Equal(kind, Assert.IsType<YamlScalar>(Assert.IsType<YamlMap>(tree).Entries[0].Value).Kind);
    }

    [Theory]
    [InlineData("a: 10:30\n", "1:4 080")]
    [InlineData("a: [8:00, 2026-01-01]\n", "1:5 080")]
    [InlineData("a: \"10:30\"\n", "")]
    [InlineData("a: 10:30-11:00\n", "")]
    [InlineData("a: &x 1\n", "1:4 001")]
    [InlineData("a: !!str 1\n", "1:4 001")]
    [InlineData("a: 1\nb: *a\n", "2:4 001")]
    [InlineData("a: {<<: {b: 1}}\n", "1:5 001")]
    [InlineData("a: 1\nb: 2\na: 3\n", "3:1 031")]
    [InlineData("? [a]\n: 1\n", "1:3 001")]
    [InlineData("a: 1\n---\nb: 1\n", "2:1 001")]
    [InlineData("a: [1, 2\n", "1:4 001")]
    [InlineData("a: {b: 1\n", "1:4 001")]
    [InlineData("a:\n\tb: 1\n", "2:1 001")]
    [InlineData("a: 'x\n", "1:4 001")]
    [InlineData("", "1:1 001")]
    public void What_nobody_needs_is_refused_at_its_place(string text, string expected) =>
        Assert.Equal(expected, string.Join(", ", Read(text).Problems.Select(p => $"{p.Spot.Line}:{p.Spot.Column} {p.Code[1..]}")));

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var (tree, problems) = Read(string.Concat(Enumerable.Repeat("[", 100_000)));

        Assert.Null(tree);
        Assert.Equal("P001", Assert.Single(problems).Code);
    }

    [Fact]
    public void Any_text_is_read_without_an_exception() =>
        Prop.ForAll(
                ArbMap
                    .Default.ArbFor<string>()
                    .Generator.Select(s => s ?? "")
                    .Zip(
                        Gen.Elements(
                            "{",
                            "[",
                            "- ",
                            "a: ",
                            "&x ",
                            "*x",
                            "!!int ",
                            "\n",
                            "  ",
                            "\t",
                            "'",
                            "\"",
                            "|\n",
                            ": ",
                            "? ",
                            "%YAML 9.9\n",
                            "---\n",
                            "\0"))
                    .ListOf()
                    .ToArbitrary(),
                parts =>
                {
                    var problems = ProblemList.ForPolicy();
                    YamlTree.Read(new SourceFile("f.yaml", "f.yaml", string.Concat(parts.Select(p => p.Item1 + p.Item2))), problems);
                    return problems.InOrder().All(p => p.ToString().Length > 0);
                })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("witin", "within")]
    [InlineData("wihtin", "within")]
    [InlineData("wn", "")]
    [InlineData("evry", "every")]
    [InlineData("something", "")]
    public void Suggestions_are_close_or_absent(string written, string expected) =>
        Assert.Equal(expected, string.Join(",", Spelling.Closest(written, ["within", "every", "when"])));

    [Fact]
    public void At_most_three_words_are_suggested_closest_first() =>
        Assert.Equal(["abcdef", "abcdeg", "abcdeh"], Spelling.Closest("abcdef", ["abcdeh", "abcdeg", "abcdei", "abcdef"]));

    [Fact]
    public void The_place_of_a_problem_is_marked_below_its_line()
    {
        var (_, problems) = Read("rules:\n  - respond: x\n    at: 10:30\n");

        Assert.Equal(
            """
            f.yaml:3:9: error P080: a clock time needs quotes, because some editors turn 10:30 into a number; write "10:30"
                3 |     at: 10:30
                  |         ^^^^^
            """.ReplaceLineEndings("\n"),
            problems[0].ToString());
    }

    [Fact]
    public void What_a_file_says_cannot_steer_the_terminal()
    {
        var problems = ProblemList.ForPolicy();
        YamlTree.Read(new SourceFile("f.yaml", "f.yaml", "a: \"\\e[31m\"\na: 1\n"), problems);
        var shown = new Problem(
            Severity.Error,
            "P010",
            new Spot(new SourceFile("f.yaml", "f.yaml", "\u001b[31mred"), 1, 1, 1),
            "unknown key '\u001b[31m'",
            []).ToString();

        Assert.DoesNotContain('\u001b', shown);
    }

    private static (YamlNode? Tree, IReadOnlyList<Problem> Problems) Read(string text)
    {
        var problems = ProblemList.ForPolicy();
        return (YamlTree.Read(new SourceFile("f.yaml", "f.yaml", text), problems), problems.InOrder());
    }
}
