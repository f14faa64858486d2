using System.CommandLine;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using NodaTime.Extensions;

namespace CrmSync.Worker.Cli;

/// <summary><c>init</c>: writes the first configuration, which an admin then makes their own. It never overwrites anything.</summary>
internal static class InitVerb
{
    private const string Demo = "demo";

    private static readonly Option<string?> From = new("--from")
    {
        Description = "demo: the sample company's files with its mailboxes, to try things out on.",
        HelpName = Demo,
    };

    public static Command Create()
    {
        From.AcceptOnlyFromAmong(Demo);
        var command = new Command("init", "Write a first crmsync.yaml and policy.yaml; asks for what it has to know.");
        foreach (var question in StarterQuestions.All)
            command.Options.Add(question.Option);

        command.Options.Add(StarterQuestions.Host);
        command.Options.Add(From);
        return command.Does(Run);
    }

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var folder = parsed.ReadFolder();
        MustBeFree(folder);
        try
        {
            if (parsed.GetValue(From) is not null)
            {
                if (StarterQuestions.All.Any(question => parsed.GetResult(question.Option) is not null))
                    throw new UsageException("--from demo brings a company of its own; leave the other options out");

                SampleCompany.Copy(folder);
                Say(parsed, $"Wrote the sample company to {Path.GetFullPath(folder)}.", "check", "sync", "items", "digest");
                return CommandLine.Done;
            }

            var terminal = Console.IsInputRedirected || Console.IsErrorRedirected ? null : Console.In;
            var answers = StarterQuestions.Ask(parsed, terminal, Console.Error);
            var today = CommandLine.Time.GetCurrentInstant().InZone(answers.Zone).Date;
            var files = StarterFiles.For(answers, today);
            foreach (var (name, text) in files)
                await StarterFiles.Write(Path.Combine(folder, name), text, ct);

            Say(
                parsed,
                $"Wrote {string.Join(", ", files.Select(file => file.Name))} to {Path.GetFullPath(folder)}. Put the password of "
                    + $"{answers.Mailbox} into the first line of {StarterFiles.PasswordFile}; the server is {answers.Host}, the time zone "
                    + $"{answers.Zone.Id}.",
                "check --connect",
                "sync",
                "digest",
                "run --trial");
            return CommandLine.Done;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the files cannot be written to {folder}: {failure.Message}");
        }
    }

    /// <exception cref="UsageException">There is a configuration, or a part of one.</exception>
    private static void MustBeFree(string folder)
    {
        string[] names = [ConfigurationFile.FileName, PolicyFolder.FileName, PolicyFolder.FolderName, StarterFiles.PasswordFile];
        if (names.FirstOrDefault(name => Path.Exists(Path.Combine(folder, name))) is { } taken)
            throw new UsageException($"{Path.Combine(folder, taken)} is there already and is kept; name another folder with --config");
    }

    private static void Say(ParseResult parsed, string done, params IReadOnlyList<string> verbs)
    {
        var output = parsed.InvocationConfiguration.Output;
        var folder = parsed.GetResult(CommonOptions.Config) is { Implicit: false } ? $" --config {parsed.ReadFolder()}" : "";
        output.WriteLine(done);
        output.WriteLine("Then:");
        foreach (var verb in verbs)
            output.WriteLine($"  crmsync {verb}{folder}");
    }
}
