using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Cli.Shells;

/// <summary>Completion in fish.</summary>
internal static class FishCompletion
{
    public static string Write(Command root)
    {
        var script = new StringBuilder();
        script.Append(
            CultureInfo.InvariantCulture,
            $$"""
            # Completion of crmsync in fish. Put it to use with: crmsync completion fish | source
            function __crmsync_is_at
                set -l verb crmsync
                set -l skip no
                for word in (commandline -opc)[2..-1]
                    if test $skip = yes
                        set skip no
                    else if contains -- $word {{string.Join(' ', ShellWords.WithValue(root))}}
                        set skip yes
                    else if contains -- "$verb $word" {{string.Join(' ', ShellWords.Verbs(root).Select(Quoted))}}
                        set verb "$verb $word"
                    end
                end
                test "$verb" = "$argv[1]"
            end
            complete -c crmsync -f

            """);
        foreach (var command in CommandTree.All(root))
        {
            var at = $"complete -c crmsync -n {Quoted($"__crmsync_is_at {Quoted(CommandTree.Path(command))}")}";
            foreach (var verb in command.Subcommands)
                script.Append(CultureInfo.InvariantCulture, $"{at} -a {verb.Name} -d {Quoted(verb.Description ?? "")}\n");

            foreach (var word in command.Arguments.SelectMany(argument => argument.GetCompletions(CompletionContext.Empty)))
                script.Append(CultureInfo.InvariantCulture, $"{at} -a {word.Label}\n");

            if (command.Arguments.Any(argument => argument.Name == "file"))
                script.Append(CultureInfo.InvariantCulture, $"{at} -F\n");

            var choices = ShellWords.Choices(command).ToDictionary(choice => choice.Option, choice => choice.Words);
            foreach (var option in CommandTree.Options(command))
                script.Append(
                    CultureInfo.InvariantCulture,
                    $"{at} -l {option.Name.TrimStart('-')}{Value(option, choices)} -d {Quoted(option.Description ?? "")}\n");
        }

        return script.ToString();
    }

    private static string Value(Option option, Dictionary<string, IReadOnlyList<string>> choices) =>
        !CommandTree.TakesValue(option) ? ""
        : choices.TryGetValue(option.Name, out var words) ? $" -x -a {Quoted(string.Join(' ', words))}"
        : option.HelpName == "DIR" ? " -x -a '(__fish_complete_directories)'"
        : " -x";

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
