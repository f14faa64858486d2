using System.Diagnostics;
using System.Text.Json;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>The real program, started as a process of its own.</summary>
internal static class TheProgram
{
    /// <summary>Runs it to its end.</summary>
    public static async Task<ProgramRun> Run(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new ProgramRun(process.ExitCode, await output, await error);
    }

    /// <summary>Starts it; whoever asked ends it.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">The working directory.</param>
    /// <param name="environment">Additional variables.</param>
    public static Process Start(
        IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "crmsync.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        return Process.Start(start)!;
    }

    /// <summary>A configuration folder for a company of one domain.</summary>
    /// <param name="company">Where it goes.</param>
    /// <param name="accounts">The accounts as YAML, one an item.</param>
    /// <param name="storage">As YAML; default: an SQLite file.</param>
    public static string Configuration(TestCompany company, string accounts, string storage = "{ sqlite: data/crmsync.db }")
    {
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $"version: 1\nstorage: {storage}\ncapture: {{ since: 1990-01-01 }}\naccounts:\n{accounts}\n");
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            us: { domains: [us.example, enron.com] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example } }
            rules: [ { respond: reply, within: 4bh } ]

            """);
        return company.PathTo("config");
    }
}

/// <summary>How the program ended, and what it said.</summary>
internal sealed record ProgramRun(int Status, string Output, string Error)
{
    /// <summary>Standard output as JSON lines; fails on anything else there.</summary>
    public IReadOnlyList<JsonElement> Json =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
