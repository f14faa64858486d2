using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Cli;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>What explain and backtest print.</summary>
public sealed class AskingThePolicy
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 5, 9, 0);

    [Fact]
    public void An_explanation_is_text_for_people()
    {
        var (output, _) = Printed(json: false, asked => ExplainVerb.Print(asked, Explained()));

        Assert.StartsWith("jane@acme.example", output, StringComparison.Ordinal);
        Assert.Contains("respond reply", output, StringComparison.Ordinal);
        Assert.Contains("policy.yaml:7", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_explanation_is_a_line_a_rule_for_programs()
    {
        var (_, lines) = Printed(json: true, asked => ExplainVerb.Print(asked, Explained()));

        Assert.Equal("jane@acme.example", lines[0]["contact"]!.GetValue<string>());
        var reply = lines.Single(l => l["rule"]?.GetValue<string>() == "reply");
        Assert.Equal("policy.yaml:7", reply["place"]!.GetValue<string>());
        Assert.NotNull(reply["id"]);
        Assert.Contains(reply["lines"]!.AsArray(), line => line!["interaction"] is not null);
    }

    [Fact]
    public void A_replay_is_tables_for_people()
    {
        var (output, _) = Printed(
            json: false,
            asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print(Replayed("within: 4bh"), rule: null));

        Assert.Contains("nothing was sent or written", output, StringComparison.Ordinal);
        Assert.Contains("\nRules\n  rule ", output, StringComparison.Ordinal);
        Assert.Matches("\n  reply +1 +0 +0 ", output);
        Assert.Contains("\nContacts affected most\n", output, StringComparison.Ordinal);
        Assert.Contains("jane@acme.example", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_is_lines_for_programs_and_can_be_limited_to_one_rule()
    {
        var (_, lines) = Printed(json: true, asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print(Replayed("within: 4bh"), "reply"));

        Assert.Equal(["reply"], lines.Select(l => l["rule"]?.GetValue<string>()).OfType<string>());
        Assert.Contains(lines, l => l["person"]?.GetValue<string>() == "ana");
    }

    [Fact]
    public void Two_policies_are_compared_by_what_one_lists_and_the_other_does_not()
    {
        var without = BacktestReport.Compare(Replayed("when: { address: nobody@acme.example }, within: 4bh"), Replayed("within: 4bh"));
        var (output, _) = Printed(json: false, asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print(without, rule: null));
        var (same, _) = Printed(json: false, asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print([], rule: null));

        Assert.Matches(@"(?m)^  reply +before +0 .*\n +after +1 ", output);
        Assert.Contains("\nreply\n  1 after only, e.g. jane@acme.example, opened ", output, StringComparison.Ordinal);
        Assert.Equal("no differences\n", same);
    }

    [Fact]
    public void Two_policies_are_compared_by_their_counts_and_by_how_the_same_items_end()
    {
        var stricter = BacktestReport.Compare(Replayed("within: 40bh"), Replayed("within: 1bh"));
        var (output, _) = Printed(json: false, asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print(stricter, rule: null));
        var (_, lines) = Printed(json: true, asked => new BacktestPrinter(asked, DateTimeZone.Utc).Print(stricter, rule: "reply"));

        Assert.Contains("  1 otherwise, e.g. jane@acme.example, opened ", output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^    before: .*, due .*\n    after:  .*, due ", output);
        var reply = Assert.Single(lines);
        Assert.Equal(("reply", 1), (reply["rule"]!.GetValue<string>(), reply["changed"]!.GetValue<int>()));
        Assert.NotEqual(reply["before"]!["numbers"]!.ToJsonString(), reply["after"]!["numbers"]!.ToJsonString());
    }

    private static Explanation Explained()
    {
        var (policy, log) = Company("within: 4bh");
        return new Evaluator(policy).Explain(log.At(Now), EmailAddress.Parse("jane@acme.example"), Now)!;
    }

    private static BacktestReport Replayed(string reply)
    {
        var (policy, log) = Company(reply);
        var running = new RunningPolicy(policy);
        running.Put(log.At(Now).Interactions);
        return running.Backtest(Now - Duration.FromDays(30), Now);
    }

    private static (CompanyPolicy Policy, TestLog Log) Company(string reply)
    {
        var problems = ProblemList.ForPolicy();
        var file = new SourceFile(
            "policy.yaml",
            "/policy.yaml",
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example } }
            rules:
              - respond: reply
                {{reply.Replace(", within", "\n    within", StringComparison.Ordinal)}}
              - { chase: waiting, after: 3bd }
            tests:
              - name: the log of these tests
                events: [ { id: a, at: "2026-03-02T10:00", from: jane@acme.example, to: ana@us.example, thread: t, text: "When?" } ]
                now: "2026-03-02T11:00"
            """
        );
        var reading = PolicyFolder.Read(
            [file],
            new ListFiles(problems, _ => false, (_, _) => null),
            new ReadingOptions(new LocalDate(2026, 3, 1), []),
            problems);
        Assert.False(problems.HasErrors, string.Join("\n", problems.InOrder()));
        return (
            reading.Written!.Policy,
            TestLog.From(reading.Written.Policy, reading.Written.Tests[0].Value(TestSection.Events)!, problems)
        );
    }

    private static (string Text, IReadOnlyList<JsonNode> Lines) Printed(bool json, Action<Invocation> print)
    {
        using var output = new StringWriter { NewLine = "\n" };
        print(new Invocation("config", json, Now, output, TextWriter.Null));
        var text = output.ToString();
        return (text, json ? [.. text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!)] : []);
    }
}
