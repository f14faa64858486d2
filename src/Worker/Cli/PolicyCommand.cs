using System.CommandLine;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary>The verb <c>policy</c> (policy-language.md sections 12 to 14).</summary>
internal static class PolicyCommand
{
    public static Command Create() => new("policy", "Check, test, replay and ask the policy.")
    {
        Check(),
        Test(),
        Schema(),
        ExplainVerb.Create(),
        BacktestVerb.Create(),
    };

    private static Command Check()
    {
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors." };
        var command = new Command("check", "Show all problems of the policy at once, and run its tests.")
        {
            strict,
            CommonOptions.Format,
            CommonOptions.Now,
        };
        command.SetAction(parsed =>
        {
            var asked = Invocation.From(parsed);
            return CheckCommand.Report(asked, parsed.GetValue(strict), PolicyCheck.Run(asked.Folder, Options(asked)).Reading.Problems);
        });
        return command;
    }

    private static Command Test()
    {
        var file = new Argument<string?>("file")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A file of tests; without it the tests of the policy.",
        };
        var coverage = new Option<bool>("--coverage") { Description = "List the rules and limits that no test exercises." };
        var command = new Command("test", "Run the tests of the policy, or of a file.")
        {
            file,
            coverage,
            CommonOptions.Format,
            CommonOptions.Now,
        };
        command.SetAction(parsed => new TestVerb(Invocation.From(parsed)).Run(parsed.GetValue(file), parsed.GetValue(coverage)));
        return command;
    }

    private static Command Schema()
    {
        var tests = new Option<bool>("--tests") { Description = "The schema of a file of tests." };
        var command = new Command("schema", "Print the JSON Schema of the policy, for completion in editors.")
        {
            tests,
            CommonOptions.Format,
            CommonOptions.Now,
        };
        command.SetAction(parsed =>
        {
            Invocation.From(parsed).Out.WriteLine(SchemaBook.Print(PolicyShape.Schema(parsed.GetValue(tests))));
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>The policy can be asked without a usable crmsync.yaml; its problems are for <c>check</c>.</summary>
    internal static ReadingOptions Options(Invocation asked) =>
        CheckCommand.Options(
            asked,
            File.Exists(Path.Combine(asked.Folder, ConfigurationFile.FileName)) ? ConfigurationFile.Read(asked.Folder).Configuration : null
        );
}
