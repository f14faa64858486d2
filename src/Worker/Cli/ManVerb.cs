using System.CommandLine;

namespace CrmSync.Worker.Cli;

/// <summary><c>man</c>: the manual page, made of the same commands that are parsed.</summary>
internal static class ManVerb
{
    public static Command Create() =>
        new Command("man", "Print the manual page: crmsync man | man -l -.").Does((parsed, _) =>
        {
            parsed.InvocationConfiguration.Output.Write(ManualPage.Write(parsed.RootCommandResult.Command));
            return Task.FromResult(CommandLine.Done);
        });
}
