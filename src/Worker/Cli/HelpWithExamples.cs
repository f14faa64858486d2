using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using CrmSync.Worker.Cli.Shells;

namespace CrmSync.Worker.Cli;

/// <summary>The help of a command, with its examples; what a command that only holds others shows when it is called alone.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>Puts it in the place of the help of every command.</summary>
    public static void Show(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        var help = new HelpWithExamples((HelpAction)option.Action!);
        option.Action = help;
        foreach (var command in CommandTree.All(root).Where(command => command.Subcommands.Count > 0))
            command.Action ??= help;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var status = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var (line, meaning) in Examples.For(CommandTree.Path(parseResult.CommandResult.Command)))
        {
            output.WriteLine($"  {line}");
            output.WriteLine($"      {meaning}");
        }

        return status;
    }
}
