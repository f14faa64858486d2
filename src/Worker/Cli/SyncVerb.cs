using System.CommandLine;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>sync</c>: harvest once, now.</summary>
internal sealed class SyncVerb(
    HarvestAll harvest,
    AccountSources accounts,
    DirectoryHarvest directories,
    CrmSyncConfiguration configuration,
    TextRetention retention,
    Units units)
{
    /// <summary>What is kept of organisations for longer than anybody looked at it goes.</summary>
    private static readonly Duration Unused = Duration.FromDays(7);

    private static readonly Option<string?> Account = new("--account")
    {
        Description = "Only this account or directory.",
        HelpName = "NAME",
    };

    /// <summary>Whoever has more of them in one directory sees what they have in common.</summary>
    private const int MostBadCards = 20;

    public static Command Create() =>
        new Command("sync", "Harvest every account once, now.") { Account, CommonOptions.Format, CommonOptions.Now }
            .Does<SyncVerb>((verb, parsed, ct) => verb.Run(parsed, ct));

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var name = parsed.GetValue(Account);
        var which = name is null ? accounts.All : await accounts.Named(new HashSet<string>(StringComparer.Ordinal) { name }, ct);
        var asked = configuration.Directories.Where(directory => name is null || directory.Name == name).ToList();
        if (which.Count + asked.Count == 0)
        {
            var names = accounts.All.Select(account => account.Name).Concat(configuration.Directories.Select(directory => directory.Name));
            throw new UsageException($"there is no account \"{name}\"; there are {string.Join(", ", names)}");
        }

        // What directories say decides whose a telephone is.
        await directories.DropFormer(ct);
        var read = new List<DirectoryReading>();
        foreach (var directory in asked)
            read.Add(await directories.Run(directory, now, ct));

        var status = await Harvest(harvest, which, now, parsed, ct, read);
        if (await retention.Run(now, ct) is { Total: > 0 } dropped)
            await Console.Error.WriteLineAsync($"retention: dropped {TextRetention.InWords(dropped)}");

        await units.DropUnused(now - Unused, ct);
        return status;
    }

    /// <summary>
    /// Harvests and tells about it: a line an account, in the order of the configuration, JSON as soon as the accounts before it are done;
    /// members of groups after them; what needs somebody on standard error.
    /// </summary>
    public static async Task<int> Harvest(
        HarvestAll harvest,
        IReadOnlyList<ReadableAccount> which,
        Instant now,
        ParseResult parsed,
        CancellationToken ct,
        IReadOnlyList<DirectoryReading>? directories = null)
    {
        using var output = parsed.ReadOutput();
        var order = new HarvestOrder(which);
        var summaries = new List<HarvestSummary>();
        using (var bars = HarvestBars.OnTerminal(which.Count))
        {
            await foreach (var summary in harvest.Run(which, now, bars, ct))
                Tell(order.Next(summary));
        }

        Tell([.. order.Rest(), .. (directories ?? []).Select(directory => directory.Summary)]);
        if (output.Format == OutputFormat.Table)
            output.List(summaries, HarvestFormat.Summaries);

        output.Flush();
        foreach (var summary in summaries)
            await HarvestFormat.Complain(summary);

        foreach (var bad in (directories ?? []).SelectMany(directory => directory.BadCards.Take(MostBadCards)))
            await Console.Error.WriteLineAsync($"crmsync: {bad}");

        return summaries.TrueForAll(s => s.IsClean) ? CommandLine.Done : CommandLine.ProblemsFound;

        void Tell(IReadOnlyList<HarvestSummary> next)
        {
            summaries.AddRange(next);
            if (output.Format != OutputFormat.Json)
                return;

            output.List(next, HarvestFormat.Summaries);
            output.Flush();
        }
    }
}

/// <summary>
/// Puts summaries, which come as accounts are done, in the order of the configuration. Members of groups are not in it and come last.
/// </summary>
internal sealed class HarvestOrder(IReadOnlyList<ReadableAccount> which)
{
    private readonly Queue<string> names = new(which.Where(account => account.Members is null).Select(account => account.Name));
    private readonly Dictionary<string, HarvestSummary> early = new(StringComparer.Ordinal);

    /// <summary>Those whose turn it is now that this one is done.</summary>
    public IReadOnlyList<HarvestSummary> Next(HarvestSummary done)
    {
        early[done.Account] = done;
        var next = new List<HarvestSummary>();
        while (names.TryPeek(out var name) && early.Remove(name, out var summary))
        {
            next.Add(summary);
            names.Dequeue();
        }

        return next;
    }

    /// <summary>Those whose turn never came.</summary>
    public IReadOnlyList<HarvestSummary> Rest() => [.. early.Values.OrderBy(summary => summary.Account, StringComparer.Ordinal)];
}

/// <summary>How a harvest is told.</summary>
internal static class HarvestFormat
{
    public static ListFormat<HarvestSummary> Summaries { get; } = new(
        (json, s) =>
        {
            json.WriteString("account", s.Account);
            json.WriteNumber("new", s.New);
            json.WriteNumber("known", s.Known);
            json.WriteNumber("skipped", s.Skipped);
            json.WriteNumber("quarantined", s.Quarantined);
            json.WriteNumber("failed", s.Failed);
            json.WriteNumber("seconds", s.Seconds);
            if (s.Problem is not null)
                json.WriteString("problem", s.Problem);
        },
        ("account", s => s.Account),
        ("new", s => Number(s.New)),
        ("known", s => Number(s.Known)),
        ("skipped", s => Number(s.Skipped)),
        ("quarantined", s => Number(s.Quarantined)),
        ("failed", s => Number(s.Failed)),
        ("seconds", s => s.Seconds.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Says on standard error what needs somebody.</summary>
    public static async Task Complain(HarvestSummary summary)
    {
        if (summary.Problem is not null)
            await Console.Error.WriteLineAsync($"crmsync: account {summary.Account}: {summary.Problem}");

        if (summary.Quarantined > 0)
            await Console.Error.WriteLineAsync(
                $"crmsync: account {summary.Account}: {summary.Quarantined} could not be read; see: crmsync quarantine");
    }

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
