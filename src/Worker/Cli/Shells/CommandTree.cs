using System.CommandLine;

namespace CrmSync.Worker.Cli.Shells;

/// <summary>The commands of the program as help, manual and completion see them.</summary>
internal static class CommandTree
{
    /// <summary>The words that call a command: <c>crmsync policy check</c>.</summary>
    public static string Path(Command command) =>
        command is RootCommand ? "crmsync" : $"{Path(command.Parents.OfType<Command>().First())} {command.Name}";

    /// <summary>A command and everything below it, each before its own subcommands.</summary>
    public static IEnumerable<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    /// <summary>The options a command takes: its own, and those of the commands above it that hold everywhere.</summary>
    public static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(Above(command).SelectMany(above => above.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden && option.Name != "--version")
            .DistinctBy(option => option.Name);

    /// <summary>Whether a word belongs behind an option.</summary>
    public static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    private static IEnumerable<Command> Above(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => Above(parent).Prepend(parent));
}
