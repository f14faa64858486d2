using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text;
using CrmSync.Worker.Cli.Shells;

namespace CrmSync.Worker.Cli;

/// <summary>The manual page in man(7).</summary>
internal static class ManualPage
{
    /// <summary>The page of the program with all its commands.</summary>
    public static string Write(Command root)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $".TH CRMSYNC 1 {Installed} \"crmsync {Escape(Version)}\"\n");
        page.Append(Request("SH", "NAME")).Append("crmsync \\- contact log and reminders from mailboxes and calendars\n");
        page.Append(Request("SH", "SYNOPSIS")).Append(".B crmsync\n.I VERB\n[\n.I options\n]\n");
        page.Append(Request("SH", "DESCRIPTION")).Append(Text(root.Description!));
        page.Append(Request("PP")).Append(Text("Called without a verb it shows its help, and so does every verb with --help."));
        page.Append(Request("SH", "OPTIONS"));
        foreach (var option in root.Options.Where(option => option.Recursive || option.Name == "--version"))
            page.Append(Entry(option));

        page.Append(Request("SH", "COMMANDS"));
        foreach (var command in CommandTree.All(root).Where(command => command is not RootCommand))
            Write(page, command);

        page.Append(Request("SH", "EXIT STATUS"));
        foreach (var (status, meaning) in Statuses)
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {status}\n").Append(Text(meaning));

        page.Append(Request("SH", "ENVIRONMENT"));
        page.Append(".TP\n.B NO_COLOR\n").Append(Text("When it is set, nothing is coloured."));
        page.Append(Text("Every ${NAME} in crmsync.yaml is taken from the environment."));
        page.Append(Request("SH", "FILES"));
        page.Append(".TP\n.I config/crmsync.yaml\n").Append(Text("Storage, accounts, delivery, schedule."));
        page.Append(".TP\n.I config/policy.yaml\n");
        page.Append(Text("People, calendars, rules, limits, digests; or several files in config/policy."));
        page.Append(Request("SH", "EXAMPLES"));
        WriteExamples(page, root);
        return page.ToString();
    }

    /// <summary>The day this program came here.</summary>
    private static string Installed =>
        Directory.GetLastWriteTimeUtc(AppContext.BaseDirectory).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Version =>
        typeof(ManualPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static IReadOnlyList<(int Status, string Meaning)> Statuses { get; } =
    [
        (CommandLine.Done, "Done."),
        (CommandLine.ProblemsFound, "Problems were found, or an account failed; the others were still done."),
        (CommandLine.WrongUsage, "Wrong usage."),
        (CommandLine.ConfigurationNotUsable, "The configuration is not usable."),
    ];

    private static void Write(StringBuilder page, Command command)
    {
        var arguments = string.Concat(command.Arguments.Where(argument => !argument.Hidden).Select(argument =>
            argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}"));
        page.Append(Request("SS", CommandTree.Path(command) + arguments)).Append(Text(command.Description!));
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
            page.Append(".TP\n.I ").Append(Escape(argument.Name)).Append('\n').Append(Text(argument.Description ?? ""));

        foreach (var option in command.Options.Where(option => !option.Hidden && !option.Recursive))
            page.Append(Entry(option));

        WriteExamples(page, command);
    }

    private static void WriteExamples(StringBuilder page, Command command)
    {
        foreach (var (place, (line, meaning)) in Examples.For(CommandTree.Path(command)).Index())
        {
            page.Append(place == 0 && command is RootCommand ? "" : ".PP\n").Append(Text(meaning));
            page.Append(".RS 4\n.nf\n").Append(Text(line)).Append(".fi\n.RE\n");
        }
    }

    private static string Entry(Option option)
    {
        var names = string.Join(
            ", ",
            option.Aliases.Prepend(option.Name).Where(name => name[0] == '-').Distinct().Select(name => $"\\fB{Escape(name)}\\fR"));
        var value = CommandTree.TakesValue(option) ? $" \\fI{Escape(option.HelpName ?? "VALUE")}\\fR" : "";
        return $".TP\n{names}{value}\n{Text(option.Description ?? "")}";
    }

    private static string Request(string name, params string[] arguments) =>
        "." + string.Join(' ', arguments.Select(argument => $"\"{InQuotes(argument)}\"").Prepend(name)) + "\n";

    private static string InQuotes(string text) => Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal);

    /// <summary>A line of text that no character of it can turn into a request.</summary>
    private static string Text(string text) => text.Length == 0 ? "" : (text[0] is '.' or '\'' ? "\\&" : "") + Escape(text) + "\n";

    private static string Escape(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
}
