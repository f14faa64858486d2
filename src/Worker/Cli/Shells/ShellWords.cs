using System.CommandLine;
using System.CommandLine.Completions;

namespace CrmSync.Worker.Cli.Shells;

/// <summary>What there is to complete.</summary>
internal static class ShellWords
{
    /// <summary>The options of a command as they are typed, and its subcommands.</summary>
    public static IEnumerable<(string Word, string Description)> After(Command command) =>
        command.Subcommands.Select(verb => (verb.Name, verb.Description ?? ""))
            .Concat(command.Arguments.SelectMany(argument => Words(argument.GetCompletions(CompletionContext.Empty)))
                .Select(word => (word, "")))
            .Concat(CommandTree.Options(command).Select(option => (option.Name, option.Description ?? "")));

    /// <summary>The verbs with those above them, as they are typed.</summary>
    public static IEnumerable<string> Verbs(Command root) =>
        CommandTree.All(root).Where(command => command is not RootCommand).Select(CommandTree.Path);

    /// <summary>A word of ours between quotation marks: verbs and options hold nothing a shell would expand.</summary>
    public static string Quoted(string text) => $"\"{text}\"";

    /// <summary>The options of all commands that take a value.</summary>
    public static IEnumerable<string> WithValue(Command root) => CommandTree.All(root)
        .SelectMany(CommandTree.Options)
        .Where(CommandTree.TakesValue)
        .Select(option => option.Name)
        .Distinct()
        .Order(StringComparer.Ordinal);

    /// <summary>The options of a command whose value is one of a few words.</summary>
    public static IEnumerable<(string Option, IReadOnlyList<string> Words)> Choices(Command command) => CommandTree.Options(command)
        .Where(CommandTree.TakesValue)
        .Select(option => (option.Name, Words(option.GetCompletions(CompletionContext.Empty))))
        .Where(choice => choice.Item2.Count > 0);

    /// <summary>The options of all commands whose value is a folder.</summary>
    public static IEnumerable<string> Folders(Command root) => CommandTree.All(root)
        .SelectMany(CommandTree.Options)
        .Where(option => option.HelpName == "DIR")
        .Select(option => option.Name)
        .Distinct();

    private static IReadOnlyList<string> Words(IEnumerable<CompletionItem> items) =>
        [.. items.Select(item => item.Label).Order(StringComparer.Ordinal)];
}
