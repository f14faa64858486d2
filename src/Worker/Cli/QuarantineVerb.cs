using System.CommandLine;
using CrmSync.Domain.Harvest;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>quarantine</c>: what could not be read, and trying it again.</summary>
internal sealed class QuarantineVerb(
    HarvestLedger ledger, HarvestAll harvest, DirectoryCards cards, AccountSources accounts, PolicyInForce policy)
{
    private static readonly Option<string?> Account = new("--account") { Description = "Only this account.", HelpName = "NAME" };

    private static ListFormat<QuarantinedItem> In(DateTimeZone zone) => new(
        (json, item) =>
        {
            json.WriteString("account", item.Account);
            json.WriteString("place", item.Place);
            json.WriteString("reason", item.Reason);
            json.WriteString("remedy", item.Remedy);
            json.WriteNumber("attempts", item.Attempts);
            json.WriteBoolean("kept", item.Kept);
            json.Write("retry_at", item.RetryAt);
        },
        ("account", item => item.Account),
        ("in the log", item => item.Kept ? "yes, not whole" : "no"),
        ("place", item => item.Place),
        ("reason", item => item.Reason),
        ("remedy", item => item.Remedy),
        ("tried again", item => Moments.Print(item.RetryAt, zone)));

    public static Command Create()
    {
        var retry = new Command("retry", "Try everything in quarantine again, now.")
        {
            Account,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Does<QuarantineVerb>((verb, parsed, ct) => verb.Retry(parsed, ct));
        return new Command("quarantine", "Show mails and events that could not be read, or not whole.")
        {
            Account,
            CommonOptions.Format,
            retry,
        }.Reads<QuarantineVerb>((verb, parsed, ct) => verb.List(parsed, ct));
    }

    private async Task<int> List(ParseResult parsed, CancellationToken ct)
    {
        using var output = parsed.ReadOutput();
        var only = parsed.GetValue(Account);
        output.List(
            [.. await ledger.Quarantine(only, ct), .. (await Cards(ct)).Where(card => only is null || card.Account == only)],
            In(policy.Policy.DefaultCalendar.Zone));
        return CommandLine.Done;
    }

    /// <summary>Cards and rows of directories; they are read again whenever their directory is.</summary>
    private async Task<IEnumerable<QuarantinedItem>> Cards(CancellationToken ct) =>
        (await cards.Troubles(ct)).SelectMany(directory => directory.Select(trouble => new QuarantinedItem
        {
            Number = 0,
            Account = directory.Key,
            Folder = "",
            Key = "",
            Place = trouble.Place,
            Reason = trouble.Reason,
            Remedy = trouble.Remedy,
        }));

    private async Task<int> Retry(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var names = (await ledger.Quarantine(parsed.GetValue(Account), ct)).Select(item => item.Account).ToHashSet(StringComparer.Ordinal);
        await ledger.RetryQuarantine(parsed.GetValue(Account), ct);
        return await SyncVerb.Harvest(harvest, await accounts.Named(names, ct), now, parsed, ct);
    }
}
