using System.CommandLine;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Status;

namespace CrmSync.Worker.Cli;

/// <summary><c>status</c>: how each account is doing.</summary>
internal sealed class StatusVerb(StatusReader reader, AccountStatuses accounts, PolicyInForce policy)
{
    public static Command Create() => new Command("status", "Show how each account is doing.") { CommonOptions.Format, CommonOptions.Now }
        .Reads<StatusVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        using var output = parsed.ReadOutput();
        var zone = policy.Policy.DefaultCalendar.Zone;
        output.List(await accounts.All(ct), AccountStatus.FormatAt(now, zone));
        var status = await reader.Read(now, ct);
        if (output.Format == OutputFormat.Table)
        {
            output.Line();
            output.Line($"policy {status.PolicyVersion} is in force");
            foreach (var line in new StatusWords(status).Deliveries)
                output.Line(line);

            foreach (var next in status.Next)
                output.Line($"next {next.Digest}: {Moments.Print(next.At, zone)}, for {next.Readers}");
        }

        output.Flush();

        // Not among the accounts: whoever reads those as JSON gets nothing else.
        foreach (var words in status.Mails.Select(mail => mail.Words).Concat(status.Reasons).Distinct(StringComparer.Ordinal))
            await Console.Error.WriteLineAsync($"crmsync: {Moments.Localize(words, zone)}");

        if (status.Retention is { } last)
            await Console.Error.WriteLineAsync($"crmsync: {Moments.Localize(last, zone)}");

        return status.IsWell ? CommandLine.Done : CommandLine.ProblemsFound;
    }
}
