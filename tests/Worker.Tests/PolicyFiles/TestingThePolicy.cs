using System.Text.Json.Nodes;

namespace CrmSync.Worker.Tests.PolicyFiles;

public sealed class TestingThePolicy : IDisposable
{
    private const string Policy =
        """
        version: 1
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana }
        calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" }, holidays: { 2026-04-03: Good Friday } } }
        people: { ana: { email: ana@us.example } }
        rules:
          - { respond: reply, within: 4bh }
          - { chase: waiting, after: 3bd }
        limits: [ { cap: gentle, max: 2, window: 7d } ]

        """;

    private const string Question =
        "{ id: a, at: \"2026-03-02T10:00\", from: jane@acme.example, to: ana@us.example, thread: t, text: \"When?\" }";

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-tests").FullName;

    public TestingThePolicy() => File.WriteAllText(Path.Combine(folder, "policy.yaml"), Policy);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_failing_test_shows_the_field_both_values_and_the_explanation()
    {
        var (status, output, error) = Run(
            $"[ {{ name: wrong, events: [ {Question} ], now: \"2026-03-02T11:00\", expect: [ {{ rule: reply, about: t, due: "
                + $"\"2026-03-02T12:00\" }} ] }} ]"
        );

        var lines = output.Split('\n');
        Assert.Equal((1, ""), (status, error));
        Assert.StartsWith("FAILED wrong   ", lines[0], StringComparison.Ordinal);
        Assert.Equal("  at 2026-03-02T11:00, reply t: due expected 2026-03-02T12:00, got 2026-03-02T14:00", lines[1]);
        Assert.Contains("jane@acme.example", lines[2], StringComparison.Ordinal);
        Assert.Contains("respond reply", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expect: []", "reply t: item expected nothing, got open, opened 2026-03-02T10:00, due 2026-03-02T14:00, owner ana")]
    [InlineData("expect: [ { rule: reply, about: t }, { rule: waiting, about: t } ]", "waiting t: item expected one, got nothing")]
    [InlineData("closed: [ { rule: reply, about: t, as: met } ]", "reply t: closed item expected met, got open, opened")]
    [InlineData("expect: [ { rule: reply, about: t, state: overdue } ]", "reply t: state expected overdue, got open")]
    [InlineData("expect: [ { rule: reply, about: t, owner: bob } ]", "reply t: owner expected bob, got ana")]
    [InlineData("expect: [ { rule: reply, about: t, level: 1 } ]", "reply t: level expected 1, got 0")]
    [InlineData("expect: [ { rule: reply, about: t, due: null } ]", "reply t: due expected null, got 2026-03-02T14:00")]
    [InlineData("expect: [ { rule: reply, about: t, by: gentle } ]", "reply t: by expected gentle, got nothing")]
    [InlineData(
        "expect: [ { rule: reply, about: t, opened: \"2026-03-02T10:30\" } ]",
        "reply t: opened expected 2026-03-02T10:30, got 2026-03-02T10:00")]
    [InlineData("expect: [ { rule: reply, about: t, until: \"2026-03-02T10:30\" } ]", "reply t: until expected 2026-03-02T10:30, got null")]
    [InlineData("expect: [ { rule: reply, about: t, unsure: [ana] } ]", "reply t: unsure expected [ana], got []")]
    [InlineData("expect: [ { rule: reply, about: t, held: true } ]", "reply t: held expected true, got false")]
    [InlineData(
        "expect: [ { rule: reply, about: t, notified: [ { to: ana, step: 2 } ] } ]",
        "reply t: notified expected [ana escalate-2], got []")]
    [InlineData(
        "coverage: { ana: null }, expect: [ { rule: reply, about: t, unsure: [] } ]",
        "reply t: unsure expected [], got [ana]")]
    public void Every_field_is_compared(string expectation, string difference)
    {
        var (status, output, _) = Run($"[ {{ name: wrong, events: [ {Question} ], now: \"2026-03-02T11:00\", {expectation} }} ]");

        Assert.Equal(1, status);
        Assert.Contains(difference, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expect: [ { rule: replay, about: t } ]", "P030: no rule 'replay'")]
    [InlineData("config: lab, expect: []", "P030: no configuration 'lab' in this file")]
    [InlineData("with: { rules: [ { respond: reply, within: soon } ] }, expect: []", "P020: \"soon\" is not a length of time")]
    [InlineData("with: { rule: [] }, expect: []", "P010: unknown section 'rule'")]
    public void A_test_with_a_mistake_fails_and_says_where(string rest, string problem)
    {
        var (status, _, error) = Run($"[ {{ name: wrong, events: [ {Question} ], now: \"2026-03-02T11:00\", {rest} }} ]");

        Assert.NotEqual(0, status);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ kind: bounce, at: \"2026-03-02T11:00\", of: b }", "P030: no mail 'b' in this test")]
    [InlineData("{ id: a, at: \"2026-03-02T12:00\", from: jane@acme.example, to: ana@us.example }", "P031: two mails have the id 'a'")]
    [InlineData("{ id: c, from: jane@acme.example, to: ana@us.example }", "P011: 'at' is missing in mail 'c'")]
    [InlineData("{ kind: fax, at: \"2026-03-02T12:00\" }", "P012: 'kind' in mail must be mail, meeting, bounce, command or call")]
    public void An_event_with_a_mistake_is_reported(string wrong, string problem)
    {
        var (status, _, error) = Run(
            $"[ {{ name: wrong, events: [ {Question}, {wrong} ], now: \"2026-03-02T11:00\", expect: [ {{ rule: reply, about: t }} ] }} ]");

        Assert.NotEqual(0, status);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_that_names_an_account_nobody_has_fails_and_says_where()
    {
        var (status, _, error) = Run(
            $"[ {{ name: wrong, events: [ {Question} ], now: \"2026-03-02T11:00\", coverage: {{ anna: null }}, expect: [] }} ]");

        Assert.NotEqual(0, status);
        Assert.Contains("P030: no person or account 'anna'", error, StringComparison.Ordinal);
        Assert.Contains("did you mean 'ana'?", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_of_the_configuration_goes_by_its_name_in_a_test()
    {
        File.WriteAllText(
            Path.Combine(folder, "crmsync.yaml"),
            "version: 1\naccounts:\n  - { ics: calendars, address: ana@us.example, name: diary }\n");
        var (status, output, error) = Run(
            $"[ {{ name: fine, events: [ {Question} ], now: \"2026-03-02T11:00\", coverage: {{ diary: \"2026-03-02T10:29\" }}, "
                + "expect: [ { rule: reply, about: t, unsure: [diary] } ] } ]");

        Assert.Equal((0, "1 passed, 0 failed\n", ""), (status, output, error));
    }

    [Fact]
    public void One_test_that_cannot_run_does_not_stop_the_others()
    {
        var (status, output, _) = Run(
            $"[ {{ name: broken, with: {{ rules: [ {{ respond: reply }} ] }}, events: [], now: \"2026-03-02T11:00\", expect: [] }}, "
            + $"{{ name: fine, events: [ {Question} ], now: \"2026-03-02T11:00\", expect: [ {{ rule: reply, about: t }} ] }} ]");

        Assert.Equal(1, status);
        Assert.EndsWith("1 passed, 1 failed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Coverage_lists_what_no_test_exercises()
    {
        var (status, output, _) = Run(
            $"[ {{ name: fine, events: [ {Question} ], now: \"2026-03-02T11:00\", expect: [ {{ rule: reply, about: t }} ] }} ]",
            "--coverage");

        Assert.Equal(0, status);
        Assert.Equal(
            "not exercised: chase waiting   policy.yaml:8\nnot exercised: cap gentle   policy.yaml:9\n1 passed, 0 failed\n",
            output);
    }

    [Fact]
    public void Programs_get_one_object_a_test_and_the_sum_last()
    {
        var (_, output, _) = Run(
            $"[ {{ name: wrong, events: [ {Question} ], now: \"2026-03-02T11:00\", expect: [] }} ]",
            "--format",
            "json");

        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Equal(("wrong", false), (lines[0]["test"]!.GetValue<string>(), lines[0]["passed"]!.GetValue<bool>()));
        Assert.Equal((0, 1), (lines[1]["passed"]!.GetValue<int>(), lines[1]["failed"]!.GetValue<int>()));
    }

    [Fact]
    public void Problems_are_objects_for_tools()
    {
        File.WriteAllText(Path.Combine(folder, "policy.yaml"), Policy.Replace("within", "witin", StringComparison.Ordinal));
        var (status, output, error) = TheProgram.Does(
            "policy",
            "check",
            "--config",
            folder,
            "--format",
            "json",
            "--now",
            "2026-03-01T00:00:00Z");

        var problem = JsonNode.Parse(output.Split('\n')[0])!;
        Assert.Equal((1, ""), (status, error));
        Assert.Equal(
            ("policy.yaml", 7, 23, "P010", "within"),
            (
                problem["file"]!.GetValue<string>(),
                problem["line"]!.GetValue<int>(),
                problem["column"]!.GetValue<int>(),
                problem["code"]!.GetValue<string>(),
                problem["suggestions"]![0]!.GetValue<string>()));
    }

    [Fact]
    public void A_policy_that_cannot_be_used_ends_a_verb_with_78() =>
        Assert.Equal(78, TheProgram.Does("policy", "test", "--config", Fixture.Path("problems", "P020-bad-lengths-of-time")).Status);

    [Fact]
    public void Warnings_are_errors_when_asked_for()
    {
        var warned = Fixture.Path("problems", "W041-a-mail-service-as-a-company");

        Assert.Equal(0, TheProgram.Does("policy", "check", "--config", warned, "--now", "2026-03-01T00:00:00Z").Status);
        Assert.Equal(1, TheProgram.Does("policy", "check", "--strict", "--config", warned, "--now", "2026-03-01T00:00:00Z").Status);
    }

    [Fact]
    public void Check_reports_an_account_the_policy_does_not_know()
    {
        File.WriteAllText(
            Path.Combine(folder, "crmsync.yaml"),
            "version: 1\naccounts:\n  - { maildir: a, address: ana@us.example }\n  - { maildir: b, address: bob@elsewhere.example }\n");
        var (status, _, error) = TheProgram.Does("check", "--config", folder, "--now", "2026-03-01T00:00:00Z");

        Assert.Equal(0, status);
        Assert.Contains("crmsync.yaml:4:5: warning C040: the policy does not know bob@elsewhere.example", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ana@us.example;", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_phrase_list_of_any_size_and_shape_does_not_stall_a_test()
    {
        var phrases = string.Join(", ", Enumerable.Range(0, 2000).Select(i => $"\"{new string('a', 1 + (i % 60))} {i}\""));
        File.WriteAllText(Path.Combine(folder, "policy.yaml"), Policy + $"markers: {{ long: {{ any_of: [ \"(a+)+$\", {phrases} ] }} }}\n");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var text = new string('a', 50_000) + "!";

        var (status, _, _) = Run(
            $"[ {{ name: fine, events: [ {Question.Replace("When?", text, StringComparison.Ordinal)} ], now: \"2026-03-02T11:00\", "
                + $"expect: [ {{ rule: reply, about: t }} ] }} ]"
        );

        Assert.Equal(0, status);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{clock.Elapsed}");
    }

    private (int Status, string Out, string Error) Run(string tests, params string[] more)
    {
        var file = Path.Combine(folder, "tests.yaml");
        File.WriteAllText(file, $"crmsync_tests: 1\ntests: {tests}\n");
        return TheProgram.Does(["policy", "test", file, "--config", folder, .. more]);
    }
}
