using System.CommandLine;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Cli.Shells;

/// <summary>Completion in zsh.</summary>
internal static class ZshCompletion
{
    public static string Write(Command root)
    {
        var script = new StringBuilder();
        script.Append(
            CultureInfo.InvariantCulture,
            $$"""
            #compdef crmsync
            # Completion of crmsync in zsh. Put it to use with: source <(crmsync completion zsh)
            _crmsync() {
              local previous=${words[CURRENT - 1]} verb=crmsync
              local -a found
              local -i i
              for ((i = 2; i < CURRENT; i++)); do
                case ${words[i]} in
                  ({{string.Join('|', ShellWords.WithValue(root))}}) ((i++)); continue ;;
                esac
                case "$verb ${words[i]}" in
                  ({{string.Join('|', ShellWords.Verbs(root).Select(ShellWords.Quoted))}}) verb="$verb ${words[i]}" ;;
                esac
              done
              case $previous in
                ({{string.Join('|', ShellWords.Folders(root))}}) _files -/; return ;;
              esac
              case "$verb $previous" in

            """);
        foreach (var command in CommandTree.All(root))
        {
            foreach (var (option, words) in ShellWords.Choices(command))
            {
                var at = ShellWords.Quoted($"{CommandTree.Path(command)} {option}");
                script.Append(CultureInfo.InvariantCulture, $"    ({at}) compadd -- {string.Join(' ', words)}; return ;;\n");
            }
        }

        script.Append(
            CultureInfo.InvariantCulture,
            $$"""
              esac
              case $previous in
                ({{string.Join('|', ShellWords.WithValue(root))}}) _default; return ;;
              esac
              case $verb in

            """);
        foreach (var command in CommandTree.All(root))
        {
            var found = ShellWords.After(command).Select(after => Described(after.Word, after.Description));
            var path = CommandTree.Path(command).Replace(" ", "\\ ", StringComparison.Ordinal);
            script.Append(CultureInfo.InvariantCulture, $"    ({path}) found=({string.Join(' ', found)}) ;;\n");
        }

        script.Append(
            """
              esac
              _describe -t commands crmsync found || _files
            }
            if [ "$funcstack[1]" = _crmsync ]; then _crmsync "$@"; else compdef _crmsync crmsync; fi

            """);
        return script.ToString();
    }

    private static string Described(string word, string description) =>
        description.Length == 0 ? $"'{word}'" : $"'{word}:{Escaped(description)}'";

    private static string Escaped(string text) =>
        text.Replace("'", "'\\''", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
