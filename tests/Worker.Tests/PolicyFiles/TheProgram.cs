using System.CommandLine;
using CrmSync.Worker.Cli;

namespace CrmSync.Worker.Tests.PolicyFiles;

/// <summary>The verbs that ask the policy, called as from a shell.</summary>
internal static class TheProgram
{
    public static (int Status, string Out, string Error) Does(params string[] args)
    {
        var root = new RootCommand();
        root.Options.Add(CommonOptions.Config);
        root.Subcommands.Add(PolicyCommand.Create());
        root.Subcommands.Add(CheckCommand.Create((_, _, _) => Task.FromResult(true)));
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var status = root.Parse(args).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (status, output.ToString(), error.ToString());
    }
}
