using System.CommandLine;
using CrmSync.Worker.Jobs;

namespace CrmSync.Worker.Cli;

/// <summary><c>run</c>: the worker, until it is asked to stop.</summary>
internal static class RunVerb
{
    public static Command Create() => new Command("run", "Work: harvest, ask the policy and send digests, as scheduled, until stopped.").Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        await using var program = await Composition.Open(parsed.FolderOf(), parsed.NowOf(), ct);
        await WorkerHost.Run(program, parsed.GetValue(CommonOptions.Verbose), ct);
        return CommandLine.Done;
    }
}
