using System.CommandLine;
using CrmSync.Storage;

namespace CrmSync.Worker.Cli;

/// <summary><c>migrate</c>: brings the database to this version. Every other verb does so, too; this one does nothing else.</summary>
internal sealed class MigrateVerb(ContactDatabase database)
{
    public static Command Create() => new Command("migrate", "Bring the database to this version.")
        .Does<MigrateVerb>((verb, _, _) => verb.Run());

    private async Task<int> Run()
    {
        var applied = database.Applied;
        await Console.Error.WriteLineAsync(applied.Count == 0
            ? $"{database.Place}: up to date"
            : $"{database.Place}: applied {string.Join(", ", applied)}");
        return CommandLine.Done;
    }
}
