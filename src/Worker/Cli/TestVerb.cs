using System.Text.Json.Nodes;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary><c>policy test</c>: says of every failing test what differs and why, and ends with "N passed, N failed".</summary>
internal sealed class TestVerb(Invocation asked)
{
    public int Run(string? file, bool coverage)
    {
        var options = PolicyCommand.Options(asked);
        var main = file is null || HasPolicy() ? PolicyFolder.Read(asked.Folder, options) : null;
        if (file is null)
        {
            if (main!.Written is null)
                return Unusable(main.Problems);

            return Report(new PolicyTests(options, main.Problems).RunOwn(main), main.Problems, coverage);
        }

        var problems = ProblemList.ForPolicy();
        if (!File.Exists(file))
        {
            asked.Error.WriteLine($"crmsync: there is no file {file}");
            return CommandLine.WrongUsage;
        }

        // A policy that cannot be read only matters to tests that run on it.
        var usable = main?.Written is null ? null : main;
        var outcome = SourceFile.Read(file, file, problems) is { } source
            ? new PolicyTests(options, problems).RunFile(source, usable)
            : null;
        if (outcome is null)
            return Unusable(problems);

        return Report(outcome, problems, coverage);
    }

    private bool HasPolicy() =>
        File.Exists(Path.Combine(asked.Folder, "policy.yaml")) || Directory.Exists(Path.Combine(asked.Folder, "policy"));

    private int Unusable(ProblemList problems)
    {
        ProblemPrinter.Print(problems.InOrder(), asked.Error);
        return CommandLine.ConfigurationNotUsable;
    }

    private int Report(TestOutcome outcome, ProblemList problems, bool coverage)
    {
        ProblemPrinter.Print(problems.InOrder().Where(p => p.Severity == Severity.Error), asked.Error);
        foreach (var result in outcome.Results)
        {
            if (asked.Json)
                asked.Out.WriteLine(ProblemPrinter.OneLine(Json(result)));
            else if (!result.Passed)
                Print(result);
        }

        if (coverage)
        {
            foreach (var (kind, name, place) in outcome.Unexercised)
            {
                asked.Out.WriteLine(asked.Json
                    ? ProblemPrinter.OneLine(new JsonObject { ["not_exercised"] = name, ["kind"] = kind, ["place"] = place.ToString() })
                    : $"not exercised: {kind} {name}   {place}");
            }
        }

        var passed = outcome.Results.Count - outcome.Failed;
        asked.Out.WriteLine(
            asked.Json
                ? ProblemPrinter.OneLine(new JsonObject { ["passed"] = passed, ["failed"] = outcome.Failed })
                : $"{passed} passed, {outcome.Failed} failed");
        return outcome.Failed > 0 || problems.HasErrors ? CommandLine.ProblemsFound : CommandLine.Done;
    }

    private void Print(TestResult result)
    {
        asked.Out.WriteLine($"FAILED {result.Name}   {result.Place.Spot}");
        foreach (var difference in result.Differences)
        {
            asked.Out.WriteLine($"  {difference}");
            foreach (var line in difference.Explanation)
                asked.Out.WriteLine($"    {line}");
        }
    }

    private static JsonObject Json(TestResult result) => new()
    {
        ["test"] = result.Name,
        ["place"] = result.Place.Spot.ToString(),
        ["passed"] = result.Passed,
        ["differences"] = new JsonArray([.. result.Differences.Select(d => (JsonNode)new JsonObject
        {
            ["at"] = d.At,
            ["item"] = d.Item,
            ["field"] = d.Field,
            ["expected"] = d.Expected,
            ["got"] = d.Got,
            ["explanation"] = new JsonArray([.. d.Explanation.Select(line => (JsonNode)line)]),
        })]),
    };
}
