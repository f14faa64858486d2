using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>The outcome of all tests of a file.</summary>
/// <param name="Results">In file order.</param>
/// <param name="Unexercised">Rules and limits of the tested policy that did nothing in any test; empty for configurations of a test
/// file.</param>
internal sealed record TestOutcome(IReadOnlyList<TestResult> Results, IReadOnlyList<(string Kind, string Name, Place Place)> Unexercised)
{
    public int Failed => Results.Count(r => !r.Passed);
}

/// <summary>
/// Runs the tests of a policy or of a test file, each on its own configuration. Tests never touch the network, the log or the clock.
/// </summary>
internal sealed class PolicyTests(ReadingOptions options, ProblemList problems)
{
    private readonly Dictionary<(YamlMap Root, YamlNode? With), CompanyPolicy?> policies = [];

    /// <summary>Runs the tests that stand in the policy itself.</summary>
    public TestOutcome RunOwn(PolicyReading reading)
    {
        if (reading.Written is not { } written || reading.Root is not { } root)
            return new TestOutcome([], []);

        policies[(root, null)] = ForTests(written.Policy);
        return Run(written.Tests, reading.Lists, _ => root, written.Policy);
    }

    /// <summary>
    /// Runs the tests of a separate file. Those that name no configuration run on <paramref name="main"/>, or on the only one of the file.
    /// </summary>
    /// <param name="file">The test file.</param>
    /// <param name="main">The policy of the configuration folder; null when there is none.</param>
    public TestOutcome? RunFile(SourceFile file, PolicyReading? main)
    {
        if (
            YamlTree.Read(file, problems) is not { } node
            || !PolicyShape.TestFile.TryRead(node, "the test file", problems, out var map)
            || problems.HasErrors)
            return null;

        var configs = map.ValueOr(PolicyShape.Configs, []).ToDictionary(c => c.Key, c => (YamlMap)c.Value, StringComparer.Ordinal);
        var lists = new ListFiles(problems, File.Exists, (name, path) => SourceFile.Read(name, path, problems));
        var tests = map.ValueOr(PolicyShape.RequiredTests, []);

        // A file whose tests name no configuration and that brings exactly one means that one.
        var only = configs.Count == 1 && !tests.Any(t => t.FindNode(TestSection.Config) is not null) ? configs.Values.Single() : main?.Root;
        return Run(tests, lists, test => FindRoot(test, configs, only), only == main?.Root ? main?.Written?.Policy : null);
    }

    private YamlMap? FindRoot(MapValues test, Dictionary<string, YamlMap> configs, YamlMap? otherwise)
    {
        if (test.Value(TestSection.Config) is { } name)
        {
            if (configs.TryGetValue(name.Text, out var root))
                return root;

            problems.Error(name.Node, "030", $"no configuration '{name}' in this file", Spelling.Closest(name.Text, configs.Keys));
            return null;
        }

        if (otherwise is not null)
            return otherwise;

        problems.Error(
            test.Place(TestSection.Name),
            "011",
            "the test names no `config`, and there is no policy in the configuration folder to run it on");
        return null;
    }

    private TestOutcome Run(IReadOnlyList<MapValues> tests, ListFiles lists, Func<MapValues, YamlMap?> rootOf, CompanyPolicy? main)
    {
        var results = new List<TestResult>();
        foreach (var test in tests)
        {
            var before = problems.ErrorCount;
            var result =
                rootOf(test) is { } root && ReadPolicy(root, test, lists) is { } policy
                    ? new TestRun(options, problems).Run(test, policy)
                    : new TestResult(
                        test.Value(TestSection.Name) ?? "",
                        test.Place(TestSection.Name),
                        [new TestDifference(null, null, "the configuration of the test cannot be used", null, null, [])],
                        new HashSet<string>());
            if (result.Passed && problems.ErrorCount > before)
                result = result with { Differences = [new TestDifference(null, null, "the test has mistakes", null, null, [])] };
            results.Add(result);
        }

        var exercised = results.SelectMany(r => r.Exercised).ToHashSet(StringComparer.Ordinal);
        return new TestOutcome(
            results,
            main is null
                ? []
                :
                [
                    .. main
                        .Rules.Where(r => r.Mode != Mode.Disabled && !exercised.Contains(r.Name))
                        .Select(r => (r.Kind.Name, r.Name, r.Place)),
                    .. main
                        .Limits.Where(l => l.Mode != Mode.Disabled && !exercised.Contains(l.Name))
                        .Select(l => (l.Kind.Name, l.Name, l.Place)),
                ]);
    }

    private CompanyPolicy? ReadPolicy(YamlMap root, MapValues test, ListFiles lists)
    {
        var with = test.Value(TestSection.With);
        var key = (root, with is null ? null : test.FindNode(TestSection.With));
        if (policies.TryGetValue(key, out var known))
            return known;

        // Warnings are for the policy as it stands, not for what a test makes of it.
        var own = ProblemList.ForPolicy();
        var written = PolicyReader.Read(with is null ? root : PolicyFolder.Replace(root, with), lists.ReportingTo(own), options, own);
        foreach (var problem in own.InOrder().Where(p => p.Severity == Severity.Error))
            problems.Add(problem);

        return policies[key] = written is null ? null : ForTests(written.Policy);
    }

    /// <summary>Tests know a command mailbox even where none is configured, so that commands by Bcc can be tried out.</summary>
    private static CompanyPolicy ForTests(CompanyPolicy policy) => policy.Us.CommandMailbox is not null || policy.Us.Domains.Count == 0
        ? policy
        : policy with { Us = policy.Us with { CommandMailbox = Domain.Company.EmailAddress.Parse($"crmsync@{policy.Us.Domains[0]}") } };
}
