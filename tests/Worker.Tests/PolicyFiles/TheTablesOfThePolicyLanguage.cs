using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using CrmSync.Worker.PolicyFiles;

namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>
/// The kinds of rules and limits that docs/policy-language.md lists are those of the program, with their keys and defaults.
/// </summary>
public sealed partial class TheTablesOfThePolicyLanguage
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Fixture.Repository, "docs/policy-language.md"));

    [Fact]
    public void The_families_list_every_kind_of_rule()
    {
        var families = Rows("## 1.", "| family").ToDictionary(row => row[0].Split(' ')[0], row => Coded(row[1]));

        Assert.Equal(
            RuleKind.All.GroupBy(kind => kind.Family).Select(family => (Plural(family.Key), string.Join(' ', family))),
            families.Select(family => (family.Key, string.Join(' ', family.Value))));
    }

    [Fact]
    public void The_table_of_rules_states_their_defaults()
    {
        var rows = Rows("## 8.", "| kind").Select(row => (Kind: Coded(row[0]).Single(), Within: row[3], ExpireAfter: row[5])).ToList();

        Assert.Equal(RuleKind.All.Select(kind => (kind.Name, Within(kind), ExpireAfter(kind))), rows);
    }

    [Fact]
    public void Priorities_stand_where_caps_are_explained()
    {
        var written = Priority().Matches(Text).Select(found => (found.Groups["kind"].Value, found.Groups["priority"].Value));

        Assert.Equal(
            RuleKind.All.Where(kind => kind.Priority > 0).OrderByDescending(kind => kind.Priority)
                .Select(kind => (kind.Name, $"{kind.Priority}")),
            written);
    }

    [Fact]
    public void The_table_of_limits_is_in_their_order_of_precedence()
    {
        var rows = Rows("## 10.", "| kind").Select(row => row[0]).ToList();

        Assert.Equal(LimitKind.All.Select(kind => kind.Name), rows.Select(row => row.Split(' ')[0].Trim('`')));
        Assert.Equal(
            LimitKind.All.Select(kind => string.Join(' ', kind.ActsOn ?? [])),
            rows.Select(row => row.Contains("built in;", StringComparison.Ordinal) ? string.Join(' ', Coded(row).Skip(1)) : ""));
        Assert.Equal(
            LimitKind.All.Where(kind => kind.IsBuiltIn && kind != LimitKind.Snooze).Select(kind => kind.Name),
            rows.Where(row => row.Contains("built in", StringComparison.Ordinal)).Select(row => Coded(row)[0]));
    }

    [Fact]
    public void Every_key_of_a_kind_is_named_where_the_kind_is_explained()
    {
        var definitions = PolicyShape.Schema(ofTests: false)["definitions"]!.AsObject();
        var common = Coded(Text[Text.IndexOf("Common keys: `when`, `within`", StringComparison.Ordinal)..].Split('.')[0]);

        Assert.All(RuleKind.All, kind =>
        {
            var from = Text.IndexOf($"**`{kind}`**", StringComparison.Ordinal);
            var explained = Text[from..Text.IndexOf("\n\n", from, StringComparison.Ordinal)];
            Assert.All(
                Keys(definitions, kind.Name).Except(common).Except([kind.Name]),
                key => Assert.Matches($@"`{key}[`:]", explained));
        });
    }

    [Fact]
    public void Every_key_of_a_limit_is_named_in_its_row()
    {
        var definitions = PolicyShape.Schema(ofTests: false)["definitions"]!.AsObject();
        var from = Text.IndexOf("## 10.", StringComparison.Ordinal);
        var common = Text[from..Text.IndexOf("| kind", from, StringComparison.Ordinal)];
        var rows = Rows("## 10.", "| kind").Select(row => row[0]).ToList();

        Assert.All(LimitKind.All.Where(kind => !kind.IsBuiltIn), kind =>
            Assert.All(
                Keys(definitions, kind.Name).Except([kind.Name]),
                key => Assert.Matches($@"`{key}[`:]", common + rows.Single(row => row.StartsWith($"`{kind}`", StringComparison.Ordinal)))));
    }

    [Fact]
    public void Every_section_of_a_digest_is_named()
    {
        var from = Text.IndexOf("## 15.", StringComparison.Ordinal);
        var chapter = Text[from..Text.IndexOf("## 16.", StringComparison.Ordinal)];

        Assert.All(SectionNames.All, name => Assert.Contains($"`{name}`", chapter, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Keys(JsonObject definitions, string kind) =>
        definitions[kind]!["properties"]!.AsObject().Select(property => property.Key);

    private static string Within(RuleKind kind) => kind.Due switch
    {
        DueTime.Fixed => "(due is fixed)",
        DueTime.None => "(no due)",
        _ => kind == RuleKind.Resolve ? "required, `m h bm bh` only" : kind.Within?.ToString() ?? "required",
    };

    private static string ExpireAfter(RuleKind kind) =>
        kind == RuleKind.Date ? "end of the date"
        : kind == RuleKind.Notice ? $"{NoticeRule.Afterwards} after `effective`"
        : kind.ExpireAfter?.ToString() ?? "none";

    private static string Plural(RuleFamily family) => $"{family}".ToLowerInvariant() + "s";

    /// <summary>The cells of the table of a chapter that begins with <paramref name="head"/>.</summary>
    private static IEnumerable<string[]> Rows(string chapter, string head)
    {
        var from = Text.IndexOf("\n" + head, Text.IndexOf("\n" + chapter, StringComparison.Ordinal), StringComparison.Ordinal);
        return Text[(from + 1)..]
            .Split('\n')
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
    }

    private static List<string> Coded(string text) => [.. Code().Matches(text).Select(found => found.Groups["code"].Value)];

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<=Default priorities: .*)`(?<kind>[a-z_]+)` (?<priority>\d+)")]
    private static partial Regex Priority();
}
