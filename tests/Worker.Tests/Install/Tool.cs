using System.Diagnostics;

namespace CrmSync.Worker.Tests.Install;

/// <summary>A program of the machine, run to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it; gives its exit status and all it said.</summary>
    public static async Task<(int Status, string Said)> Run(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? PolicyFiles.Fixture.Repository,
        };
        // What a build leaves running for the next one would keep these pipes open for a quarter of an hour.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
