using System.Diagnostics;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Cli.Shells;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>What shells complete, and the manual page, in the programs that read them.</summary>
public sealed class TheShells
{
    [Theory]
    [InlineData("sta", "status")]
    [InlineData("policy ex", "explain")]
    [InlineData("--config policy sy", "sync")]
    [InlineData("digest --format e", "eml")]
    [InlineData("items --state o", "open", "overdue")]
    [InlineData("sync --acc", "--account")]
    [InlineData("log --conf", "--config")]
    [InlineData("completion z", "zsh")]
    [InlineData("log --now s")]
    public async Task Bash_completes_what_was_begun(string line, params string[] words)
    {
        var typed = $"COMP_WORDS=(crmsync {line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _crmsync; printf '%s\\n' \"${{COMPREPLY[@]}}\"";

        Assert.Equal(words, await Say("bash", BashCompletion.Write(CommandLine.Build()) + typed));
    }

    [Theory]
    [InlineData("sta", "status")]
    [InlineData("policy ex", "explain")]
    [InlineData("--config policy sy", "sync")]
    [InlineData("digest --format e", "eml")]
    [InlineData("items --state o", "open", "overdue")]
    [InlineData("sync --acc", "--account")]
    public async Task Fish_completes_what_was_begun(string line, params string[] words)
    {
        var found = await Say("fish", FishCompletion.Write(CommandLine.Build()) + $"complete -C 'crmsync {line}'\n");

        Assert.Equal(words, found.Select(word => word.Split('\t')[0]));
    }

    [Fact]
    public async Task Zsh_takes_the_script()
    {
        var script = ZshCompletion.Write(CommandLine.Build());

        Assert.Equal(
            ["_crmsync"], await Say("zsh", $"autoload -U compinit; compinit -u -D\n{script}print ${{_comps[crmsync]}}\n"));
    }

    [Fact]
    public async Task The_manual_page_is_without_fault_and_tells_every_command_and_option()
    {
        var page = ManualPage.Write(CommandLine.Build());

        Assert.Empty(await Say("mandoc", page, "-T", "lint", "-W", "warning"));
        var read = string.Join(' ', await Say("mandoc", page, "-T", "utf8", "-O", "width=200"));
        Assert.All(
            CommandTree.All(CommandLine.Build()).SelectMany(CommandTree.Options).Select(option => option.Name).Distinct(),
            option => Assert.Contains(option, Plain(read), StringComparison.Ordinal));
        Assert.All(
            CommandTree.All(CommandLine.Build()).SelectMany(command => Examples.For(CommandTree.Path(command))),
            example => Assert.Contains(Squeezed(example.Line), Squeezed(Plain(read)), StringComparison.Ordinal));
    }

    /// <summary>Without overstrikes, which stand for bold and underlined letters.</summary>
    private static string Plain(string text)
    {
        var plain = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            if (c == '\b')
                plain.Length--;
            else
                plain.Append(c);
        }

        return plain.ToString();
    }

    private static string Squeezed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static async Task<IReadOnlyList<string>> Say(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.Equal("", await error);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
