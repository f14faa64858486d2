using System.CommandLine;
using System.Globalization;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>status</c>: how each account is doing.</summary>
internal static class StatusVerb
{
    /// <summary>What happened to mails longer ago is no news.</summary>
    private static readonly Duration Recent = Duration.FromDays(7);

    public static Command Create() =>
        new Command("status", "Show how each account is doing.") { CommonOptions.Format, CommonOptions.Now }.Does(Run);

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        await using var program = await Composition.Open(parsed.FolderOf(), now, ct);
        using var output = parsed.OutputOf();
        output.List(await AccountStatus.Of(program, ct), AccountStatus.FormatAt(now));
        output.Flush();

        // Not among the accounts: whoever reads those as JSON gets nothing else.
        var mails = new MailStanding(program.Database);
        foreach (var trouble in (await mails.Troubles(now - Recent, ct)).Concat(await mails.Commands(now - Recent, ct)))
            await Console.Error.WriteLineAsync($"crmsync: {trouble.Words}");

        return CommandLine.Done;
    }
}

/// <summary>How one account is doing.</summary>
/// <param name="Name">Of the account.</param>
/// <param name="State">As the database knows it; null before it was first read.</param>
/// <param name="Items">How many items stand where.</param>
/// <param name="NextRun">When a running worker reads it next; null for an account that is no longer configured.</param>
internal sealed record AccountStatus(string Name, string Kind, AccountState? State, IReadOnlyList<ItemCount> Items, Instant? NextRun)
{
    /// <summary>Such as <c>120 done, 3 skipped</c>.</summary>
    public string ItemsInWords =>
        string.Join(
            ", ",
            Items
                .GroupBy(i => i.State, StringComparer.Ordinal)
                .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Sum(i => i.Items)} {g.Key}")));

    /// <summary>How long ago everything that had arrived was in the log, in words; null before the first complete reading.</summary>
    public string? BehindAt(Instant now) => LagAt(now) is { } lag ? InWords(lag) : null;

    /// <summary>The configured accounts in file order, then those the database remembers from earlier.</summary>
    public static async Task<IReadOnlyList<AccountStatus>> Of(Composition program, CancellationToken ct)
    {
        var states = (await program.Accounts.All(ct)).ToDictionary(a => a.Name, StringComparer.Ordinal);
        var items = (await program.Ledger.Counts(ct)).ToLookup(c => c.Account, StringComparer.Ordinal);
        var schedule = program.Settings.Schedule;
        var configured = new List<AccountStatus>();
        foreach (var account in program.Readable)
        {
            var state = states.GetValueOrDefault(account.Name);
            var scheduled = state?.LastAttempt + (account.IsCalendar ? schedule.Calendar : schedule.Mail);

            // Only a failing account can be waiting for its server.
            var allowed = state?.LastError is null ? null : await account.NotBefore(ct);
            configured.Add(
                new AccountStatus(account.Name, account.Kind, state, [.. items[account.Name]], allowed > scheduled ? allowed : scheduled));
        }

        // The members of a group as they were when it was last asked.
        var members = program
            .Readable.Where(a => a.Members is not null)
            .SelectMany(a => states.GetValueOrDefault(a.Name)?.Cursor?.Split('\n') ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var former = states
            .Values.Where(s => program.Readable.All(a => a.Name != s.Name))
            .Select(s => new AccountStatus(
                s.Name,
                s.Kind,
                s,
                [.. items[s.Name]],
                members.Contains(s.Name) ? s.LastAttempt + schedule.Mail : null));
        return [.. configured, .. former];
    }

    public static ListFormat<AccountStatus> FormatAt(Instant now) => new(
        (json, account) =>
        {
            json.WriteString("account", account.Name);
            json.WriteString("kind", account.Kind);
            json.Write("last_success", account.State?.LastSuccess);
            json.Write("last_attempt", account.State?.LastAttempt);
            json.WriteString("error", account.State?.LastError);
            json.WriteBoolean("permanent", account.State?.LastErrorPermanent ?? false);
            json.Write("failing_since", account.State?.ErrorSince);
            if (account.LagAt(now) is { } lag)
                json.WriteNumber("lag_seconds", (long)lag.TotalSeconds);
            else
                json.WriteNull("lag_seconds");

            json.WriteStartObject("items");
            foreach (var state in account.Items.GroupBy(i => i.State, StringComparer.Ordinal))
                json.WriteNumber(state.Key, state.Sum(i => i.Items));

            json.WriteEndObject();
            json.WriteStartObject("skipped_because");
            foreach (var skipped in account.Items.Where(i => i.Reason is not null))
                json.WriteNumber(skipped.Reason!, skipped.Items);

            json.WriteEndObject();
            json.Write("next_run", account.NextRun);
        },
        ("account", a => a.Name),
        ("last success", a => Moments.Print(a.State?.LastSuccess) ?? "never"),
        ("behind", a => a.BehindAt(now)),
        ("items", a => a.ItemsInWords),
        ("next run", a => a.NextRun is null && a.State is not null ? "no longer configured" : Moments.Print(a.NextRun)),
        ("problem", a => a.State?.LastError is { } words ? (a.State.LastErrorPermanent ? "needs somebody: " : "will pass: ") + words : ""));

    /// <summary>How long ago everything that had arrived was in the log.</summary>
    private Duration? LagAt(Instant now) => State?.ReadUntil is { } until ? Duration.Max(Duration.Zero, now - until) : null;

    private static string InWords(Duration lag) =>
        lag.TotalDays >= 2 ? $"{(int)lag.TotalDays} days"
        : lag.TotalHours >= 2 ? $"{(int)lag.TotalHours} hours"
        : $"{(int)lag.TotalMinutes} min";
}
