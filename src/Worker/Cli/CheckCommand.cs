using System.CommandLine;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary><c>check</c>: all problems of both files at once.</summary>
internal static class CheckCommand
{
    /// <param name="connect">Logs in everywhere, read-only; says how it went and answers whether all went well.</param>
    public static Command Create(Func<Invocation, CrmSyncConfiguration, CancellationToken, Task<bool>> connect)
    {
        var logIn = new Option<bool>("--connect") { Description = "Also log in to every account, read-only." };
        var strict = new Option<bool>("--strict") { Description = "Warnings count as errors." };
        var command = new Command("check", "Show all problems of crmsync.yaml and of the policy at once.")
        {
            logIn,
            strict,
            CommonOptions.Format,
            CommonOptions.Now,
        };
        return command.Does(
            async (parsed, ct) =>
            {
                var asked = Invocation.From(parsed);
                var configuration = ConfigurationFile.Read(asked.Folder);
                foreach (var problem in configuration.Problems.Shortcomings.Concat(configuration.Problems.MissingSecrets))
                    configuration.Problems.Add(problem);

                var policy = PolicyCheck.Run(asked.Folder, Options(asked, configuration.Configuration));
                if (configuration.Configuration is { } read && policy.Reading.Written is { } written)
                    PolicyCheck.Accounts(read, written.Policy, configuration.Problems);

                var status = Report(asked, parsed.GetValue(strict), configuration.Problems, policy.Reading.Problems);
                if (!parsed.GetValue(logIn) || configuration.Configuration is null)
                    return status;

                return await connect(asked, configuration.Configuration, ct) ? status : CommandLine.ProblemsFound;
            });
    }

    /// <summary>What the policy is read with: the accounts' addresses are ours, too.</summary>
    public static ReadingOptions Options(Invocation asked, CrmSyncConfiguration? configuration) =>
        ReadingOptions.From(asked.Now.InUtc().Date, configuration);

    /// <summary>Prints all problems and answers the exit status.</summary>
    public static int Report(Invocation asked, bool strict, params ProblemList[] lists)
    {
        var problems = lists.SelectMany(l => l.InOrder()).ToList();
        if (asked.Json)
        {
            foreach (var problem in problems)
                asked.Out.WriteLine(ProblemPrinter.OneLine(ProblemPrinter.Json(problem)));
        }
        else
        {
            ProblemPrinter.Print(problems, asked.Error);
            asked.Out.WriteLine(ProblemPrinter.Count(problems));
        }

        return problems.Exists(p => strict || p.Severity == Severity.Error) ? CommandLine.ProblemsFound : CommandLine.Done;
    }
}
