using System.CommandLine;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Cli.Shells;

/// <summary>Completion in bash.</summary>
internal static class BashCompletion
{
    public static string Write(Command root)
    {
        var script = new StringBuilder();
        script.Append(
            CultureInfo.InvariantCulture,
            $$"""
            # Completion of crmsync in bash. Put it to use with: source <(crmsync completion bash)
            _crmsync() {
              local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=crmsync i
              COMPREPLY=()
              for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                  {{string.Join('|', ShellWords.WithValue(root))}}) ((i++)); continue ;;
                esac
                case "$verb ${COMP_WORDS[i]}" in
                  {{string.Join('|', ShellWords.Verbs(root).Select(ShellWords.Quoted))}}) verb="$verb ${COMP_WORDS[i]}" ;;
                esac
              done
              case $previous in
                {{string.Join('|', ShellWords.Folders(root))}}) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
              esac
              case "$verb $previous" in

            """);
        foreach (var command in CommandTree.All(root))
        {
            foreach (var (option, words) in ShellWords.Choices(command))
                script.Append(
                    CultureInfo.InvariantCulture,
                    $"    {ShellWords.Quoted($"{CommandTree.Path(command)} {option}")}) {Reply(words)} return ;;\n");
        }

        script.Append(
            CultureInfo.InvariantCulture,
            $$"""
              esac
              case $previous in
                {{string.Join('|', ShellWords.WithValue(root))}}) return ;;
              esac
              case $verb in

            """);
        foreach (var command in CommandTree.All(root))
            script.Append(
                CultureInfo.InvariantCulture,
                $"    {ShellWords.Quoted(CommandTree.Path(command))}) {Reply(ShellWords.After(command).Select(after => after.Word))} ;;\n");

        script.Append(
            """
              esac
            }
            complete -o default -F _crmsync crmsync

            """);
        return script.ToString();
    }

    private static string Reply(IEnumerable<string> words) =>
        $"mapfile -t COMPREPLY < <(compgen -W '{string.Join(' ', words)}' -- \"$current\");";
}
