using System.CommandLine;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Printing;

namespace CrmSync.Worker.Cli;

/// <summary>
/// <c>retain</c>: drops texts that are older than <c>privacy.retain</c> allows; <c>run</c> does so every day and <c>sync</c> at its end.
/// </summary>
internal sealed class RetainVerb(TextRetention retention)
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Count what would be dropped; drop nothing." };

    private static readonly ListFormat<RetentionCounts> Counts = new(
        (json, counts) =>
        {
            json.WriteNumber("texts", counts.Texts);
            json.WriteNumber("notes", counts.Notes);
            json.WriteNumber("mails", counts.Mails);
            json.WriteNumber("command_mails", counts.CommandMails);
        },
        ("texts", counts => Number(counts.Texts)),
        ("notes", counts => Number(counts.Notes)),
        ("digests and answers", counts => Number(counts.Mails)),
        ("mails to the command mailbox", counts => Number(counts.CommandMails)));

    public static Command Create() =>
        new Command("retain", "Drop texts that are older than privacy.retain allows.") { DryRun, CommonOptions.Format, CommonOptions.Now }
            .Does<RetainVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var counts = parsed.GetValue(DryRun) ? await retention.Count(now, ct) : await retention.Run(now, ct);
        if (counts is null)
        {
            await Console.Error.WriteLineAsync(
                "crmsync: the policy has no privacy.retain, so texts are kept as long as their lines; write for example retain: 36mo");
            return CommandLine.Done;
        }

        using var output = parsed.ReadOutput();
        output.List([counts], Counts);
        return CommandLine.Done;
    }

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
