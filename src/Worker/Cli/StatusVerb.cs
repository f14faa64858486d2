using System.CommandLine;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Status;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>status</c>: how each account is doing.</summary>
internal sealed class StatusVerb(AccountStatuses accounts, MailStanding mails, TextRetention retention)
{
    /// <summary>What happened to mails longer ago is no news.</summary>
    private static readonly Duration Recent = Duration.FromDays(7);

    public static Command Create() => new Command("status", "Show how each account is doing.") { CommonOptions.Format, CommonOptions.Now }
        .Does<StatusVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        using var output = parsed.OutputOf();
        output.List(await accounts.All(ct), AccountStatus.FormatAt(now));
        output.Flush();

        // Not among the accounts: whoever reads those as JSON gets nothing else.
        foreach (var trouble in (await mails.Troubles(now - Recent, ct)).Concat(await mails.Commands(now - Recent, ct)))
            await Console.Error.WriteLineAsync($"crmsync: {trouble.Words}");

        if (await retention.LastInWords(ct) is { } last)
            await Console.Error.WriteLineAsync($"crmsync: {last}");

        return CommandLine.Done;
    }
}
