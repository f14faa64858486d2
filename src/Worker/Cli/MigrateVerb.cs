using System.CommandLine;

namespace CrmSync.Worker.Cli;

/// <summary><c>migrate</c>: brings the database to this version. Every other verb does so, too; this one does nothing else.</summary>
internal static class MigrateVerb
{
    public static Command Create() => new Command("migrate", "Bring the database to this version.").Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        await using var program = await Composition.Open(parsed.FolderOf(), parsed.NowOf(), ct);
        var applied = program.Database.Applied;
        await Console.Error.WriteLineAsync(applied.Count == 0
            ? $"{program.Database.Place}: up to date"
            : $"{program.Database.Place}: applied {string.Join(", ", applied)}");
        return CommandLine.Done;
    }
}
