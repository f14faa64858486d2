using System.CommandLine;
using CrmSync.Worker.Cli.Shells;

namespace CrmSync.Worker.Cli;

/// <summary><c>completion</c>: what a shell has to know to complete our commands.</summary>
internal static class CompletionVerb
{
    private static readonly Dictionary<string, Func<Command, string>> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = BashCompletion.Write,
        ["zsh"] = ZshCompletion.Write,
        ["fish"] = FishCompletion.Write,
    };

    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or fish." };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Print the script that lets a shell complete commands and options.") { Shell };
        return command.Does((parsed, _) =>
        {
            parsed.InvocationConfiguration.Output.Write(Scripts[parsed.GetValue(Shell)!](parsed.RootCommandResult.Command));
            return Task.FromResult(CommandLine.Done);
        });
    }
}
