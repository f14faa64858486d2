using System.CommandLine;
using System.CommandLine.Parsing;
using CrmSync.Worker.Cli.Shells;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Cli;

/// <summary>What the program did not understand of its arguments, with what may have been meant.</summary>
internal static class Misunderstanding
{
    /// <summary>One sentence a problem.</summary>
    public static IEnumerable<string> In(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens
            .Where(token => parsed.Errors.Any(error => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
            .ToList();

        // What follows an unknown verb belongs to it, and says nothing more.
        if (unknown.Find(token => !token.StartsWith('-')) is { } word && Before(word, parsed) is { Subcommands.Count: > 0 } group)
            return [Verb(word, group)];

        var others = parsed.Errors.Select(error => OneLine(error.Message))
            .Where(words => !unknown.Exists(token => words.Contains($"'{token}'", StringComparison.Ordinal)));
        var options = unknown.Where(token => token.StartsWith('-')).ToList();
        return
        [
            // What stands behind an unknown option is its value.
            .. options.Count > 0
                ? options.Select(token => Option(token, command))
                : unknown.Select(token => $"{CommandTree.Path(command)} does not know what to do with \"{token}\""),
            .. others,
        ];
    }

    /// <summary>The command whose name stands before a word: <c>crmsync polcy check</c> means a verb of crmsync, not of check.</summary>
    private static Command Before(string word, ParseResult parsed) =>
        parsed.Tokens
            .TakeWhile(token => token.Value != word)
            .Where(token => token.Type == TokenType.Command)
            .Aggregate<Token, Command>(parsed.RootCommandResult.Command, (command, token) =>
                command.Subcommands.FirstOrDefault(verb => verb.Name == token.Value) ?? command);

    private static string Verb(string written, Command command) =>
        $"there is no verb \"{written}\""
        + (Question(written, command.Subcommands.Select(verb => verb.Name))
            ?? $"; there are {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}");

    private static string Option(string written, Command command)
    {
        var name = written.Split('=', ':')[0];
        return $"{CommandTree.Path(command)} has no option \"{name}\""
            + Question(name, CommandTree.Options(command).Select(option => option.Name));
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string? Question(string written, IEnumerable<string> words) =>
        Spelling.Closest(written, words) is { Count: > 0 } closest ? $"; did you mean {string.Join(" or ", closest)}?" : null;
}
